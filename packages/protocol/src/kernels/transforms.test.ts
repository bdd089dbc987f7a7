import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { type Elements, mod, power, rootOfUnity } from '../field.ts';
import { bitReverse, interpolate, transform } from '../ntt.ts';
import { plainKernels } from './plain.ts';
import { edges, give, inputs, random, source } from './twins.ts';
import type { FieldKernels } from './types.ts';

const kernels = loadKernels({ memoryBytes: 2 ** 26 });

for (const name of ['F32', 'F64'] as const) {
  const plain = plainKernels[name];
  const wasm = kernels[name];
  const { field } = plain;
  const { modulus: q, ringDegree: n } = field;
  const bytes = source(name);
  const EDGES = edges(plain);
  const elements = (count: number): Elements => give(plain, random(plain, bytes, count));
  function agree(out: Elements, call: (k: FieldKernels, out: Elements) => void, what: string): void {
    const [expected, actual] = [out.slice(), out.slice()];
    call(plain, expected);
    call(wasm, actual);
    assert.deepEqual(actual, expected, what);
  }

  test(`[AG7] ${name}: the plain transform is the sum that defines it, and interpolation its inverse`, () => {
    for (const size of [1, 2, 4, 16]) {
      const values = random(plain, bytes, size);
      const root = rootOfUnity(field, size);
      const term = (k: number) => (v: bigint, i: number) => v * power(root, BigInt(i * k), q);
      const direct = values.map((_, k) =>
        mod(
          values.map(term(k)).reduce((a, b) => a + b),
          q,
        ),
      );
      assert.deepEqual(transform(values, root, q), direct);
      assert.deepEqual(interpolate(direct, root, q), values);
    }
  });

  test(`[AG7] ${name}: the ring transform evaluates at ψ^(2·bitrev(i)+1)`, () => {
    const psi = rootOfUnity(field, 2 * n);
    for (const values of inputs(plain, bytes, n)) {
      agree(give(plain, values), (k, x) => k.ntt(x), 'ntt');
      const x = give(plain, values);
      wasm.ntt(x);
      for (const i of [0, 1, 2, n / 2, n - 1]) {
        const point = power(psi, BigInt(2 * bitReverse(i, Math.log2(n)) + 1), q);
        const value = values.reduceRight((sum, v) => (sum * point + v) % q, 0n);
        assert.equal(BigInt(x[i]!), value, `point ${i}`);
      }
    }
  });

  test(`[AG7] ${name}: the ring transform agrees where butterflies carry, borrow and leave non-canonical values`, () => {
    // The twiddles of the first two halvings, undone: the edges themselves meet in the butterflies.
    const undone = (quarters: number): bigint =>
      power(rootOfUnity(field, 2 * n), BigInt(2 * n - (quarters * n) / 4), q);
    for (const parts of [
      [0, 0, 2, 2],
      [0, 1, 2, 2],
      [0, 1, 2, 3],
    ]) {
      const x = Array.from({ length: n }, (_, i) => {
        const part = Math.floor((4 * i) / n);
        const edge = EDGES[(i * 7 + 5 * Math.floor(i / EDGES.length) + part) % EDGES.length]!;
        return mod(edge * undone(parts[part]!), q);
      });
      agree(give(plain, x), (k, out) => k.ntt(out), 'ntt');
    }
  });

  test(`[AG7] ${name}: commitments and their transpose agree`, () => {
    const [A, x, u] = [elements(3 * n), elements(2 * n), elements(n)];
    agree(elements(n), (k, T) => k.commit(x, A, T), 'commit');
    agree(plain.alloc(3 * n), (k, out) => k.transpose(u, A, out), 'transpose');
    const largest = give(plain, new Array<bigint>(2 * n).fill(q - 1n));
    agree(elements(n), (k, T) => k.commit(largest, largest, T), 'commit of q − 1');
    agree(plain.alloc(2 * n), (k, out) => k.transpose(largest.subarray(0, n), largest, out), 'transpose of q − 1');
  });

  test(`[AG7] ${name}: commitments are linear, and ⟨Aᵀu, x⟩ = ⟨u, commit(x)⟩`, () => {
    const [A, x, y, u] = [elements(2 * n), elements(2 * n), elements(2 * n), elements(n)];
    const commit = (value: Elements): Elements => {
      const T = wasm.alloc(n);
      wasm.commit(value, A, T);
      return T;
    };
    const [sum, added, projection] = [x.slice(), commit(x), wasm.alloc(2 * n)];
    wasm.add(sum, y);
    wasm.add(added, commit(y));
    assert.deepEqual(added, commit(sum));
    wasm.transpose(u, A, projection);
    assert.equal(wasm.dot(projection, x), wasm.dot(u, commit(x)));
  });

  /** Value at t of the polynomial with the given values on the powers of the P-th root, by Lagrange's formula. */
  function lagrange(values: readonly bigint[], t: bigint): bigint {
    const node = (c: number) => power(rootOfUnity(field, values.length), BigInt(c), q);
    return values.reduce((sum, value, c) => {
      let [top, bottom] = [value, 1n];
      for (let other = 0; other < values.length; other++) {
        if (other !== c) [top, bottom] = [mod(top * (t - node(other)), q), mod(bottom * (node(c) - node(other)), q)];
      }
      return mod(sum + top * power(bottom, q - 2n, q), q);
    }, 0n);
  }

  test(`[AG9] ${name}: squares of wires are those of Lagrange interpolation`, () => {
    for (const [P, L, count] of [
      [2, 1, 1],
      [4, 3, 7],
      [8, 5, 35],
      [16, 6, 80],
    ] as const) {
      const [x, seeds, out] = [elements(count), elements(L), wasm.alloc(2 * P)];
      wasm.proveSquares(x, seeds, P, out);
      const wire = (l: number): bigint[] =>
        Array.from({ length: P }, (_, c) => BigInt((c === 0 ? seeds[l] : x[(c - 1) * L + l]) ?? 0));
      for (let i = 0; i < 2 * P; i++) {
        const t = power(rootOfUnity(field, 2 * P), BigInt(i), q);
        const total = Array.from({ length: L }, (_, l) => lagrange(wire(l), t) ** 2n).reduce((a, b) => a + b);
        assert.equal(BigInt(out[i]!), mod(total, q), `P ${P}, point ${i}`);
      }
    }
  });

  test(`[AG9] ${name}: squares of wires agree for every shape and extreme`, () => {
    for (const P of [2, 4, 8, 32, 64, 128]) {
      for (const L of [1, 2, 3, 4, 5, 11]) {
        for (const missing of [0, 1, L, (P - 1) * L]) {
          const count = Math.max(0, (P - 1) * L - missing);
          for (const values of inputs(plain, bytes, count).slice(0, P > 32 ? 1 : 5)) {
            const [x, seeds] = [give(plain, values), elements(L)];
            agree(plain.alloc(2 * P), (k, out) => k.proveSquares(x, seeds, P, out), `P ${P}, L ${L}, ${count}`);
          }
        }
      }
    }
  });

  test(`[AG9] ${name}: squares of wires agree beyond the tables that are kept`, () => {
    const [x, seeds] = [elements(16_000), elements(1)];
    agree(plain.alloc(32_768), (k, out) => k.proveSquares(x, seeds, 16_384, out), 'P 16384');
  });

  test(`[AG9] ${name}: wires at a query point agree`, () => {
    for (const L of [1, 2, 3, 4, 6, 13, 64]) {
      for (const count of [0, 1, L - 1, L, L + 1, 3 * L, 8 * L - 1, 9 * L]) {
        for (const values of inputs(plain, bytes, count)) {
          const [x, weights] = [give(plain, values), elements(10)];
          agree(elements(L), (k, out) => k.evaluateWires(x, weights, out), `L ${L}, ${count}`);
        }
        const largest = give(plain, new Array<bigint>(10 + count).fill(q - 1n));
        agree(elements(L), (k, out) => k.evaluateWires(largest.subarray(0, count), largest, out), 'q − 1');
      }
    }
  });
}
