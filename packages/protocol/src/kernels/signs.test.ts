import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { plainKernels } from './plain.ts';
import { give, giveSigned, inputs, signedInputs, source } from './twins.ts';
import type { FieldKernels } from './types.ts';

const kernels = loadKernels({ memoryBytes: 2 ** 26 });
/** Around bytes of four coordinates and groups of 64. */
const LENGTHS = [0, 1, 3, 4, 5, 63, 64, 65, 131];
/** More than the 1,024 groups after which partial sums are taken out, and not whole groups. */
const LONG = 64 * 1024 + 17;

for (const name of ['F32', 'F64'] as const) {
  const plain = plainKernels[name];
  const wasm = kernels[name];
  const bytes = source(name);
  const streams = (count: number): Uint8Array[] => {
    const constant = [0x00, 0xff, 0x1b, 0xe4].map((b) => new Uint8Array(Math.ceil(count / 4)).fill(b));
    return [bytes(Math.ceil(count / 4) + 3), ...constant];
  };
  function agree(array: (k: FieldKernels) => Parameters<FieldKernels['prepareSignDot']>[0], count: number): void {
    const mark = wasm.mark();
    const [actual, expected] = [wasm.prepareSignDot(array(wasm)), plain.prepareSignDot(array(plain))];
    for (const bits of streams(count)) assert.equal(actual.dot(bits), expected.dot(bits), `${count} coordinates`);
    wasm.release(mark);
  }

  test(`[AG8] ${name}: sign dot products are exact on integers`, () => {
    for (const count of LENGTHS) {
      for (const values of [...signedInputs(plain, bytes, count), new Array<bigint>(count).fill(-(2n ** 15n))]) {
        agree((k) => giveSigned(k, values), count);
      }
    }
    for (const values of signedInputs(plain, bytes, LONG).filter((_, i) => i % 4 === 2)) {
      agree((k) => giveSigned(k, values), LONG);
    }
    const x = giveSigned(plain, [5n, -7n, 11n, 13n, 17n]);
    // Pairs 0, 1, 2, 3 and 3: −5 + 13 + 17.
    assert.equal(wasm.signDot(x, Uint8Array.of(0b11_10_01_00, 0b11)), 25n);
  });

  test(`[AG8] ${name}: sign dot products are right mod q on shares`, () => {
    for (const count of LENGTHS) {
      for (const values of inputs(plain, bytes, count)) agree((k) => give(k, values), count);
    }
    for (const values of inputs(plain, bytes, LONG).slice(2)) agree((k) => give(k, values), LONG);
  });

  test(`[AG8] ${name}: limbs carry where the representative of a share changes`, () => {
    const top = name === 'F32' ? 0x7fff_7fffn : 0x7fff_7fff_7fff_7fffn;
    for (const v of [top - 1n, top, top + 1n, plain.field.modulus - 1n]) {
      assert.equal(wasm.prepareSignDot(give(wasm, [v])).dot(Uint8Array.of(3)), v);
    }
  });
}
