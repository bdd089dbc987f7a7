import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../node/src/adapters/kernels.ts';
import { commit, coordinatesRoot, expandMatrix, fillBinomial } from './commitment.ts';
import { elementAt, newElements, setElement } from './codec.ts';
import { deriveSizes } from './params.ts';
import { exampleParams } from '../test/exampleAttempt.ts';

const kernels = loadKernels();

for (const field of [32, 64] as const) {
  const sizes = deriveSizes(exampleParams({ field, d: 3, shares: 3, members: 1 }, new Uint8Array(32).fill(field)));
  const { modulus: q } = sizes.field;
  const k = kernels[sizes.field.name];
  const matrix = expandMatrix(sizes, kernels);
  const vector = (step: bigint) => {
    const x = newElements(sizes.field, sizes.vectorLength);
    for (let i = 0; i < x.length; i++) setElement(x, i, (BigInt(i * i) * step + 7n) % q);
    return x;
  };

  test(`[AG7] F${field}: the commitment of a sum is the sum of the commitments`, () => {
    const [x, y] = [vector(3n), vector(1_000_003n)];
    const sum = x.slice();
    k.add(sum, y);
    const T = commit(x, matrix, k);
    k.add(T, commit(y, matrix, k));
    assert.deepEqual(T, commit(sum, matrix, k));
    assert.notDeepEqual(T, commit(x, matrix, k));
  });

  test(`[AG12] F${field}: ⟨Aᵀu, x⟩ = ⟨u, commit(x)⟩`, () => {
    const x = vector(5n);
    const u = vector(11n).subarray(0, sizes.ringDegree);
    const projection = newElements(sizes.field, matrix.length);
    k.transpose(u, matrix, projection);
    assert.equal(k.dot(projection, x), k.dot(u, commit(x, matrix, k)));
  });

  test(`[AG7] F${field}: the last block of the matrix is all ones, the others are not`, () => {
    const n = sizes.ringDegree;
    assert.ok(matrix.subarray(matrix.length - n).every((a: number | bigint) => BigInt(a) === 1n));
    assert.notEqual(elementAt(matrix, 0), elementAt(matrix, n));
  });
}

test('[AG7] commitment randomness counts bits: range, mean and variance of its definition', () => {
  const out = new Int32Array(4);
  fillBinomial(Uint8Array.of(255, 255, 0, 0, 0, 0, 255, 255, 1, 128, 3, 0, 0, 0, 0, 0), out);
  assert.deepEqual(Array.from(out), [16, -16, 0, 0]);
  const wide = new BigInt64Array(1);
  fillBinomial(Uint8Array.of(7, 0, 1, 0), wide);
  assert.equal(wide[0], 2n);
});

test('[AG7] a root changes with every coordinate', () => {
  const x = new Uint32Array(130);
  const roots = new Set(
    [0, 1, 63, 64, 127, 128, 129].map((i) => {
      const y = x.slice();
      y[i] = 1;
      return Buffer.from(coordinatesRoot(y)).toString('hex');
    }),
  );
  assert.equal(roots.size, 7);
});
