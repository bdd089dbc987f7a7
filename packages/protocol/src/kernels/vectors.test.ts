import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2.js';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import type { Elements } from '../field.ts';
import { KernelError } from './checks.ts';
import { plainKernels } from './plain.ts';
import { edges, give, giveSigned, inputs, random, signedInputs, source } from './twins.ts';
import { type FieldKernels, WINDOW_ELEMENTS, WINDOW_WORDS } from './types.ts';

const kernels = loadKernels({ memoryBytes: 2 ** 26 });
/** Lengths around the vectors of 2 and 4 elements, and none of them. */
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 131];

for (const name of ['F32', 'F64'] as const) {
  const plain = plainKernels[name];
  const wasm = kernels[name];
  const { modulus: q, ringDegree: n, bytes: width } = plain.field;
  const bytes = source(name);
  const elements = (count: number): Elements => give(plain, random(plain, bytes, count));
  /** Both kernels make the same of equal arrays. */
  function agree(out: Elements, call: (k: FieldKernels, out: Elements) => void, what: string): void {
    const [expected, actual] = [out.slice(), out.slice()];
    call(plain, expected);
    call(wasm, actual);
    assert.deepEqual(actual, expected, what);
  }

  test(`${name}: sums, products and dot products agree`, () => {
    for (const count of LENGTHS) {
      const kinds = inputs(plain, bytes, count);
      for (const [i, a] of kinds.entries()) {
        for (const [j, b] of kinds.entries()) {
          const x = give(plain, b);
          const what = `${count} elements of kinds ${i}, ${j}`;
          for (const op of ['add', 'sub', 'mul'] as const) {
            agree(give(plain, a), (k, out) => k[op](out, x), `${op} of ${what}`);
          }
          assert.equal(wasm.dot(give(plain, a), x), plain.dot(give(plain, a), x), `dot of ${what}`);
        }
      }
    }
  });

  test(`${name}: sums and products of every two edges agree`, () => {
    const values = edges(plain);
    const left = give(
      plain,
      values.flatMap((v) => values.map(() => v)),
    );
    const right = give(
      plain,
      values.flatMap(() => values),
    );
    for (const op of ['add', 'sub', 'mul'] as const) agree(left, (k, out) => k[op](out, right), op);
    for (let i = 0; i + 1 < left.length; i++) {
      const [a, b] = [left.subarray(i, i + 2), right.subarray(i, i + 2)];
      assert.equal(wasm.dot(a, b), plain.dot(a, b));
    }
  });

  test(`${name}: lift, centre and squared norm agree, and centre undoes lift`, () => {
    for (const count of LENGTHS) {
      for (const values of inputs(plain, bytes, count)) {
        const [expected, actual] = [plain.allocSigned(count), giveSigned(plain, new Array(count).fill(1n))];
        plain.center(give(plain, values), expected);
        wasm.center(give(plain, values), actual);
        assert.deepEqual(actual, expected);
      }
      for (const values of signedInputs(plain, bytes, count)) {
        const x = giveSigned(plain, values);
        agree(plain.alloc(count), (k, out) => k.lift(x, out), 'lift');
        assert.equal(wasm.squaredNorm(x), plain.squaredNorm(x));
        if (values.every((v) => -q < 2n * v && 2n * v < q)) {
          const [lifted, back] = [wasm.alloc(count), wasm.allocSigned(count)];
          wasm.lift(x, lifted);
          wasm.center(lifted, back);
          assert.deepEqual(Array.from(back, BigInt), values);
        }
      }
    }
  });

  test(`${name}: the squared norm is exact at the ends of the signed words`, () => {
    const [least, largest] = [-(2n ** BigInt(8 * width - 1)), 2n ** BigInt(8 * width - 1) - 1n];
    for (const values of [[least], [least, largest], [largest, least, least], new Array<bigint>(1001).fill(least)]) {
      const x = giveSigned(plain, values);
      assert.equal(wasm.squaredNorm(x), plain.squaredNorm(x));
    }
  });

  test(`[AG5] ${name}: windows fold alike, when words are rejected and when a window runs out`, () => {
    const largest = 2n ** BigInt(8 * width) - 1n;
    /** What word i of a crafted window is; undefined leaves it random. */
    const crafted: [what: string, word: (i: number) => bigint | undefined][] = [
      ['random', () => undefined],
      ['q − 1, q, q + 1 and the largest word', (i) => [q - 1n, q, q + 1n, largest][i - 5]],
      ['32 rejected', (i) => (i % 65 === 0 ? largest : undefined)],
      ['33 rejected, at the end', (i) => (i >= 2047 ? q : undefined)],
      ['33 rejected, at the start', (i) => (i < 33 ? q + BigInt(i) : undefined)],
      ['every other rejected', (i) => (i % 2 === 0 ? q + BigInt(i % 7) : undefined)],
      ['none survives', (i) => q + BigInt(i % 9)],
    ];
    for (const [what, word] of crafted) {
      const keystream = bytes(2 * WINDOW_WORDS * width);
      for (let i = 0; i < 2 * WINDOW_WORDS; i++) {
        const value = word(i % WINDOW_WORDS);
        if (value !== undefined) {
          for (let b = 0; b < width; b++) keystream[i * width + b] = Number((value >> BigInt(8 * b)) & 255n);
        }
      }
      const whole = 2 * WINDOW_ELEMENTS;
      for (const op of ['set', 'add', 'sub'] as const) {
        agree(elements(whole), (k, out) => k.foldWindows(keystream, out, 0, op), `${op}, ${what}`);
      }
      agree(elements(whole - 5), (k, out) => k.foldWindows(keystream, out, 3, 'add'), `cut short, ${what}`);
      agree(elements(7), (k, out) => k.foldWindows(keystream, out, 7, 'set'), `no room, ${what}`);
    }
  });

  test(`[AG5] ${name}: an exhausted window repeats its first words mod q`, () => {
    const out = wasm.alloc(WINDOW_ELEMENTS);
    wasm.foldWindows(new Uint8Array(WINDOW_WORDS * width).fill(255), out, 0, 'set');
    assert.deepEqual(Array.from(out, BigInt), new Array(WINDOW_ELEMENTS).fill((2n ** BigInt(8 * width) - 1n) % q));
  });

  test(`[AG6] ${name}: public elements are SHA-256 of prefix, block and index`, () => {
    for (const length of [0, 1, 20, 46, 47]) {
      const prefix = bytes(length);
      for (const count of [0, 1, 2, 7, 8, 9, 33]) {
        const what = `${count} elements, prefix of ${length}`;
        agree(plain.alloc(count), (k, out) => k.expandPublic(prefix, 0x8000_0001, count, out), what);
      }
    }
    const out = wasm.alloc(1000);
    wasm.expandPublic(Uint8Array.of(7), 0x0102_0304, 1000, out);
    for (const i of [0, 1, 511, 998, 999]) {
      const digest = sha256(Uint8Array.of(7, 1, 2, 3, 4, 0, 0, i >> 9, (i >> 1) & 255));
      const half = Buffer.from(digest.subarray(16 * (i % 2), 16 * (i % 2) + 16)).reverse();
      assert.equal(BigInt(out[i]!), BigInt(`0x${half.toString('hex')}`) % q);
    }
  });

  test(`${name}: subarrays of kernel memory work where they lie`, () => {
    const mark = wasm.mark();
    const [a, b] = [elements(100), elements(100)];
    const [inside, other] = [wasm.alloc(100), wasm.alloc(100)];
    wasm.add(inside, a);
    wasm.add(other, b);
    wasm.add(inside.subarray(1, 38), other.subarray(2, 39));
    plain.add(a.subarray(1, 38), b.subarray(2, 39));
    assert.deepEqual(Array.from(inside, BigInt), Array.from(a, BigInt));
    wasm.release(mark);
  });

  test(`${name}: nothing stays in kernel memory of what is released, copied in, or left by a call that throws`, () => {
    const mark = wasm.mark();
    const { buffer } = wasm.alloc(0);
    const words = new BigUint64Array(buffer, mark);
    const isClean = (): boolean => words.every((word) => word === 0n);
    const [a, b] = [elements(2 * n), elements(2 * n)];
    const inside = wasm.alloc(2 * n);
    wasm.add(inside, a);
    wasm.prepareSignDot(a).dot(bytes(n));
    assert.ok(!isClean());
    wasm.release(mark);
    assert.ok(isClean(), 'after release');
    wasm.dot(a, b);
    wasm.commit(a, b, elements(n));
    wasm.proveSquares(a, elements(n), 4, elements(8));
    wasm.foldWindows(bytes(WINDOW_WORDS * width), a, 0, 'add');
    assert.ok(isClean(), 'after calls on ordinary arrays');
    const large = width === 4 ? new Uint32Array(9e6).fill(7) : new BigUint64Array(5e6).fill(7n);
    assert.throws(() => wasm.dot(large, large), { code: 'MEMORY' });
    assert.ok(isClean(), 'after a call that found no room');
  });

  test(`${name}: both kernels refuse arguments that do not fit`, () => {
    const refused: [code: string, call: (k: FieldKernels) => unknown][] = [
      ['LENGTH', (k) => k.add(k.alloc(1), k.alloc(2))],
      ['LENGTH', (k) => k.dot(k.alloc(1), k.alloc(2))],
      ['LENGTH', (k) => k.lift(k.allocSigned(2), k.alloc(1))],
      ['LENGTH', (k) => k.foldWindows(new Uint8Array(8), k.alloc(1), 0, 'set')],
      ['RANGE', (k) => k.foldWindows(new Uint8Array(0), k.alloc(1), 2, 'set')],
      ['LENGTH', (k) => k.expandPublic(new Uint8Array(48), 0, 1, k.alloc(1))],
      ['LENGTH', (k) => k.expandPublic(new Uint8Array(8), 0, 2, k.alloc(1))],
      ['RANGE', (k) => k.expandPublic(new Uint8Array(8), 2 ** 32, 1, k.alloc(1))],
      ['LENGTH', (k) => k.ntt(k.alloc(n + 1))],
      ['LENGTH', (k) => k.commit(k.alloc(n), k.alloc(n - 1), k.alloc(n))],
      ['LENGTH', (k) => k.transpose(k.alloc(n), k.alloc(n), k.alloc(n - 1))],
      ['RANGE', (k) => k.proveSquares(k.alloc(2), k.alloc(1), 3, k.alloc(6))],
      ['LENGTH', (k) => k.proveSquares(k.alloc(4), k.alloc(1), 4, k.alloc(8))],
      ['LENGTH', (k) => k.evaluateWires(k.alloc(4), k.alloc(4), k.alloc(1))],
      ['LENGTH', (k) => k.signDot(k.allocSigned(5), new Uint8Array(1))],
    ];
    for (const k of [plain, wasm]) {
      for (const [code, call] of refused) {
        assert.throws(
          () => call(k),
          (error) => error instanceof KernelError && error.code === code,
          `${call}`,
        );
      }
    }
  });

  test(`${name}: memory that runs out and arrays of the other field are refused`, () => {
    assert.throws(() => wasm.alloc(2 ** 26), { code: 'MEMORY' });
    const foreign = kernels[name === 'F32' ? 'F64' : 'F32'].alloc(4);
    assert.throws(() => wasm.dot(foreign, foreign), { code: 'WIDTH' });
  });
}
