/** The circuits by themselves: complete on truths, and the sum of shares decides as the whole would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../../node/src/adapters/kernels.ts';
import { elementAt, newElements, setElement } from '../codec.ts';
import { type Elements, F32, F64, type Field, power, rootOfUnity } from '../field.ts';
import { plainKernels } from '../kernels/plain.ts';
import { interpolate } from '../ntt.ts';
import { decideNorm, normProofLength, normVerifierLength, proveNorm, queryNorm } from './normEquality.ts';
import { fillPowers } from './proof.ts';
import {
  arrange,
  bitCount,
  decideValidity,
  proveValidity,
  queryValidity,
  type ValidityCircuit,
  validityProofLength,
  validityVerifierLength,
} from './validity.ts';
import { lagrangeWeights } from './weights.ts';

const wasm = loadKernels();
/** Residues that are a function of `seed`. */
const residues = (field: Field, count: number, seed: bigint): Elements => {
  const out = newElements(field, count);
  let x = seed;
  for (let i = 0; i < count; i++) {
    x = (x * x + 12_345n + BigInt(i)) % field.modulus;
    setElement(out, i, x);
  }
  return out;
};

for (const field of [F32, F64]) {
  const q = field.modulus;
  const t = 123_456_789n;

  test(`[AG13] ${field.name}: Lagrange weights evaluate the interpolated polynomial`, () => {
    const values = residues(field, 32, 9n);
    const coefficients = interpolate(Array.from(values, BigInt), rootOfUnity(field, 32), q);
    const expected = coefficients.reduce((sum, c, i) => (sum + c * power(t, BigInt(i), q)) % q, 0n);
    assert.equal(wasm[field.name].dot(lagrangeWeights(field, 32, t), values), expected);
  });

  for (const [name, kernels] of [
    ['plain', plainKernels[field.name]],
    ['compiled', wasm[field.name]],
  ] as const) {
    test(`[AG9] ${field.name}, ${name}: norm equality over three shares`, () => {
      const circuit = { wireLength: 16, chunk: 5 };
      const x = residues(field, 61, 3n);
      const norm = kernels.dot(x, x);
      const proof = newElements(field, normProofLength(circuit));
      proveNorm(kernels, circuit, x, residues(field, 5, 4n), proof);
      const weights = [lagrangeWeights(field, 16, t), lagrangeWeights(field, 32, t)] as const;
      const verify = (claim: bigint, tamper?: (proof: Elements) => void) => {
        const sum = newElements(field, normVerifierLength(circuit));
        let [restX, restProof, restClaim] = [x.slice(), proof.slice(), claim];
        tamper?.(restProof);
        for (let share = 0; share < 3; share++) {
          const last = share === 2;
          const mineX = last ? restX : residues(field, x.length, BigInt(50 + share));
          const mineProof = last ? restProof : residues(field, proof.length, BigInt(70 + share));
          const mineClaim = last ? restClaim : BigInt(share + 1);
          if (!last) {
            [restX, restProof, restClaim] = [restX.slice(), restProof.slice(), (restClaim - mineClaim + q) % q];
            kernels.sub(restX, mineX);
            kernels.sub(restProof, mineProof);
          }
          const out = newElements(field, sum.length);
          queryNorm(kernels, circuit, mineX, mineClaim, mineProof, ...weights, out);
          kernels.add(sum, out);
        }
        return decideNorm(kernels, circuit, sum);
      };
      const bump = (place: number) => (p: Elements) => setElement(p, place, (elementAt(p, place) + 1n) % q);
      assert.equal(verify(norm), undefined);
      assert.equal(verify((norm + 1n) % q), 'OUTPUT');
      assert.equal(verify(norm, bump(0)), 'GADGET', 'a wire seed');
      assert.equal(verify(norm, bump(5)), 'GADGET', 'the gadget at call 0, which is no output');
      assert.equal(verify(norm, bump(5 + 2)), 'OUTPUT', 'the gadget at call 1');
    });

    test(`[AG10] ${field.name}, ${name}: validity of bits, range and checks`, () => {
      const circuit: ValidityCircuit = {
        wireLength: 16,
        products: 3,
        normBits: 4,
        squaredBound: 9n,
        wrap: 8n,
        wrapBits: 4,
        checks: 5,
        successes: 5,
      };
      const honest = { norm: 7n, dots: [-7n, 8n, 0n, 3n, -2n] };
      const bitsOf = (norm: bigint, rest: bigint, dots: readonly bigint[], success = 1n) => {
        const bits = newElements(field, bitCount(circuit));
        let at = 0;
        const write = (value: bigint, count: number): void => {
          for (let i = 0; i < count; i++) setElement(bits, at++, (value >> BigInt(i)) & 1n);
        };
        write(norm, 4);
        write(rest, 4);
        for (const dot of dots) {
          write(dot + 7n, 4);
          write(success, 1);
        }
        return bits;
      };
      const randomness = { bits: 991n, checks: 7_919n, final: 104_729n };
      const weights = [lagrangeWeights(field, 16, t), lagrangeWeights(field, 32, t)] as const;
      const verdict = (bits: Elements, dots: readonly bigint[], tamper?: number) => {
        const input = arrange(
          kernels,
          circuit,
          bits,
          dots.map((dot) => (dot + q) % q),
          1n,
        );
        const proof = newElements(field, validityProofLength(circuit));
        proveValidity(kernels, circuit, input, randomness, residues(field, 6, 8n), proof);
        if (tamper !== undefined) setElement(proof, tamper, (elementAt(proof, tamper) + 1n) % q);
        const out = newElements(field, validityVerifierLength(circuit));
        queryValidity(kernels, circuit, input, randomness, proof, ...weights, out);
        return decideValidity(kernels, circuit, out);
      };
      const good = bitsOf(honest.norm, 2n, honest.dots);
      assert.equal(verdict(good, honest.dots), undefined);
      assert.equal(verdict(good, honest.dots, 0), 'GADGET');
      assert.equal(verdict(good, honest.dots, 6), 'GADGET');
      assert.equal(verdict(good, [9n, ...honest.dots.slice(1)]), 'OUTPUT', 'another dot product than its bits say');
      assert.equal(verdict(bitsOf(7n, 3n, honest.dots), honest.dots), 'OUTPUT', 'v + u is not b²');
      assert.equal(verdict(bitsOf(7n, 2n, honest.dots, 0n), honest.dots), 'OUTPUT', 'no check succeeds');
      const two = good.slice();
      setElement(two, 3, 2n);
      assert.equal(verdict(two, honest.dots), 'OUTPUT', 'a bit that is 2');
    });

    test(`[AG10] ${field.name}, ${name}: powers by doubling`, () => {
      const out = newElements(field, 37);
      fillPowers(kernels, 3n, out);
      assert.deepEqual(
        Array.from(out, BigInt),
        Array.from({ length: 37 }, (_, i) => power(3n, BigInt(i), q)),
      );
    });
  }
}
