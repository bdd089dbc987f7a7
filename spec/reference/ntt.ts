/** AG7: the transform of R = F_q[X]/(Xⁿ+1) that the commitment lives in. */
import { type Field, mod, powers, root } from './field.ts';

/** The `width` low bits of i, reversed. */
export function reverseBits(i: number, width: number): number {
  let out = 0;
  for (let b = 0; b < width; b++) out = (out << 1) | ((i >> b) & 1);
  return out;
}

/** x(z) by Horner's rule: what a transform must agree with. */
export function evaluate(x: readonly bigint[], z: bigint, q: bigint): bigint {
  return x.reduceRight((sum, coefficient) => mod(sum * z + coefficient, q), 0n);
}

/** x at ψ, ψ³, ψ⁵, …: with x(z) = even(z²) + z·odd(z²), and as z² takes every value for z and for −z. */
function atOddPowers(x: readonly bigint[], psi: bigint, q: bigint): bigint[] {
  if (x.length === 1) return [x[0]!];
  const square = (psi * psi) % q;
  const even = atOddPowers(
    x.filter((_, i) => i % 2 === 0),
    square,
    q,
  );
  const odd = atOddPowers(
    x.filter((_, i) => i % 2 === 1),
    square,
    q,
  );
  const half = x.length / 2;
  return powers(square, x.length, q).map((w, k) => mod(even[k % half]! + ((psi * w) % q) * odd[k % half]!, q));
}

/** NTT(x)[i] = x(ψ^(2·bitrev(i)+1)) for n = x.length, a power of two. */
export function transform(field: Field, x: readonly bigint[]): bigint[] {
  const natural = atOddPowers(x, root(field, 2 * x.length), field.q);
  return natural.map((_, i) => natural[reverseBits(i, Math.log2(x.length))]!);
}
