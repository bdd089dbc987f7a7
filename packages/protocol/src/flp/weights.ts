/** Evaluation of a polynomial that is given by its values on roots of unity (AG13): f(t) = Σ weight_i · f(ω^i). */
import { newElements, setElement } from '../codec.ts';
import { type Elements, type Field, inverse, mod, power, rootOfUnity } from '../field.ts';
import { powers } from '../ntt.ts';

/** The inverses of non-zero residues, at the price of one inversion (Montgomery's trick). */
function inverses(values: readonly bigint[], q: bigint): bigint[] {
  const prefix: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    prefix.push(product);
    product = (product * value) % q;
  }
  let rest = inverse(product, q);
  const out = new Array<bigint>(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    out[i] = (rest * prefix[i]!) % q;
    rest = (rest * values[i]!) % q;
  }
  return out;
}

/**
 * Lagrange weights at t over the `order`-th roots of unity in natural order: (t^order − 1)/order · ω^i/(t − ω^i).
 * `order` is a power of two; t must not be one of those roots.
 */
export function lagrangeWeights(field: Field, order: number, t: bigint): Elements {
  const q = field.modulus;
  const roots = powers(rootOfUnity(field, order), order, q);
  const gaps = inverses(
    roots.map((root) => mod(t - root, q)),
    q,
  );
  const scale = mod((power(t, BigInt(order), q) - 1n) * inverse(BigInt(order), q), q);
  const out = newElements(field, order);
  for (let i = 0; i < order; i++) setElement(out, i, (((scale * roots[i]!) % q) * gaps[i]!) % q);
  return out;
}
