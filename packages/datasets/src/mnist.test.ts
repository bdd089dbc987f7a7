import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecords } from '@concord/trainer';
import fc from 'fast-check';
import { decodeIdx, IdxError } from './idx.ts';
import { federateDigits, loadMnist, MNIST_SOURCES, mnistSchema, readDigits, splitDigits } from './mnist.ts';

const mnist = await loadMnist();
const skip =
  mnist === undefined && `SKIPPED: ${MNIST_SOURCES.train.images.path} not found; set CONCORD_DATA to the data folder`;

function idx(sizes: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + sizes.length);
  sizes.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size);
  });
  bytes.set(values, 4 + 4 * sizes.length);
  return bytes;
}

/** Image i is of brightness i, but for its first block. */
const COUNT = 60;
const pixels = Uint8Array.from({ length: COUNT * 784 }, (_, i) => {
  const [image, y, x] = [Math.floor(i / 784), Math.floor((i % 784) / 28), i % 28];
  return y < 4 && x < 4 ? (x < 2 ? 255 : 0) : image;
});
const digits = Uint8Array.from({ length: COUNT }, (_, i) => i % 10);
const made = readDigits(idx([COUNT, 28, 28], pixels), idx([COUNT], digits));

test('[LR14] digits become 49 mean brightnesses and whether they are 5 or more', () => {
  assert.deepEqual(made.table.header.slice(0, 3), ['five-or-more', 'ink 0 0', 'ink 0 1']);
  assert.deepEqual(made.table.rows[7], ['1', '128', ...new Array<string>(48).fill('7')]);
  assert.deepEqual(
    made.table.rows
      .map(([label]) => label)
      .slice(0, 10)
      .join(''),
    '0000011111',
  );
  const records = readRecords(made.table, { ...mnistSchema, basis: 'waves' });
  assert.deepEqual([records.count, records.width], [COUNT, 147]);
});

test('[LR14] ten members hold every digit once, alike or two shards each, by the seed', () => {
  for (const split of ['alike', 'shards'] as const) {
    const places = splitDigits(made, split, 1);
    assert.deepEqual(
      places.flat().sort((a, b) => a - b),
      Array.from({ length: COUNT }, (_, i) => i),
    );
    assert.ok(places.every(({ length }) => length === COUNT / 10));
    assert.deepEqual(splitDigits(made, split, 1), places);
    assert.notDeepEqual(splitDigits(made, split, 2), places);
    const kinds = places.map((of) => new Set(of.map((at) => digits[at])).size);
    assert.equal(
      kinds.every((count) => count <= 2),
      split === 'shards',
    );
  }
  const federation = federateDigits(made, made, 'shards', 3);
  assert.equal(federation.members.length, 10);
  assert.match(federation.name, /two shards each, seed 3/);
});

test('[LR14] no byte string does anything but decode or be refused', () => {
  const honest = idx([3, 2], Uint8Array.of(1, 2, 3, 4, 5, 6));
  assert.deepEqual(decodeIdx(honest), { sizes: [3, 2], values: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  for (const [bytes, code] of [
    [honest.subarray(0, 3), 'LENGTH'],
    [honest.subarray(0, 9), 'LENGTH'],
    [honest.subarray(0, honest.length - 1), 'LENGTH'],
    [idx([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], new Uint8Array(1)), 'LENGTH'],
    [idx([0, 5], new Uint8Array(0)), 'SIZE'],
    [idx([], new Uint8Array(1)), 'MAGIC'],
    [Uint8Array.of(0, 0, 9, 1, 0, 0, 0, 1, 7), 'MAGIC'],
    [Uint8Array.of(0x1f, 0x8b, 8, 1), 'MAGIC'],
  ] as const)
    assert.throws(() => decodeIdx(bytes), { code });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.nat(honest.length - 1),
      fc.integer({ min: 0, max: 255 }),
      (random, at, byte) => {
        const bent = honest.slice();
        bent[at] = byte;
        for (const bytes of [random, bent])
          try {
            const { sizes, values } = decodeIdx(bytes);
            assert.equal(
              values.length,
              sizes.reduce((a, b) => a * b, 1),
            );
          } catch (error) {
            assert.ok(error instanceof IdxError, String(error));
          }
      },
    ),
  );
});

test('[LR14] files that are no pair of images and labels are refused', () => {
  const [images, labels] = [idx([2, 28, 28], new Uint8Array(1568)), idx([2], Uint8Array.of(3, 4))];
  assert.throws(() => readDigits(labels, images), { code: 'SIZE' });
  assert.throws(() => readDigits(images, idx([3], new Uint8Array(3))), { code: 'SIZE' });
  assert.throws(() => readDigits(images, idx([2], Uint8Array.of(3, 10))), { code: 'SIZE' });
  assert.throws(() => readDigits(idx([2, 14, 56], new Uint8Array(1568)), labels), { code: 'SIZE' });
});

test('[LR14] the real files are 60,000 digits of ten members and 10,000 to test on', { skip }, () => {
  assert.equal(
    mnist!.members.reduce((sum, { table }) => sum + table.rows.length, 0),
    60_000,
  );
  assert.ok(mnist!.members.every(({ table }) => table.rows.length === 6_000));
  const ones = (rows: readonly (readonly string[])[]): number => rows.filter(([label]) => label === '1').length;
  assert.deepEqual([mnist!.test.rows.length, ones(mnist!.test.rows)], [10_000, 4_861]);
  assert.equal(
    mnist!.members.reduce((sum, { table }) => sum + ones(table.rows), 0),
    29_404,
  );
});
