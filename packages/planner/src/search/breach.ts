/** What would stop a run halfway: the gas cap of its contract, and the caps that its members' nodes keep. [PL1][PL11] */
import { type CompiledCharter, gasCost, gasRoom } from '@concord/sdk';
import type { Cost, Draft } from '../types.ts';

export interface Breach {
  readonly cap: 'gasCap' | 'caps.memberBytes' | 'caps.memberSeconds';
  readonly have: number;
  readonly most: number;
}

/** Gas that the rounds contract meters against the cap (CH8), about: all but the proposal, votes and joins. */
export function meteredGas({ charter }: CompiledCharter, { gas }: Cost): number {
  const { propose, votes } = gasCost(charter);
  return gas - propose - votes;
}

/** The least cap under which the last round still begins: before it there must be room for the dearest attempt [RD16]. */
function gasForAllRounds(compiled: CompiledCharter, cost: Cost): number {
  const { charter } = compiled;
  const { firstRound, laterRound } = gasCost(charter);
  const last = charter.limits.rounds - 1;
  return meteredGas(compiled, cost) - (last === 0 ? firstRound : laterRound) + Number(gasRoom(charter, last));
}

/** `caps` of a text, where it has some (CH8); what does not fit is the compiler's to refuse. */
function capsOf({ text }: Draft): { readonly memberBytes?: unknown; readonly memberSeconds?: unknown } {
  const caps = typeof text === 'object' && text !== null ? (text as { readonly caps?: unknown }).caps : undefined;
  return typeof caps === 'object' && caps !== null ? caps : {};
}

/** Caps below what a run is expected to take. */
export function breachesOf(draft: Draft, compiled: CompiledCharter, cost: Cost): Breach[] {
  const { memberBytes, memberSeconds } = capsOf(draft);
  const gasCap = Number(compiled.charter.limits.gasCap);
  const all: readonly (readonly [Breach['cap'], number, unknown])[] = [
    ['gasCap', gasForAllRounds(compiled, cost), gasCap === 0 ? undefined : gasCap],
    ['caps.memberBytes', cost.bytes.member, memberBytes],
    ['caps.memberSeconds', cost.processorSeconds.member, memberSeconds],
  ];
  return all.flatMap(([cap, have, most]) => (typeof most === 'number' && have > most ? [{ cap, have, most }] : []));
}
