/** One attempt that opened its sum, as the auditor looks at it: all of its facts, and where its blobs come from. */
import type { Attempt, GroupOptions, Platform, prepareRun } from '@concord/protocol';
import { hexToBytes } from 'viem';
import { attemptOf } from '../attempt.ts';
import type { Address, Deployment } from '../facts.ts';
import { isPieced } from '../pieces.ts';
import { holdersOf, isCommittee, seatsOf } from '../seats.ts';
import type { AttemptView, RunView } from '../view.ts';
import { placeName } from './clock.ts';
import { type BlobSource, obtain, obtainPieced, type Wanted } from './evidence.ts';

type Opened = Required<Pick<AttemptView, 'noise' | 'uploads' | 'query' | 'verified' | 'unmasked'>>;

export interface OpenedScene extends Opened {
  /** "round 3, attempt 0". */
  readonly name: string;
  readonly round: number;
  readonly attempt: Attempt;
  readonly groups: GroupOptions;
  /** In seat order, missing ones too: k, or 2k. */
  readonly holders: readonly Address[];
  /** Those of share j = 1 … k who have a seat: one or two, the primary first. */
  holdersOf(share: number): readonly Address[];
  /** Who may report: the seated members, or every listed one beside a committee (RD6). */
  readonly members: readonly Address[];
  obtain(wanted: Wanted): Promise<Uint8Array>;
  /** A verifier-share file or an aggregate share: one blob in version 1, a list and pieces from version 2 on [CM10]. */
  obtainFile(wanted: Wanted): Promise<Uint8Array>;
}

/** A settled attempt: its sum was used. */
export interface Scene extends OpenedScene {
  readonly settled: NonNullable<AttemptView['settled']>;
}

export const settledIn = (scene: OpenedScene, { settled }: AttemptView): Scene | undefined =>
  settled && { ...scene, settled };

/** Undefined unless all holders have spoken their aggregate shares: before, there is no sum to look at. */
export function sceneOf(
  run: RunView,
  view: AttemptView,
  prepared: ReturnType<typeof prepareRun>,
  deployment: Deployment,
  source: BlobSource,
  platform: Platform,
): OpenedScene | undefined {
  const attempt = attemptOf(run, view, prepared, deployment, platform);
  const { seated, noise, open, uploads, query, verified, unmasked, round } = view;
  if (!attempt || !seated || !noise || !open || !uploads || !query || !verified || !unmasked) return undefined;
  const groups = {
    shares: attempt.shares,
    drawBeacon: hexToBytes(view.drawBeacon),
    openBeacon: hexToBytes(open.beacon),
  };
  return {
    ...{ name: placeName(view), round, attempt, groups, noise, uploads, query, verified, unmasked },
    holders: holdersOf(view),
    holdersOf: (share) => seatsOf(view, share).map(({ holder }) => holder),
    members: isCommittee(run.charter) ? run.charter.members : holdersOf(view),
    obtain: (wanted) => obtain(source, wanted, platform),
    obtainFile({ demand, ...wanted }) {
      if (!isPieced(run.charter)) return obtain(source, wanted, platform);
      const place = `--round ${round} --attempt ${view.attempt}`;
      return obtainPieced(source, { ...wanted, ...(demand && { demand: `${place} ${demand}` }) }, platform);
    },
  };
}
