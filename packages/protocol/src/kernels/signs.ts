import type { Elements, Signed } from '../field.ts';
import type { Arena } from './arena.ts';

/** The functions of the compiled module. */
export type Exports = Record<string, (...args: (number | bigint)[]) => number>;

/** Splits x into 16-bit limbs in arena memory (signs.as.ts), which stay until the caller releases an earlier mark. */
function split(x: Elements | Signed, groups: number, exports: Exports, arena: Arena): [address: number, limbs: number] {
  const width = x.BYTES_PER_ELEMENT;
  const isSigned = x instanceof Int32Array || x instanceof BigInt64Array;
  const limbs = isSigned ? arena.run(({ read }) => exports['limbsOf']!(read(x), x.length, width)) : width / 2;
  const address = arena.take(128 * limbs * groups);
  arena.run(({ read }) => {
    if (isSigned) exports['splitSigned']!(read(x), x.length, width, limbs, address);
    else exports[width === 4 ? 'splitF32' : 'splitF64']!(read(x), x.length, address);
  });
  return [address, limbs];
}

/** bits ↦ Σ coefficient · x (AG8), exact over the limbs of x: a field element counts as x or x − q. */
export function prepareSigns(x: Elements | Signed, exports: Exports, arena: Arena): (bits: Uint8Array) => bigint {
  const groups = Math.ceil(x.length / 64);
  const [address, limbs] = split(x, groups, exports, arena);
  const kernel = exports[`signSums${limbs}`]!;
  /** Σ popcount(pair) · x. */
  const counted = (bits: Uint8Array): bigint =>
    arena.run(({ read, take }) => {
      const out = take(32);
      kernel(address, read(bits), groups, out);
      return new BigInt64Array(arena.memory.buffer, out, limbs).reduceRight((sum, limb) => (sum << 16n) + limb, 0n);
    });
  // The coefficient is the count less 1, and counts are 2 where all bits are set.
  const total = counted(new Uint8Array(16 * groups).fill(0xff)) / 2n;
  return (bits) => counted(bits) - total;
}
