/** One attempt as one of its holders sees it, from the view alone: share, committee, keys, groups. Pure. */
import { type Attempt, type Components, groupOf, type prepareRun } from '@concord/protocol';
import { attemptOf } from '../../../sdk/src/attempt.ts';
import type { Deployment } from '../../../sdk/src/facts.ts';
import { type AttemptView, type ChainView, type RunView, shareIndexOf } from '../../../sdk/src/view.ts';
import { type Address, type Hex, hexToBytes } from './hex.ts';
import { type Slot, type TypeName, typeByte } from './slot.ts';

export interface Place {
  readonly slot: Slot;
  /** This holder's share index j, 1 … k. */
  readonly share: number;
  /** Holders in seat order: `holders[j − 1]` has share j. With k = N they are the members that may report [RD6]. */
  readonly holders: readonly Address[];
  /** X25519 keys in seat order, as `shard` takes them. */
  readonly sealKeys: readonly (readonly Uint8Array[])[];
  readonly attempt: Attempt;
  /** The share whose holder keeps this member's report of this type (AG16). Updates: only once the attempt is OPEN. */
  group(member: Address, type: TypeName): number;
  /** Header ‖ signature pairs whose signature was found right: each is brought several times, and recovery is slow. */
  readonly judged: Set<string>;
}

/** Undefined while the attempt is not seated, or when `me` has no seat in it. */
export function placeOf(
  run: RunView,
  view: AttemptView,
  me: Address,
  prepared: ReturnType<typeof prepareRun>,
  deployment: Deployment,
  { platform }: Pick<Components, 'platform'>,
): Place | undefined {
  const attempt = attemptOf(run, view, prepared, deployment, platform);
  const share = shareIndexOf(view, me);
  const seats = view.seated?.seats;
  if (!attempt || !seats || share === undefined) return undefined;
  const drawBeacon = hexToBytes(view.drawBeacon);
  // Noise is spread by the draw alone, so the other beacon may be any while there is none.
  const options = {
    shares: seats.length,
    drawBeacon,
    openBeacon: view.open ? hexToBytes(view.open.beacon) : drawBeacon,
  };
  return {
    slot: { runId: run.charterId, round: view.round, attempt: view.attempt },
    share,
    holders: seats.map((seat) => seat.holder),
    sealKeys: seats.map((seat) => [hexToBytes(seat.sealKey)]),
    attempt,
    judged: new Set(),
    group: (member, type) => groupOf(hexToBytes(member), typeByte[type], options),
  };
}

/** The run that a member is in: the last one that was proposed with its text and lists it. */
export const runOf = ({ runs }: ChainView, textDigest: Hex, me: Address): RunView | undefined =>
  [...runs.values()].findLast(({ charter }) => charter.textDigest === textDigest && charter.members.includes(me));
