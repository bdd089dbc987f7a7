/** Reports, received bytes, sums and parameters that must be refused, each with the checks that refuse it. */
import { join, u8 } from './bytes.ts';
import { contextOf, noiseContext } from './contexts.ts';
import { type Field, mod } from './field.ts';
import { brokenFloors, type Parameters, UPDATE } from './parameters.ts';
import { decodeReport, type Desk, type Received } from './report.ts';
import { inputOf, type Scene } from './scenes.ts';
import { type Cheat, shard, type Shard } from './shard.ts';
import { drawQuery, failures, openSeal, publicShare, type Query, verifierShare } from './verify.ts';

const at =
  (index: number, change: (value: bigint) => bigint) =>
  (values: readonly bigint[]): bigint[] =>
    values.map((value, i) => (i === index ? change(value) : value));

/** The same sum of the same powers of two with a 2 in it: no longer bits. */
function notBits(bits: readonly bigint[]): bigint[] {
  const i = bits.findIndex((bit, at) => bit === 0n && bits[at + 1] === 1n);
  return bits.map((bit, at) => (at === i ? 2n : at === i + 1 ? 0n : bit));
}

interface Lie {
  readonly name: string;
  readonly rule: string;
  readonly x?: bigint;
  readonly cheat: Cheat;
}

/** Members that lie. `x` replaces the first coordinate; 65,536² = q + 2²⁰ − 1 is short modulo q in F32. */
export function lies(scene: Scene): Lie[] {
  const { q } = scene.setup.field;
  const { bound } = scene.setup.p;
  const firstCall = scene.setup.p.chunk + 2;
  return [
    { name: 'too long, claiming the bound', rule: 'AG9', x: 3000n, cheat: { squaredNorm: () => bound * bound } },
    { name: 'too long, telling its norm', rule: 'AG10', x: 1900n, cheat: { squaredNorm: (truth) => truth } },
    {
      name: 'wraps around, claiming that the checks hold',
      rule: 'AG8',
      x: 65_536n,
      cheat: { squaredNorm: (truth) => mod(truth, q), success: () => true },
    },
    {
      name: 'wraps around, admitting failed checks',
      rule: 'AG10',
      x: 65_536n,
      cheat: { squaredNorm: (truth) => mod(truth, q), success: (_, failed) => !failed },
    },
    { name: 'a bit that is 2', rule: 'AG10', cheat: { bits: notBits } },
    {
      name: 'a commitment to another vector',
      rule: 'AG14',
      cheat: { commitment: at(77, (value) => mod(value + 1n, q)) },
    },
    { name: 'a changed wire seed', rule: 'AG14', cheat: { proof: at(0, (value) => mod(value + 1n, q)) } },
    { name: 'a changed gadget value', rule: 'AG14', cheat: { proof: at(firstCall, (value) => mod(value + 1n, q)) } },
    {
      name: 'another seed sealed for share 2',
      rule: 'AG13',
      cheat: { sealed: (seed, j) => (j === 2 ? Buffer.from(seed).reverse() : seed) },
    },
    {
      name: 'a broken ciphertext for share 3',
      rule: 'AG13',
      cheat: { ciphertext: (c, i) => (i === 2 ? join(c.subarray(0, 79), u8(c[79]! ^ 1)) : c) },
    },
  ];
}

export interface Verified {
  readonly complaints: { readonly share: number; readonly reason: string }[];
  readonly shares: readonly bigint[][];
  readonly failed: readonly string[];
}

/** Everything that the committee does with one report. */
export function verifyReport(
  scene: Scene,
  report: Received,
  seals: readonly Uint8Array[],
  masks: Shard['masks'],
  query: Query,
): Verified {
  const { setup, holders } = scene;
  const complaints = seals.flatMap((seal, i) => {
    const seed = openSeal(setup, report, i + 1, holders[i]!, seal);
    return typeof seed === 'string' ? [{ share: Math.floor(i / setup.p.holders) + 1, reason: seed }] : [];
  });
  const shares = [
    verifierShare(setup, report, query, publicShare(report), 1n),
    ...masks.map((mask) => verifierShare(setup, report, query, mask, 0n)),
  ];
  return { complaints, shares, failed: failures(setup, report.type, shares, report.body.T, query) };
}

export const queryOf = (scene: Scene): Query =>
  drawQuery(scene.setup.p, scene.setup.field, noiseContext(scene.attempt), scene.verifyBeacon);

export const deskOf = (scene: Scene, made: Shard): Desk => ({
  ...made.origin,
  chainId: scene.attempt.chainId,
  contract: scene.attempt.contract,
});

/** Each lie told by member 1 of a scene. */
export function lyingReports(scene: Scene): { lie: Lie; made: Shard; verified: Verified }[] {
  const { setup, attempt, holders, name } = scene;
  const query = queryOf(scene);
  return lies(scene).map((lie) => {
    const honest = inputOf(name, setup.p, attempt, holders, 1, UPDATE);
    const input = lie.x === undefined ? honest : { ...honest, x: [lie.x, ...honest.x.slice(1)] };
    const made = shard(setup, input, lie.cheat);
    const received = decodeReport(setup, deskOf(scene, made), made.report);
    return { lie, made, verified: verifyReport(scene, received, made.seals, made.masks, query) };
  });
}

/** Bytes laid over a report at an offset. */
export type Patch = readonly [offset: number, bytes: Buffer];

export function overlay(report: Uint8Array, patches: readonly Patch[]): Buffer {
  const out = Buffer.from(report);
  for (const [offset, bytes] of patches) bytes.copy(out, offset);
  return out;
}

/** The patches that turn `from` into `to`, of equal length; runs closer than 8 bytes are one. */
export function difference(from: Uint8Array, to: Uint8Array): Patch[] {
  const runs: { start: number; end: number }[] = [];
  for (let i = 0; i < to.length; i++) {
    if (from[i] === to[i]) continue;
    const last = runs.at(-1);
    if (last && i - last.end < 8) last.end = i + 1;
    else runs.push({ start: i, end: i + 1 });
  }
  return runs.map(({ start, end }) => [start, Buffer.from(to.subarray(start, end))]);
}

export interface Mishap {
  readonly name: string;
  readonly patches: readonly Patch[];
  readonly truncate?: number;
  readonly desk?: Partial<Desk>;
}

/** q itself as if it were an element. */
const modulus = ({ q, bytes }: Field): Buffer => Buffer.from(q.toString(16).padStart(2 * bytes, '0'), 'hex').reverse();

/** AG15: bytes that nobody takes for a report, or not for one of this attempt. */
export function mishaps(scene: Scene, made: Shard): Mishap[] {
  const { field, p, D } = scene.setup;
  const size = scene.setup.size(made.origin.type);
  const signature = 4 + size.header;
  const y1 = signature + 65;
  const y2 = y1 + D * field.bytes;
  const T = made.report.length - scene.setup.A[0]!.length * field.bytes;
  const flip = (offset: number): Patch => [offset, u8(made.report[offset]! ^ 1)];
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = BigInt(`0x${made.signature.subarray(32, 64).toString('hex')}`);
  const high = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex');
  const later = { ...scene.attempt, attempt: scene.attempt.attempt + 1 };
  return [
    { name: 'one byte short', patches: [], truncate: made.report.length - 1 },
    { name: 'another header length', patches: [flip(3)] },
    { name: 'y1 with an element that is q', patches: [[y1, modulus(field)]] },
    { name: 'y1 changed', patches: [flip(y1)] },
    { name: 'y2 changed', patches: [flip(y2)] },
    { name: 'proof share changed', patches: [flip(y2 + size.bits * field.bytes)] },
    { name: 'T changed', patches: [flip(T)] },
    { name: 'field changed in the header', patches: [[4 + 16, u8(p.field === 32 ? 64 : 32)]] },
    { name: 'k changed in the header', patches: [[4 + 17, u8(p.shares + 1)]] },
    { name: 'type changed in the header', patches: [[4 + 70, u8(3 - made.origin.type)]] },
    { name: 'a seed commitment changed', patches: [flip(4 + size.header - 64)] },
    { name: 'the digest of the seals changed', patches: [flip(4 + size.header - 1)] },
    { name: 'signature changed', patches: [flip(signature)] },
    { name: 'signature with high s', patches: [[signature + 32, join(high, u8(55 - made.signature[64]!))]] },
    { name: 'v of 0 or 1', patches: [[signature + 64, u8(made.signature[64]! - 27)]] },
    { name: 'another attempt', patches: [], desk: { ctx: contextOf(later, made.origin.type) } },
    { name: 'another member', patches: [], desk: { member: Buffer.alloc(20, 7) } },
    { name: 'another chain for the signature', patches: [], desk: { chainId: 1n } },
  ];
}

/** The reason to reject, or null where the report is taken. */
export function rejection(scene: Scene, made: Shard, mishap: Mishap): string | null {
  const bytes = overlay(made.report, mishap.patches).subarray(0, mishap.truncate);
  try {
    decodeReport(scene.setup, { ...deskOf(scene, made), ...mishap.desk }, bytes);
    return null;
  } catch (error) {
    return (error as RangeError).message;
  }
}

/** AG1: one change to the parameters of a scene, and the floors that it breaks. */
export function brokenParameters(p: Parameters): { change: Partial<Parameters>; broken: string[] }[] {
  const b32 = p.field === 32;
  const changes: Partial<Parameters>[] = [
    { d: 0 },
    { d: 2 ** 24 },
    { bound: b32 ? 1884n : 123_418_601n },
    { bound: b32 ? 37_834n : 2n ** 32n },
    { wireLength: 48 },
    { chunk: p.chunk + 4 },
    { normProofs: p.normProofs - 1 },
    { validityProofs: p.validityProofs - 1 },
    { checks: 99 },
    { shares: 2, holders: 1 },
    { holders: 3 },
    { sigma: 2n },
    { honest: 0 },
    { honest: p.minNoise + 1 },
    { recordBound: p.bound },
    { noiseBound: p.noiseBound - 1n },
  ];
  return changes.map((change) => ({ change, broken: brokenFloors({ ...p, ...change }, { updates: 3, noises: 3 }) }));
}
