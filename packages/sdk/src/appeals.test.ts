import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from 'viem';
import {
  APPEAL_TEXT_BYTES,
  AppealError,
  appealText,
  decodeAppeal,
  encodeAppeal,
  readAppealText,
  type SignedAppeal,
} from './appeals.ts';

const signed: SignedAppeal = {
  kind: 'appeal',
  chainId: 31_337,
  appeals: `0x${'44'.repeat(20)}`,
  runId: `0x${'ab'.repeat(32)}`,
  account: `0x${'55'.repeat(20)}`,
  signature: `0x${'66'.repeat(65)}`,
  modelHash: `0x${'cd'.repeat(32)}`,
  text: 'Ein Laden.\nViele zahlen mir einmal: “Kirschen” 🍒',
};
const is =
  (code: string, message = /./) =>
  (error: unknown) =>
    error instanceof AppealError && error.code === code && message.test(error.message);

test('[GU13] a statement is 1 to 1,024 bytes of text that is seen as it is', () => {
  const { bytes, digest } = appealText(signed.text);
  assert.equal(digest, sha256(new TextEncoder().encode(signed.text)));
  assert.equal(readAppealText(bytes, digest), signed.text);
  assert.equal(appealText('é'.repeat(APPEAL_TEXT_BYTES / 2)).bytes.length, APPEAL_TEXT_BYTES);
  assert.throws(() => appealText('é'.repeat(APPEAL_TEXT_BYTES / 2 + 1)), is('TEXT', /has 1026 bytes/));
  for (const text of ['', ' \n ']) assert.throws(() => appealText(text), is('TEXT', /empty/));
  const unseen = [
    '\u001b[2J',
    '\r',
    '\t',
    '\u0000',
    '\u009b',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u00ad',
    '\u2028',
    '\ufeff',
    '\u{e0041}',
    '\ud800',
  ];
  for (const each of unseen) assert.throws(() => appealText(`a${each}b`), is('TEXT', /has U\+.+ at 2/), escape(each));
});

test('[GU13] what somebody serves is a statement only with the digest, and only if it could have been signed', () => {
  const { bytes, digest } = appealText('I am a shop.');
  const served = (text: Uint8Array) => readAppealText(text, sha256(text));
  assert.throws(() => readAppealText(bytes.subarray(1), digest), is('TEXT', /hashes to/));
  assert.throws(() => served(new Uint8Array(APPEAL_TEXT_BYTES + 1).fill(65)), is('TEXT', /1025 bytes/));
  assert.throws(() => served(Uint8Array.of(0xff, 0xfe)), is('TEXT', /not UTF-8/));
  assert.throws(() => served(new TextEncoder().encode('\u001b[31mPASS')), is('TEXT', /U\+001B/));
  assert.throws(() => served(Uint8Array.of(0xef, 0xbb, 0xbf, 65)), is('TEXT', /U\+FEFF/));
});

test('[GU12] a signed appeal says again what was written, and everything else is refused by the first key that does not fit', () => {
  assert.deepEqual(decodeAppeal(encodeAppeal(signed)), signed);
  const { modelHash: _, text: __, ...shared } = signed;
  const withdrawal = { ...shared, kind: 'withdrawal' } as const;
  assert.deepEqual(decodeAppeal(encodeAppeal(withdrawal)), withdrawal);
  const json = JSON.parse(encodeAppeal(signed));
  const cases: readonly (readonly [change: object, key: RegExp])[] = [
    [{ concord: 'vote' }, /concord: need “appeal”/],
    [{ version: 2 }, /version/],
    [{ chainId: '1' }, /chainId/],
    [{ appeals: '0x12' }, /appeals/],
    [{ runId: undefined }, /runId/],
    [{ account: 7 }, /account/],
    [{ signature: '0x1' }, /signature/],
    [{ signature: `0x${'00'.repeat(4_097)}` }, /at most 4096/],
    [{ modelHash: '0x' }, /modelHash/],
    [{ text: 7 }, /text/],
    [{ owner: 'me' }, /owner: need one of/],
  ];
  for (const [change, key] of cases)
    assert.throws(() => decodeAppeal(JSON.stringify({ ...json, ...change })), is('FILE', key), JSON.stringify(change));
  for (const text of ['{', '[]', 'null']) assert.throws(() => decodeAppeal(text), is('FILE', /file: need/));
  assert.throws(() => decodeAppeal(JSON.stringify({ ...json, text: 'a\u202eb' })), is('TEXT'));
});
