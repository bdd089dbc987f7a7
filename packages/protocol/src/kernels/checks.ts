/** What every kernel demands of its arguments; both implementations refuse the same inputs with the same error. */
import type { Elements, Field, Signed } from '../field.ts';
import { WINDOW_WORDS } from './types.ts';

export type KernelErrorCode = 'LENGTH' | 'RANGE' | 'WIDTH' | 'MEMORY';

/** An argument that a kernel cannot work on: `have` breaks the bound `need`. Callers fix sizes; nothing was written. */
export class KernelError extends Error {
  readonly code: KernelErrorCode;
  readonly have: number;
  readonly need: string;
  constructor(code: KernelErrorCode, what: string, have: number, need: string) {
    super(`${what} is ${have}, must be ${need}`);
    this.name = 'KernelError';
    this.code = code;
    this.have = have;
    this.need = need;
  }
}

function demand(holds: boolean, what: string, have: number, need: string, code: KernelErrorCode = 'LENGTH'): void {
  if (!holds) throw new KernelError(code, what, have, need);
}

export const atLeast = (what: string, have: number, need: number): void =>
  demand(have >= need, `${what}.length`, have, `at least ${need}`);

export const exactly = (what: string, have: number, need: number): void =>
  demand(have === need, `${what}.length`, have, `exactly ${need}`);

/** An array of the other field's words would be misread. */
export const checkWidth = (field: Field, x: Elements | Signed): void =>
  demand(x.BYTES_PER_ELEMENT === field.bytes, 'bytes of an element', x.BYTES_PER_ELEMENT, `${field.bytes}`, 'WIDTH');

export function checkWindows(field: Field, keystream: Uint8Array, out: Elements, offset: number): void {
  const window = WINDOW_WORDS * field.bytes;
  demand(keystream.length % window === 0, 'keystream.length', keystream.length, `a multiple of ${window}`);
  const inside = Number.isInteger(offset) && offset >= 0 && offset <= out.length;
  demand(inside, 'offset', offset, `an integer from 0 to ${out.length}`, 'RANGE');
}

export function checkPublic(prefix: Uint8Array, block: number, count: number, out: Elements): void {
  demand(prefix.length <= 47, 'prefix.length', prefix.length, 'at most 47');
  demand(block >>> 0 === block, 'block', block, 'an unsigned 32-bit integer', 'RANGE');
  demand(
    Number.isInteger(count) && count >= 0 && count <= 2 ** 32,
    'count',
    count,
    'an integer from 0 to 2^32',
    'RANGE',
  );
  atLeast('out', out.length, count);
}

export function checkCommit(field: Field, x: Elements, A: Elements, T: Elements): void {
  demand(x.length % field.ringDegree === 0, 'x.length', x.length, `a multiple of ${field.ringDegree}`);
  atLeast('A', A.length, x.length);
  exactly('T', T.length, field.ringDegree);
}

export function checkTranspose(field: Field, u: Elements, A: Elements, out: Elements): void {
  demand(A.length % field.ringDegree === 0, 'A.length', A.length, `a multiple of ${field.ringDegree}`);
  exactly('u', u.length, field.ringDegree);
  atLeast('out', out.length, A.length);
}

export function checkSquares(field: Field, x: Elements, seeds: Elements, P: number, out: Elements): void {
  const isPower = Number.isInteger(Math.log2(P)) && P >= 2 && P <= 2 ** Math.min(field.twoAdicity - 1, 24);
  demand(isPower, 'P', P, 'a power of two of at least 2, with 2P-th roots of unity', 'RANGE');
  atLeast('seeds', seeds.length, 1);
  demand(x.length <= (P - 1) * seeds.length, 'x.length', x.length, `at most ${(P - 1) * seeds.length} = (P − 1) · L`);
  exactly('out', out.length, 2 * P);
}

export function checkWires(x: Elements, weights: Elements, out: Elements): void {
  atLeast('out', out.length, 1);
  atLeast('weights', weights.length, Math.ceil(x.length / out.length) + 1);
}

export const checkSigns = (x: Elements | Signed): void =>
  demand(x.length <= 2 ** 24, 'x.length', x.length, 'at most 2^24');

export function checkTable(random: BigUint64Array, thresholds: BigUint64Array, out: Signed): void {
  atLeast('thresholds', thresholds.length, 1);
  atLeast('random', random.length, out.length);
}

export const checkMessages = (size: number): void =>
  demand(Number.isInteger(size) && size >= 1, 'size', size, 'an integer of at least 1', 'RANGE');

export function checkRounding(x: Float64Array, random: Uint32Array, out: Signed): void {
  atLeast('random', random.length, x.length);
  atLeast('out', out.length, x.length);
}

/** Refuses the first result of stochastic rounding that is NaN or not in [−limit, limit). */
export function inRange(results: Float64Array, limit: number): void {
  for (const r of results) {
    demand(r >= -limit && r < limit, 'rounded value', r, `from −${limit} to ${limit} − 1`, 'RANGE');
  }
}
