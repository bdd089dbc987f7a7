/** §6: the holder. */
import { join, keccak, sha256, tag, u8 } from './bytes.ts';
import { coordinateRoot } from './commitment.ts';
import { add, dot, type Field, mod, power } from './field.ts';
import {
  normCalls,
  normOutput,
  PRODUCTS,
  query,
  SQUARES,
  validityCalls,
  validityOutput,
  type Weights,
  weightsAt,
} from './flp.ts';
import { open } from './hpke.ts';
import { boundOf, degree, type Parameters, type ReportType, VALIDITY_WIRE } from './parameters.ts';
import {
  dotProducts,
  jointRandomness,
  jointSeed,
  maskedRoot,
  type Received,
  sealsHash,
  seedCommitment,
  type Setup,
  splitProofs,
  wraparoundSeed,
} from './report.ts';
import { publicElement, publicElements } from './xof.ts';

/** AG12: one query for all reports of an attempt. */
export interface Query {
  readonly seed: Uint8Array;
  /** One point for each proof, norm equality first. */
  readonly points: readonly bigint[];
  readonly weights: readonly Weights[];
  /** u⁽⁰⁾ and u⁽¹⁾. */
  readonly checks: readonly (readonly bigint[])[];
}

/** The first element of (cc/v1/t, seed, block) that is no 2P-th root of unity. */
function queryPoint(field: Field, seed: Uint8Array, block: number, P: number): bigint {
  for (let a = 0; ; a++) {
    const t = publicElement(field, 'cc/v1/t', seed, block, a);
    if (power(t, BigInt(2 * P), field.q) !== 1n) return t;
  }
}

export function drawQuery(p: Parameters, field: Field, noiseCtx: Uint8Array, verifyBeacon: Uint8Array): Query {
  const seed = sha256(tag('query'), noiseCtx, verifyBeacon);
  const lengths = [
    ...new Array<number>(p.normProofs).fill(p.wireLength),
    ...new Array<number>(p.validityProofs).fill(VALIDITY_WIRE),
  ];
  const points = lengths.map((P, block) => queryPoint(field, seed, block, P));
  return {
    seed,
    points,
    weights: lengths.map((P, i) => weightsAt(field, P, points[i]!)),
    checks: [0, 1].map((block) => publicElements(field, 'cc/v1/u', seed, block, degree(p))),
  };
}

/** AG13: the seed of ciphertext i, or why the holder complains. */
export function openSeal(
  setup: Setup,
  report: Received,
  i: number,
  secret: Uint8Array,
  seal: Uint8Array,
): Buffer | string {
  const count = setup.p.shares * setup.p.holders;
  const j = Math.ceil(i / setup.p.holders);
  const ciphertext = seal.subarray(33 + 32 * count);
  const digests = Array.from({ length: count }, (_, at) => seal.subarray(33 + 32 * at, 65 + 32 * at));
  if (seal.length !== 33 + 32 * count + 80 || seal[32] !== i) return 'seal';
  if (!keccak(report.header).equals(seal.subarray(0, 32)) || !sealsHash(digests).equals(report.sealsHash))
    return 'seal';
  if (!sha256(ciphertext).equals(digests[i - 1]!)) return 'seal';
  const core = report.header.subarray(0, report.header.length - 32);
  let seed: Buffer;
  try {
    seed = open(secret, join(tag('seed'), report.ctx, u8(j)), sha256(core), ciphertext);
  } catch {
    return 'ciphertext';
  }
  return seedCommitment(setup, report, j, seed).equals(report.hc[j - 1]!) ? seed : 'seed';
}

/** AG13: V_j of a share of the vector (V elements) and of the proofs; `one` is 1 for share 0 and 0 for the others. */
export function verifierShare(
  setup: Setup,
  report: Received,
  q: Query,
  share: { vector: readonly bigint[]; proof: readonly bigint[] },
  one: bigint,
): bigint[] {
  const { field, p, D } = setup;
  const { y1, y2, T } = report.body;
  const size = setup.size(report.type);
  const vector = share.vector.slice(0, D);
  const bits = share.vector.slice(D);
  const wrSeed = wraparoundSeed(report, report.hc, maskedRoot(field, y1), coordinateRoot(field, T));
  const joint = jointRandomness(setup, report, jointSeed(field, wrSeed, y2));
  const r = dotProducts(setup, wrSeed, vector).map((sum) => mod(sum, field.q));
  const proofs = splitProofs(setup, report.type, share.proof);
  const ofNorm = normCalls(vector, p.chunk);
  const norm = proofs.norm.flatMap((proof, i) => [
    normOutput(field, size, bits, proof, p.wireLength, ofNorm.length),
    ...query(field, ofNorm, proof, q.weights[i]!),
  ]);
  const validity = proofs.validity.flatMap((proof, i) => {
    const mine = joint.slice(3 * i, 3 * i + 3);
    const calls = validityCalls(field, size, bits, r, mine, one);
    return [
      validityOutput(field, size, boundOf(p, report.type), bits, proof, mine, one),
      ...query(field, calls, proof, q.weights[p.normProofs + i]!),
    ];
  });
  const image = setup.commit(vector);
  return [...norm, ...validity, ...q.checks.map((u) => dot(u, image, field.q))];
}

/** Share 0: what everybody sees. */
export const publicShare = (report: Received): { vector: bigint[]; proof: readonly bigint[] } => ({
  vector: [...report.body.y1, ...report.body.y2],
  proof: report.body.proof,
});

/** AG14: the checks that fail, by name; a report is accepted iff there is none. */
export function failures(
  setup: Setup,
  type: ReportType,
  shares: readonly (readonly bigint[])[],
  T: readonly bigint[],
  query: Query,
): string[] {
  const { p, field } = setup;
  const sum = shares.reduce((a, b) => add(a, b, field.q));
  const unread = [...sum];
  const failed: string[] = [];
  const proof = (name: string, gadget: typeof SQUARES, width: number) => {
    const arity = gadget.arity(width);
    const [output, ...rest] = unread.splice(0, arity + 2) as [bigint, ...bigint[]];
    if (output !== 0n) failed.push(`${name} output`);
    if (mod(gadget.evaluate(rest.slice(0, arity)), field.q) !== rest[arity]) failed.push(`${name} gadget`);
  };
  for (let i = 0; i < p.normProofs; i++) proof(`norm-equality ${i}`, SQUARES, p.chunk);
  for (let i = 0; i < p.validityProofs; i++) proof(`validity ${i}`, PRODUCTS, setup.size(type).pairs);
  query.checks.forEach((u, i) => {
    if (dot(u, T, field.q) !== unread[i]) failed.push(`commitment ${i}`);
  });
  return failed;
}
