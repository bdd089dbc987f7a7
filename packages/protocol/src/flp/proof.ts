/**
 * What both circuits share. A proof is its wire seeds followed by the gadget polynomial's values on the 2P-th roots of
 * unity in natural order, so the gadget's output of call c stands at 2c (AG9). Everything here is linear in shares.
 */
import { fillElements } from '../codec.ts';
import type { Elements } from '../field.ts';
import type { FieldKernels } from '../kernels/types.ts';

/** Runs `work` and gives back all kernel memory that it allocated; its result must not lie there. */
export function scratch<T>(kernels: FieldKernels, work: () => T): T {
  const mark = kernels.mark();
  try {
    return work();
  } finally {
    kernels.release(mark);
  }
}

/** A copy of `x` in kernel memory. */
export function load(kernels: FieldKernels, x: Elements): Elements {
  const out = kernels.alloc(x.length);
  copyElements(x, out);
  return out;
}

/** Both are of the same field; the union of typed arrays hides that from the compiler. */
export function copyElements(from: Elements, to: Elements, offset = 0): void {
  if (to instanceof BigUint64Array) to.set(from as BigUint64Array, offset);
  else to.set(from as Uint32Array, offset);
}

/** x[i] ← x[i] · factor. */
export function scale(kernels: FieldKernels, x: Elements, factor: bigint): void {
  scratch(kernels, () => {
    const factors = kernels.alloc(x.length);
    fillElements(factors, factor);
    kernels.mul(x, factors);
  });
}

/** out[i] ← r^i, by doubling: logarithmically many kernel calls. */
export function fillPowers(kernels: FieldKernels, r: bigint, out: Elements): void {
  const q = kernels.field.modulus;
  fillElements(out.subarray(0, 1), 1n);
  let step = r;
  for (let known = 1; known < out.length; known *= 2) {
    const next = out.subarray(known, Math.min(2 * known, out.length));
    copyElements(out.subarray(0, next.length), next);
    scale(kernels, next, step);
    step = (step * step) % q;
  }
}

/** Σ of gadget outputs of the calls from … from + count − 1 (calls are numbered from 1), mod q. */
export function sumOutputs(kernels: FieldKernels, values: Elements, from: number, count: number): bigint {
  if (values instanceof Uint32Array) {
    let sum = 0; // at most 4,096 terms below 2^32: exact
    for (let c = from; c < from + count; c++) sum += values[2 * c]!;
    return BigInt(sum) % kernels.field.modulus;
  }
  let sum = 0n;
  for (let c = from; c < from + count; c++) sum += values[2 * c]!;
  return sum % kernels.field.modulus;
}

/** Adds the seeds' share of the wires at the query point: wires[l] += λ_0 · seeds[l]. */
export function addSeeds(kernels: FieldKernels, wires: Elements, seeds: Elements, weight: bigint): void {
  scratch(kernels, () => {
    const term = load(kernels, seeds);
    scale(kernels, term, weight);
    kernels.add(wires, term);
  });
}
