import assert from 'node:assert/strict';
import { test } from 'node:test';
import { F32, F64, headerBytes } from '@concord/protocol';
import {
  compareEntries,
  decodeAggregateShare,
  decodeFileList,
  decodeHeaderBlob,
  decodeVerifierFile,
  encodeAggregateShare,
  encodeFileList,
  encodeHeaderBlob,
  encodeVerifierFile,
  type Finding,
  type HeaderEntry,
} from './records.ts';

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const SHARES = 3;
const entry = (value: number): HeaderEntry => ({
  header: filled(headerBytes(SHARES), value),
  signature: filled(65, value + 1),
  reportDigest: filled(32, value + 2),
});
const findings: readonly Finding[] = [
  { headerHash: filled(32, 1), shares: { own: filled(24, 2), public: filled(24, 3) } },
  { headerHash: filled(32, 4) },
  { headerHash: filled(32, 5), shares: { own: filled(24, 6) } },
];

type Codec = readonly [name: string, bytes: Uint8Array, recode: (bytes: Uint8Array) => Uint8Array | undefined];
const recoding =
  <T>(decode: (bytes: Uint8Array) => T | undefined, encode: (value: T) => Uint8Array) =>
  (bytes: Uint8Array): Uint8Array | undefined => {
    const value = decode(bytes);
    return value === undefined ? undefined : encode(value);
  };

const codecs: readonly Codec[] = [
  [
    'header blob',
    encodeHeaderBlob([entry(1), entry(9)]),
    recoding((b) => decodeHeaderBlob(b, SHARES), encodeHeaderBlob),
  ],
  ['verifier file', encodeVerifierFile({ share: 2, findings }), recoding(decodeVerifierFile, encodeVerifierFile)],
  ['file list', encodeFileList([filled(32, 1), filled(32, 2)]), recoding(decodeFileList, encodeFileList)],
  [
    'aggregate share',
    encodeAggregateShare(2, BigUint64Array.of(0n, 1n, F64.modulus - 1n)),
    recoding(
      (b) => decodeAggregateShare(b, 2, F64, 3),
      (aggregate) => encodeAggregateShare(2, aggregate),
    ),
  ],
];

for (const [name, bytes, recode] of codecs) {
  test(`[AG15] ${name}: encode(decode(b)) = b, and every other length is refused`, () => {
    assert.deepEqual(recode(bytes), bytes);
    for (let length = 0; length < bytes.length; length++) assert.equal(recode(bytes.subarray(0, length)), undefined);
    assert.equal(recode(Uint8Array.of(...bytes, 0)), undefined);
  });

  test(`[AG15] ${name}: no changed byte is read as the same record`, () => {
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 0x81;
      const read = recode(changed);
      if (read !== undefined) assert.deepEqual(read, changed);
    }
  });
}

test('[AG16] a header blob is sorted by member and type, without repetition', () => {
  assert(compareEntries(entry(1), entry(2)) < 0);
  assert.equal(decodeHeaderBlob(encodeHeaderBlob([entry(2), entry(1)]), SHARES), undefined);
  assert.equal(decodeHeaderBlob(encodeHeaderBlob([entry(1), entry(1)]), SHARES), undefined);
  assert.equal(decodeHeaderBlob(encodeHeaderBlob([entry(1)]), SHARES + 1), undefined);
});

test('[AG17] an aggregate share is of its own holder, and canonical', () => {
  const bytes = encodeAggregateShare(2, Uint32Array.of(7, 8));
  assert.deepEqual(decodeAggregateShare(bytes, 2, F32, 2), Uint32Array.of(7, 8));
  assert.equal(decodeAggregateShare(bytes, 1, F32, 2), undefined);
  const tooLarge = encodeAggregateShare(2, Uint32Array.of(7, Number(F32.modulus)));
  assert.equal(decodeAggregateShare(tooLarge, 2, F32, 2), undefined);
});
