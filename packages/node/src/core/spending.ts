/** Whether a member's caps leave room for another round [RD18][CH8]. Pure. */
import type { Caps } from '../../../protocol/src/caps.ts';
import { byteCost } from '../../../sdk/src/byteCost.ts';
import type { Charter } from '../../../sdk/src/facts.ts';

/** What a node has spent on a run, or on a part of it. */
export interface Spent {
  readonly bytesSent: number;
  /** Of computing. */
  readonly milliseconds: number;
}

/** Where a member stands beside its caps. */
export interface Spending {
  readonly caps: Caps;
  readonly spent: Spent;
  /** The most that one round took so far; undefined while none is over. */
  readonly dearest: Spent | undefined;
}

/** What a round is taken to cost: as much as the dearest one, and before there is one what the charter's sizes say. */
const aRound = (charter: Charter, { dearest }: Spending): Spent =>
  dearest ?? { bytesSent: byteCost(charter).memberPerRound, milliseconds: 0 };

/** Rounds that still fit under both caps, each as dear as the dearest. */
export function roundsLeft(charter: Charter, spending: Spending): number {
  const { caps, spent } = spending;
  const each = aRound(charter, spending);
  const fit = (left: number, cost: number): number => (left < cost ? 0 : Math.floor(left / Math.max(1, cost)));
  return Math.min(
    fit(caps.memberBytes - spent.bytesSent, each.bytesSent),
    fit(1_000 * caps.memberSeconds - spent.milliseconds, each.milliseconds),
  );
}

/** What a round took, from what was spent when each round was first seen, in order of rounds. */
export function dearestOf(began: readonly Spent[]): Spent | undefined {
  const rounds = began.slice(1).map((after, i): Spent => {
    const before = began[i]!;
    return { bytesSent: after.bytesSent - before.bytesSent, milliseconds: after.milliseconds - before.milliseconds };
  });
  if (rounds.length === 0) return undefined;
  return {
    bytesSent: Math.max(...rounds.map(({ bytesSent }) => bytesSent)),
    milliseconds: Math.max(...rounds.map(({ milliseconds }) => milliseconds)),
  };
}
