/**
 * PINE-01 (draft-chen-cfrg-vdaf-pine-01 with its two XOFs) for two shares: the published protocol that §5 and §6 are
 * made from. It differs in domain separation, in the monomial basis of its gadget polynomials, in its joint
 * randomness parts, and in sharing every constant equally. Long, because a protocol is read from its first step to its last.
 */
import { createCipheriv, createHmac } from 'node:crypto';
import { turboshake128 } from '@noble/hashes/sha3-addons.js';
import { join, pieces, u16, u32, u8 } from './bytes.ts';
import {
  bitLength,
  bitsOf,
  decode,
  encode,
  type Field,
  integer,
  inverse,
  mod,
  power,
  powers,
  root,
  subtract,
} from './field.ts';
import { type Call, extension, type Gadget, lagrange, PRODUCTS, prove, rootsOfUnity, SQUARES, weighed } from './flp.ts';
import { evaluate } from './ntt.ts';
import { F32, F64 } from './parameters.ts';

const U = {
  MEASUREMENT: 1,
  PROOF: 2,
  JOINT: 3,
  PROVE: 4,
  QUERY: 5,
  SEED: 6,
  PART: 7,
  WRAP: 8,
  WRAP_SEED: 9,
  WRAP_PART: 10,
};

const Q40 = 2n ** 20n * 1048555n + 1n;
const Q128 = 340282366920938462946865773367900766209n;
const FIELDS: Record<string, Field> = {
  Field32: F32,
  Field40: { q: Q40, bytes: 5, generator: power(7n, 1048555n, Q40), order: 2n ** 20n },
  Field64: F64,
  Field128: { q: Q128, bytes: 16, generator: power(7n, 4611686018427387897n, Q128), order: 2n ** 66n },
};

const ALGORITHMS: Record<string, number> = {
  Pine64HmacSha256Aes128: 0xffff1004,
  Pine32HmacSha256Aes128: 0xffff1005,
  Pine40HmacSha256Aes128: 0xffff1006,
};

/** The head of a PINE-01 vector file. */
export interface PineFile {
  readonly field: string;
  readonly dimension: number;
  readonly l2_norm_bound: number;
  readonly num_frac_bits: number;
  readonly alpha: number;
  readonly num_wr_checks: number;
  readonly num_wr_successes: number;
  readonly chunk_length: number;
  readonly chunk_length_norm_equality: number;
  readonly proofs: number;
  readonly proofs_norm_equality: number;
}

/** One of the two circuits: gadget, width of a call, calls, proofs, and the wire length that holds them. */
interface Circuit {
  readonly gadget: Gadget;
  readonly arity: number;
  readonly P: number;
  readonly proofs: number;
  readonly extend: bigint[][];
}

export interface Pine {
  readonly file: PineFile;
  readonly field: Field;
  readonly algorithm: number;
  readonly hmac: boolean;
  readonly seedSize: number;
  readonly bound: bigint;
  readonly normBits: number;
  readonly wrap: bigint;
  readonly wrapBits: number;
  /** Checked bits, and elements of a measurement share. */
  readonly bits: number;
  readonly length: number;
  readonly bitCalls: number;
  readonly norm: Circuit;
  readonly validity: Circuit;
}

const nextPower = (least: number): number => 2 ** Math.ceil(Math.log2(least));

/** The instance of a vector file; `name` is the file's name up to its number. */
export function pine(name: string, file: PineFile): Pine {
  const field = FIELDS[file.field]!;
  const hmac = name.includes('Hmac');
  const bound = BigInt(file.l2_norm_bound);
  const normBits = bitLength(bound * bound);
  const wrap = BigInt(nextPower(Math.ceil(file.alpha * file.l2_norm_bound) + 1));
  const wrapBits = bitLength(2n * wrap - 1n);
  const bits = 2 * normBits + file.num_wr_checks * (wrapBits + 1);
  const bitCalls = Math.ceil(bits / file.chunk_length);
  const circuit = (gadget: Gadget, width: number, calls: number, proofs: number): Circuit => {
    const P = nextPower(calls + 1);
    return { gadget, arity: gadget.arity(width), P, proofs, extend: extension(field, P) };
  };
  const normCalls = Math.ceil(file.dimension / file.chunk_length_norm_equality);
  const calls = bitCalls + Math.ceil(file.num_wr_checks / file.chunk_length);
  return {
    file,
    field,
    hmac,
    bound,
    normBits,
    wrap,
    wrapBits,
    bits,
    bitCalls,
    algorithm: ALGORITHMS[name] ?? 0xffffffff,
    seedSize: hmac ? 32 : 16,
    length: file.dimension + bits,
    norm: circuit(SQUARES, file.chunk_length_norm_equality, normCalls, file.proofs_norm_equality),
    validity: circuit(PRODUCTS, file.chunk_length, calls, file.proofs),
  };
}

/** The first `length` bytes of the instance's XOF. */
function xof(pine: Pine, seed: Uint8Array, usage: number, binder: Uint8Array, length: number): Buffer {
  const dst = join(u8(1), u32(pine.algorithm), u16(usage));
  if (!pine.hmac) return Buffer.from(turboshake128(join(u8(dst.length), dst, seed, binder), { D: 1, dkLen: length }));
  const o = createHmac('sha256', seed)
    .update(join(u8(dst.length), dst, binder))
    .digest();
  return createCipheriv('aes-128-ctr', o.subarray(0, 16), o.subarray(16)).update(Buffer.alloc(length));
}

/** The first `count` elements by rejection of words ≥ q, one after the other. */
function expand(pine: Pine, seed: Uint8Array, usage: number, binder: Uint8Array, count: number): bigint[] {
  const { bytes, q } = pine.field;
  const spare = 64; // words; more than any of these fields ever rejects in one vector
  const stream = xof(pine, seed, usage, binder, (count + spare) * bytes);
  const words = Array.from({ length: count + spare }, (_, i) => integer(stream.subarray(i * bytes, (i + 1) * bytes)));
  const kept = words.filter((word) => word < q);
  if (kept.length < count) throw new RangeError('too many words rejected');
  return kept.slice(0, count);
}

const derivePart = (
  pine: Pine,
  blind: Uint8Array,
  usage: number,
  party: number,
  nonce: Uint8Array,
  share: readonly bigint[],
): Buffer => xof(pine, blind, usage, join(u8(party), nonce, encode(pine.field, share)), pine.seedSize);

const deriveSeed = (pine: Pine, usage: number, parts: readonly Uint8Array[]): Buffer =>
  xof(pine, Buffer.alloc(pine.seedSize), usage, join(...parts), pine.seedSize);

/** The dot products with the checks' −1, 0, +1; each check begins at a fresh byte. */
function dotProducts(pine: Pine, gradient: readonly bigint[], wrSeed: Uint8Array): bigint[] {
  const size = Math.ceil(pine.file.dimension / 4);
  const bytes = xof(pine, wrSeed, U.WRAP, Buffer.alloc(0), pine.file.num_wr_checks * size);
  return Array.from({ length: pine.file.num_wr_checks }, (_, i) =>
    gradient.reduce((sum, x, at) => {
      const two = (bytes[i * size + (at >> 2)]! >> (2 * (at & 3))) & 3;
      return mod(two === 0 ? sum - x : two === 3 ? sum + x : sum, pine.field.q);
    }, 0n),
  );
}

function padded(pairs: readonly bigint[], arity: number): Call[] {
  return pieces(pairs, arity).map((call) => [...call, ...new Array<bigint>(arity - call.length).fill(0n)]);
}

/** A measurement, or a share of one, by its meaning. */
function read(pine: Pine, measurement: readonly bigint[]) {
  const bits = measurement.slice(pine.file.dimension);
  const checks = pieces(bits.slice(2 * pine.normBits), pine.wrapBits + 1);
  return {
    gradient: measurement.slice(0, pine.file.dimension),
    bits,
    v: bits.slice(0, pine.normBits),
    u: bits.slice(pine.normBits, 2 * pine.normBits),
    w: checks.map((check) => check.slice(0, pine.wrapBits)),
    g: checks.map((check) => check[pine.wrapBits]!),
  };
}

/** Calls of the validity circuit; `one` is the share of the constant 1. */
function validityCalls(
  pine: Pine,
  measurement: readonly bigint[],
  r: readonly bigint[],
  joint: readonly bigint[],
  one: bigint,
): Call[] {
  const { q } = pine.field;
  const { bits, w, g } = read(pine, measurement);
  const [rb, rw] = [powers(joint[0]!, bits.length, q), powers(joint[1]!, r.length, q)];
  const bitPairs = bits.flatMap((b, i) => [mod(rb[i]! * b, q), mod(b - one, q)]);
  const checkPairs = r.flatMap((ri, i) => [mod(rw[i]! * (ri - weighed(w[i]!) + (pine.wrap - 1n) * one), q), g[i]!]);
  return [bitPairs, checkPairs].flatMap((pairs) => padded(pairs, pine.validity.arity));
}

/** The coefficients of the polynomial with these values on the roots of unity. */
function coefficients(field: Field, values: readonly bigint[]): bigint[] {
  const { q } = field;
  const back = powers(inverse(root(field, values.length), q), values.length, q);
  const scale = inverse(BigInt(values.length), q);
  return values.map((_, k) =>
    mod(values.reduce((sum, v, i) => sum + v * back[(i * k) % values.length]!, 0n) * scale, q),
  );
}

/** Wire seeds and the 2P − 1 coefficients of the gadget polynomial. */
function proveCircuit(pine: Pine, circuit: Circuit, calls: readonly Call[], seeds: readonly bigint[]): bigint[] {
  const proof = prove(pine.field, circuit.gadget, calls, seeds, circuit.extend);
  return [...seeds, ...coefficients(pine.field, proof.slice(circuit.arity)).slice(0, -1)];
}

const proofLength = (circuit: Circuit): number => circuit.proofs * (circuit.arity + 2 * circuit.P - 1);

/** The wires at t and the gadget polynomial at t, from shares of calls and proof. */
function queryCircuit(
  pine: Pine,
  circuit: Circuit,
  calls: readonly Call[],
  proof: readonly bigint[],
  t: bigint,
): bigint[] {
  const { field } = pine;
  const weights = lagrange(rootsOfUnity(field, circuit.P), t, field.q);
  const wires = Array.from({ length: circuit.arity }, (_, l) =>
    mod(
      calls.reduce((sum, call, i) => sum + weights[i + 1]! * call[l]!, weights[0]! * proof[l]!),
      field.q,
    ),
  );
  return [...wires, evaluate(proof.slice(circuit.arity), t, field.q)];
}

/** The gadget polynomial at ω_P¹, ω_P², … */
function gadgetValues(pine: Pine, circuit: Circuit, proof: readonly bigint[], calls: number): bigint[] {
  const points = rootsOfUnity(pine.field, circuit.P).slice(1, calls + 1);
  return points.map((point) => evaluate(proof.slice(circuit.arity), point, pine.field.q));
}

const total = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

const proofBinder = (pine: Pine): Buffer => join(u8(pine.norm.proofs), u8(pine.validity.proofs));

function jointRandomness(pine: Pine, seed: Uint8Array): bigint[] {
  return expand(pine, seed, U.JOINT, u8(pine.validity.proofs), 3 * pine.validity.proofs);
}

/** Public share and both input shares of one gradient of floats. */
export function shardPine(pine: Pine, gradient: readonly number[], nonce: Uint8Array, randomness: Uint8Array) {
  const { field, file, seedSize } = pine;
  const { q } = field;
  const seeds = Array.from({ length: 7 }, (_, i) => randomness.subarray(i * seedSize, (i + 1) * seedSize));
  const [helperMeasurement, helperProof, helperWrap, helperBlind, leaderWrap, leaderBlind, proveSeed] = seeds as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const x = gradient.map((value) => BigInt(Math.round(value * 2 ** file.num_frac_bits)));
  const encoded = x.map((value) => mod(value, q));
  const norm = total(x.map((value) => value * value));
  const normed = [...encoded, ...bitsOf(norm, pine.normBits), ...bitsOf(pine.bound * pine.bound - norm, pine.normBits)];
  const helper = expand(pine, helperMeasurement, U.MEASUREMENT, u8(1), pine.length);

  const wrapParts = [
    derivePart(pine, leaderWrap, U.WRAP_PART, 0, nonce, subtract(normed, helper, q)),
    derivePart(pine, helperWrap, U.WRAP_PART, 1, nonce, helper.slice(0, normed.length)),
  ];
  const r = dotProducts(pine, encoded, deriveSeed(pine, U.WRAP_SEED, wrapParts));
  let successes = 0;
  const checks = r.flatMap((ri) => {
    const shifted = mod(ri + pine.wrap - 1n, q);
    const success = shifted < 2n * pine.wrap && successes < file.num_wr_successes;
    if (success) successes++;
    return [...bitsOf(shifted, pine.wrapBits), success ? 1n : 0n];
  });
  const measurement = [...normed, ...checks];
  const leader = subtract(measurement, helper, q);
  const parts = [
    derivePart(pine, leaderBlind, U.PART, 0, nonce, leader),
    derivePart(pine, helperBlind, U.PART, 1, nonce, helper),
  ];
  const joint = jointRandomness(pine, deriveSeed(pine, U.SEED, parts));

  const wireSeeds = expand(
    pine,
    proveSeed,
    U.PROVE,
    proofBinder(pine),
    pine.norm.proofs * pine.norm.arity + pine.validity.proofs * pine.validity.arity,
  );
  const proof: bigint[] = [];
  for (let i = 0; i < pine.norm.proofs; i++) {
    proof.push(
      ...proveCircuit(pine, pine.norm, padded(encoded, pine.norm.arity), wireSeeds.splice(0, pine.norm.arity)),
    );
  }
  for (let i = 0; i < pine.validity.proofs; i++) {
    const calls = validityCalls(pine, measurement, r, joint.slice(3 * i, 3 * i + 3), 1n);
    proof.push(...proveCircuit(pine, pine.validity, calls, wireSeeds.splice(0, pine.validity.arity)));
  }
  const helperProofs = expand(pine, helperProof, U.PROOF, join(proofBinder(pine), u8(1)), proof.length);
  return {
    publicShare: join(...wrapParts, ...parts),
    leader: join(encode(field, leader), encode(field, subtract(proof, helperProofs, q)), leaderWrap, leaderBlind),
    helper: join(helperMeasurement, helperProof, helperWrap, helperBlind),
  };
}

/** A party's measurement share, proof share and two blinds from its input share (0 leader, 1 helper). */
function readInputShare(pine: Pine, party: number, share: Uint8Array) {
  const { field, seedSize, length } = pine;
  const proofs = proofLength(pine.norm) + proofLength(pine.validity);
  const blinds = share.subarray(-2 * seedSize);
  const [wrapBlind, blind] = [blinds.subarray(0, seedSize), blinds.subarray(seedSize)];
  if (party === 0) {
    const values = decode(field, share.subarray(0, -2 * seedSize));
    return { measurement: values.slice(0, length), proof: values.slice(length), wrapBlind, blind };
  }
  const measurement = expand(pine, share.subarray(0, seedSize), U.MEASUREMENT, u8(1), length);
  const proof = expand(pine, share.subarray(seedSize, 2 * seedSize), U.PROOF, join(proofBinder(pine), u8(1)), proofs);
  return { measurement, proof, wrapBlind, blind };
}

/** A party's prep share: its verifier share and its two joint randomness parts. */
export function prepPine(
  pine: Pine,
  party: number,
  verifyKey: Uint8Array,
  nonce: Uint8Array,
  publicShare: Uint8Array,
  inputShare: Uint8Array,
): Buffer {
  const { field, seedSize, file } = pine;
  const { q } = field;
  const { measurement, proof, wrapBlind, blind } = readInputShare(pine, party, inputShare);
  const unread = [...proof];
  const normed = measurement.slice(0, file.dimension + 2 * pine.normBits);
  const wrapPart = derivePart(pine, wrapBlind, U.WRAP_PART, party, nonce, normed);
  const part = derivePart(pine, blind, U.PART, party, nonce, measurement);
  const published = Array.from({ length: 4 }, (_, i) => publicShare.subarray(i * seedSize, (i + 1) * seedSize));
  const own = (parts: readonly Uint8Array[], mine: Uint8Array) => parts.map((other, i) => (i === party ? mine : other));
  const r = dotProducts(
    pine,
    measurement.slice(0, file.dimension),
    deriveSeed(pine, U.WRAP_SEED, own(published.slice(0, 2), wrapPart)),
  );
  const joint = jointRandomness(pine, deriveSeed(pine, U.SEED, own(published.slice(2), part)));
  const points = expand(
    pine,
    verifyKey,
    U.QUERY,
    join(proofBinder(pine), nonce),
    pine.norm.proofs + pine.validity.proofs,
  );
  const half = inverse(2n, q);
  const { gradient, v, u, g } = read(pine, measurement);
  const verifier: bigint[] = [];
  for (let i = 0; i < pine.norm.proofs; i++) {
    const one = unread.splice(0, proofLength(pine.norm) / pine.norm.proofs);
    const calls = padded(gradient, pine.norm.arity);
    const output = mod(weighed(v) - total(gadgetValues(pine, pine.norm, one, calls.length)), q);
    verifier.push(output, ...queryCircuit(pine, pine.norm, calls, one, points[i]!));
  }
  for (let i = 0; i < pine.validity.proofs; i++) {
    const one = unread.splice(0, proofLength(pine.validity) / pine.validity.proofs);
    const mine = joint.slice(3 * i, 3 * i + 3);
    const calls = validityCalls(pine, measurement, r, mine, half);
    const values = gadgetValues(pine, pine.validity, one, calls.length);
    const inRange = weighed(v) + weighed(u) - pine.bound * pine.bound * half;
    const claimed = total(g) - BigInt(file.num_wr_successes) * half;
    const rf = mine[2]!;
    const output = mod(
      total(values.slice(0, pine.bitCalls)) +
        rf * inRange +
        rf ** 2n * total(values.slice(pine.bitCalls)) +
        rf ** 3n * claimed,
      q,
    );
    verifier.push(output, ...queryCircuit(pine, pine.validity, calls, one, points[pine.norm.proofs + i]!));
  }
  return join(encode(field, verifier), wrapPart, part);
}
