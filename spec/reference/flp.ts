/** AG9, AG10, AG13: the two fully linear proofs, in the Lagrange basis and with nothing but Lagrange's formula. */
import { pieces } from './bytes.ts';
import { dot, type Field, inverse, mod, powers, root } from './field.ts';
import { type Derived, VALIDITY_WIRE } from './parameters.ts';

/** A gadget call: one input for each wire. */
export type Call = readonly bigint[];

export interface Gadget {
  readonly arity: (width: number) => number;
  readonly evaluate: (inputs: readonly bigint[]) => bigint;
}

/** Σ of L squares (AG9). */
export const SQUARES: Gadget = {
  arity: (width) => width,
  evaluate: (inputs) => inputs.reduce((sum, x) => sum + x * x, 0n),
};

/** Σ of c products, arity 2c (AG10). */
export const PRODUCTS: Gadget = {
  arity: (width) => 2 * width,
  evaluate: (inputs) => pieces(inputs, 2).reduce((sum, [a, b]) => sum + a! * b!, 0n),
};

/** Lagrange's formula: w with p(t) = Σ w_i·p(x_i) for every p of degree < x.length. */
export function lagrange(x: readonly bigint[], t: bigint, q: bigint): bigint[] {
  return x.map((xi, i) => {
    let above = 1n;
    let below = 1n;
    x.forEach((xm, m) => {
      if (m === i) return;
      above = (above * mod(t - xm, q)) % q;
      below = (below * mod(xi - xm, q)) % q;
    });
    return (above * inverse(below, q)) % q;
  });
}

/** The m-th roots of unity in natural order. */
export const rootsOfUnity = (field: Field, m: number): bigint[] => powers(root(field, m), m, field.q);

/** For each 2P-th root of unity the weights that take values on the P-th roots to the value there. */
export const extension = (field: Field, P: number): bigint[][] =>
  rootsOfUnity(field, 2 * P).map((t) => lagrange(rootsOfUnity(field, P), t, field.q));

/** The wires' values on the P-th roots: seed_l at ω⁰, the calls' inputs at ω¹, ω² …, then zeros. */
function wires(calls: readonly Call[], seeds: readonly bigint[], P: number): bigint[][] {
  return seeds.map((seed, l) =>
    Array.from({ length: P }, (_, i) => (i === 0 ? seed : i <= calls.length ? calls[i - 1]![l]! : 0n)),
  );
}

/** A proof: the wire seeds, then the gadget polynomial on the 2P-th roots in natural order. */
export function prove(
  field: Field,
  gadget: Gadget,
  calls: readonly Call[],
  seeds: readonly bigint[],
  to: readonly (readonly bigint[])[],
): bigint[] {
  const lines = wires(calls, seeds, to[0]!.length);
  const values = to.map((weights) => mod(gadget.evaluate(lines.map((line) => dot(weights, line, field.q))), field.q));
  return [...seeds, ...values];
}

/** AG13: λ over the P-th roots and μ over the 2P-th roots, for one query point. */
export interface Weights {
  readonly wires: readonly bigint[];
  readonly gadget: readonly bigint[];
}

export const weightsAt = (field: Field, P: number, t: bigint): Weights => ({
  wires: lagrange(rootsOfUnity(field, P), t, field.q),
  gadget: lagrange(rootsOfUnity(field, 2 * P), t, field.q),
});

/** The wires and the gadget polynomial at the query point, of one share of calls and proof. */
export function query(field: Field, calls: readonly Call[], proof: readonly bigint[], at: Weights): bigint[] {
  const arity = proof.length - at.gadget.length;
  const lines = wires(calls, proof.slice(0, arity), at.wires.length);
  return [...lines.map((line) => dot(at.wires, line, field.q)), dot(at.gadget, proof.slice(arity), field.q)];
}

/** G(ω_P^c) for c = first … first + count − 1: every second value of the proof. */
const gadgetSum = (proof: readonly bigint[], P: number, first: number, count: number): bigint =>
  Array.from({ length: count }, (_, i) => proof[proof.length - 2 * P + 2 * (first + i)]!).reduce((a, b) => a + b, 0n);

/** Σ 2^i·bits_i. */
export const weighed = (bits: readonly bigint[]): bigint => bits.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n);

const padded = (list: readonly bigint[], length: number): bigint[] => [
  ...list,
  ...new Array<bigint>(length - list.length).fill(0n),
];

/** AG9: ⌈D/L⌉ calls of L coordinates. */
export const normCalls = (vector: readonly bigint[], L: number): Call[] =>
  pieces(vector, L).map((call) => padded(call, L));

/** AG9: the claimed squared norm less the sum of the gadget's values. */
export function normOutput(
  field: Field,
  size: Derived,
  bits: readonly bigint[],
  proof: readonly bigint[],
  P: number,
  calls: number,
): bigint {
  return mod(weighed(bits.slice(0, size.normBits)) - gadgetSum(proof, P, 1, calls), field.q);
}

/** The bits of one report or share by their meaning (§5.5). */
export function readBits(
  size: Derived,
  bits: readonly bigint[],
): { v: bigint[]; u: bigint[]; w: bigint[][]; g: bigint[] } {
  const checks = pieces(bits.slice(2 * size.normBits), size.wrapBits + 1);
  return {
    v: bits.slice(0, size.normBits),
    u: bits.slice(size.normBits, 2 * size.normBits),
    w: checks.map((check) => check.slice(0, size.wrapBits)),
    g: checks.map((check) => check[size.wrapBits]!),
  };
}

/** AG10: the calls. `one` is 1 for the whole vector and for share 0, and 0 for every other share (AG13). */
export function validityCalls(
  field: Field,
  size: Derived,
  bits: readonly bigint[],
  r: readonly bigint[],
  joint: readonly bigint[],
  one: bigint,
): Call[] {
  const { q } = field;
  const [rb, rw] = joint as [bigint, bigint, bigint];
  const { w, g } = readBits(size, bits);
  const bitPowers = powers(rb, bits.length, q);
  const checkPowers = powers(rw, r.length, q);
  const bitPairs = bits.flatMap((b, i) => [mod(bitPowers[i]! * b, q), mod(b - one, q)]);
  const checkPairs = r.flatMap((ri, i) => [
    mod(checkPowers[i]! * (ri - weighed(w[i]!) + (size.wrap - 1n) * one), q),
    g[i]!,
  ]);
  return [bitPairs, checkPairs].flatMap((pairs) =>
    pieces(pairs, 2 * size.pairs).map((call) => padded(call, 2 * size.pairs)),
  );
}

/** AG10: bits are bits; v + u = b²; every check that claims success tells the truth; all claim success. */
export function validityOutput(
  field: Field,
  size: Derived,
  bound: bigint,
  bits: readonly bigint[],
  proof: readonly bigint[],
  joint: readonly bigint[],
  one: bigint,
): bigint {
  const [, , rf] = joint as [bigint, bigint, bigint];
  const { v, u, g } = readBits(size, bits);
  const areBits = gadgetSum(proof, VALIDITY_WIRE, 1, size.bitCalls);
  const inRange = weighed(v) + weighed(u) - bound * bound * one;
  const checksTrue = gadgetSum(proof, VALIDITY_WIRE, 1 + size.bitCalls, size.checkCalls);
  const allClaimed = g.reduce((a, b) => a + b, 0n) - BigInt(g.length) * one;
  return mod(areBits + rf * inRange + rf ** 2n * checksTrue + rf ** 3n * allClaimed, field.q);
}
