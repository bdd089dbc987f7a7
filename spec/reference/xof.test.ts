import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sha256, u32 } from './bytes.ts';
import { integer } from './field.ts';
import { F32, F64 } from './parameters.ts';
import { draw } from './scenes.ts';
import { domain, elements, publicElement, stream, WINDOW_ELEMENTS, WINDOW_WORDS, windowElements } from './xof.ts';

const data = process.env['CONCORD_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const file = join(data, 'crypto-vectors', 'pine', 'XofHmacSha256Aes128.json');
const skip = !existsSync(file) && `SKIPPED: ${file} is absent; set CONCORD_DATA to check it`;

test('[AG3] the stream is that of the published XofHmacSha256Aes128 file', { skip }, () => {
  const vector = JSON.parse(readFileSync(file, 'utf8')) as Record<
    'seed' | 'dst' | 'binder' | 'derived_seed' | 'expanded_vec_field128',
    string
  >;
  const bytes = (hex: string) => Buffer.from(hex, 'hex');
  const out = stream(
    bytes(vector.seed),
    bytes(vector.dst),
    bytes(vector.binder),
    vector.expanded_vec_field128.length / 2,
  );
  assert.equal(out.toString('hex'), vector.expanded_vec_field128);
  assert.equal(out.subarray(0, 32).toString('hex'), vector.derived_seed);
});

test('[AG3] the domain tag is version, algorithm and usage', () => {
  assert.equal(domain(4, 1).toString('hex'), `${Buffer.from('concord/v1').toString('hex')}c03200010001`);
  assert.equal(domain(8, 11).toString('hex'), `${Buffer.from('concord/v1').toString('hex')}c0640001000b`);
});

for (const [name, field] of [
  ['F32', F32],
  ['F64', F64],
] as const) {
  const word = (value: bigint): Buffer =>
    Buffer.from(value.toString(16).padStart(2 * field.bytes, '0'), 'hex').reverse();
  test(`[AG5] ${name}: a window keeps the words below q in order, and no more than 2,048`, () => {
    const words = Array.from({ length: WINDOW_WORDS }, (_, i) => (i % 100 === 7 ? field.q : BigInt(i)));
    const expected = words.filter((value) => value < field.q).slice(0, WINDOW_ELEMENTS);
    assert.deepEqual(windowElements(field, Buffer.concat(words.map(word))), expected);
  });
  test(`[AG5] ${name}: a window that rejects too many words ends in its first words mod q`, () => {
    const words = Array.from({ length: WINDOW_WORDS }, (_, i) => (i % 50 === 0 ? field.q + BigInt(i) : BigInt(i)));
    const kept = words.filter((value) => value < field.q);
    const missing = WINDOW_ELEMENTS - kept.length;
    assert.equal(missing, 10);
    const expected = [...kept, 0n, ...Array.from({ length: missing - 1 }, (_, i) => BigInt(i + 1))];
    assert.deepEqual(windowElements(field, Buffer.concat(words.map(word))), expected);
  });
  test(`[AG5] ${name}: an element can be drawn alone from its own window`, () => {
    const [seed, binder] = [draw('window'), Buffer.from('binder')];
    const all = elements(field, seed, 1, binder, 5000);
    assert.equal(all.length, 5000);
    const size = WINDOW_WORDS * field.bytes;
    const bytes = stream(seed, domain(field.bytes, 1), binder, 3 * size);
    assert.equal(windowElements(field, bytes.subarray(2 * size))[17], all[2 * WINDOW_ELEMENTS + 17]);
    assert.deepEqual(elements(field, seed, 1, binder, 3000), all.slice(0, 3000));
  });
}

test('[AG6] public elements are halves of random-access digests', () => {
  const seed = draw('public');
  const digest = sha256(Buffer.from('cc/v1/u'), seed, u32(1), u32(3));
  assert.equal(publicElement(F64, 'cc/v1/u', seed, 1, 6), integer(digest.subarray(0, 16)) % F64.q);
  assert.equal(publicElement(F64, 'cc/v1/u', seed, 1, 7), integer(digest.subarray(16)) % F64.q);
});
