import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commit } from './commitment.ts';
import { add, mod, power, root } from './field.ts';
import { evaluate, reverseBits, transform } from './ntt.ts';
import { F32, F64 } from './parameters.ts';
import { integers, type Scene, scenes, smallVector } from './scenes.ts';

for (const [name, field, n] of [
  ['F32', F32, 2048],
  ['F64', F64, 4096],
] as const) {
  test(`[AG7] ${name}: the transform is evaluation at ψ^(2·bitrev(i)+1)`, () => {
    const x = integers(`ntt ${name}`, n, 1_000_000).map((value) => mod(value, field.q));
    const psi = root(field, 2 * n);
    assert.equal(power(psi, BigInt(n), field.q), field.q - 1n);
    const image = transform(field, x);
    for (const i of [0, 1, 2, 3, 77, n / 2, n - 2, n - 1]) {
      const exponent = BigInt(2 * reverseBits(i, Math.log2(n)) + 1);
      assert.equal(image[i], evaluate(x, power(psi, exponent, field.q), field.q));
    }
  });
}

test('[AG7] the transform turns products modulo X⁸ + 1 into products of coordinates', () => {
  const [a, b] = ['a', 'b'].map((label) => integers(label, 8, 1000).map((value) => mod(value, F32.q))) as [
    bigint[],
    bigint[],
  ];
  const product = new Array<bigint>(8).fill(0n);
  for (let i = 0; i < 8; i++) {
    for (let j = 0; j < 8; j++) {
      const term = a[i]! * b[j]!;
      product[(i + j) % 8] = mod(product[(i + j) % 8]! + (i + j < 8 ? term : -term), F32.q);
    }
  }
  const [ta, tb] = [transform(F32, a), transform(F32, b)];
  assert.deepEqual(
    transform(F32, product),
    ta.map((x, i) => mod(x * tb[i]!, F32.q)),
  );
});

const [small, , large] = scenes() as [Scene, Scene, Scene];

test('[AG7] the commitment is linear and its last block is not multiplied', () => {
  const { A } = small.setup;
  const [v, w] = ['v', 'w'].map((label) => integers(label, 6144, 500).map((value) => mod(value, F32.q))) as [
    bigint[],
    bigint[],
  ];
  assert.deepEqual(commit(F32, A, add(v, w, F32.q)), add(commit(F32, A, v), commit(F32, A, w), F32.q));
  const last = [...new Array<bigint>(4096).fill(0n), ...v.slice(4096)];
  assert.deepEqual(commit(F32, A, last), transform(F32, v.slice(4096)));
});

test('[AG7] s and e have the moments of popcount(u16) − popcount(u16)', () => {
  const values = smallVector('moments', 4096).map(Number);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(mean) < 5 * Math.sqrt(8 / 4096), `mean ${mean}`);
  assert.ok(Math.abs(variance - 8) < 5 * 8 * Math.sqrt(2 / 4096), `variance ${variance}`);
  assert.ok(Math.max(...values.map(Math.abs)) <= 16);
});

test('[AG2] the worked example has the sizes that the page names', () => {
  const { setup } = large;
  assert.deepEqual([setup.A[0]!.length, setup.D, setup.p.wireLength, setup.p.chunk], [4096, 12_288, 128, 100]);
});
