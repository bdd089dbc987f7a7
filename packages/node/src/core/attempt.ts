/** One attempt as one of its holders or members sees it, from the view alone: share, committee, keys, groups. Pure. */
import { type Attempt, type Components, groupOf, type prepareRun } from '@concord/protocol';
import { attemptOf } from '../../../sdk/src/attempt.ts';
import type { Deployment } from '../../../sdk/src/facts.ts';
import { isCommittee, sharesOf } from '../../../sdk/src/seats.ts';
import type { AttemptView, ChainView, RunView } from '../../../sdk/src/view.ts';
import { isOwed } from './answers.ts';
import { type Address, type Hex, hexToBytes } from './hex.ts';
import { type Slot, type TypeName, typeByte } from './slot.ts';

/** 0 primary, 1 standby; in a consortium every holder is the primary of its share. */
export type Role = 0 | 1;

/** Somebody who has a seat. */
export interface Holder {
  readonly address: Address;
  /** j, 1 … k. */
  readonly share: number;
  readonly role: Role;
  /** X25519. */
  readonly sealKey: Hex;
}

export interface Place {
  readonly slot: Slot;
  /** This holder's share index j, 1 … k; 0: it has no seat and only reports. */
  readonly share: number;
  readonly role: Role;
  /** Everybody who has a seat, in seat order; drawn ones whose seat is missing are left out [CM5]. */
  readonly holders: readonly Holder[];
  /** Who holds share j: the primary first. One or two. */
  pair(share: number): readonly Holder[];
  /** Who may report: the seated members of a consortium [RD6], every member beside a committee. */
  readonly members: readonly Address[];
  /** X25519 keys as `shard` takes them: of share j at j − 1, the primary's first. */
  readonly sealKeys: readonly (readonly Uint8Array[])[];
  readonly attempt: Attempt;
  /** The share whose holders keep this member's report of this type (AG16). Updates: only once the attempt is OPEN. */
  group(member: Address, type: TypeName): number;
  /** Header ‖ signature pairs whose signature was found right: each is brought several times, and recovery is slow. */
  readonly judged: Set<string>;
}

/** Who has a seat, in seat order: k holders, or the primaries of shares 1 … k and then their standbys [CM5]. */
export function seatedIn(view: AttemptView): readonly Holder[] {
  const shares = sharesOf(view);
  return (view.seated?.seats ?? []).flatMap(({ holder, sealKey, missing }, i): Holder[] =>
    missing ? [] : [{ address: holder, share: (i % shares) + 1, role: i < shares ? 0 : 1, sealKey }],
  );
}

/** Most holders that may propose a list, one after the other [CM8]. */
const PROPOSERS = 4;

/** Who proposes what a committee agrees on: in the order of shares, each primary before its standby [CM8]. */
export const proposersOf = (holders: readonly Holder[]): readonly Holder[] =>
  holders.toSorted((a, b) => a.share - b.share || a.role - b.role).slice(0, PROPOSERS);

/** Undefined while the attempt is not seated, or when `me` neither holds a share nor may report. */
export function placeOf(
  run: RunView,
  view: AttemptView,
  me: Address,
  prepared: ReturnType<typeof prepareRun>,
  deployment: Deployment,
  { platform }: Pick<Components, 'platform'>,
): Place | undefined {
  const attempt = attemptOf(run, view, prepared, deployment, platform);
  const holders = seatedIn(view);
  const members = isCommittee(run.charter) ? run.charter.members : holders.map(({ address }) => address);
  const mine = holders.find(({ address }) => address === me);
  if (!attempt || (!mine && !members.includes(me))) return undefined;
  const pairs = Array.from({ length: attempt.shares }, (_, i) => holders.filter(({ share }) => share === i + 1));
  const drawBeacon = hexToBytes(view.drawBeacon);
  // Noise is spread by the draw alone, so the other beacon may be any while there is none.
  const options = {
    shares: attempt.shares,
    drawBeacon,
    openBeacon: view.open ? hexToBytes(view.open.beacon) : drawBeacon,
  };
  // A missing seat's seal goes to its partner, which can open the share anyway [CM5].
  const keysOf = (pair: readonly Holder[]): readonly Uint8Array[] =>
    Array.from({ length: run.charter.aggregation.holders }, (_, role) =>
      hexToBytes((pair.find((each) => each.role === role) ?? pair[0]!).sealKey),
    );
  return {
    slot: { runId: run.charterId, round: view.round, attempt: view.attempt },
    share: mine?.share ?? 0,
    role: mine?.role ?? 0,
    holders,
    pair: (share) => pairs[share - 1] ?? [],
    members,
    sealKeys: pairs.map(keysOf),
    attempt,
    judged: new Set(),
    group: (member, type) => groupOf(hexToBytes(member), typeByte[type], options),
  };
}

/**
 * The run that a member is in: the charter that it agreed to, if its text is the member's and lists it, and otherwise
 * none. Without an id it is the last one that was proposed with the text, whoever proposed it: anybody can propose the
 * same text again with other members and another ε [CH1].
 */
export const runOf = (
  { runs }: ChainView,
  { textDigest, charterId }: { readonly textDigest: Hex; readonly charterId?: Hex },
  me: Address,
): RunView | undefined =>
  [...runs.values()].findLast(
    (run) =>
      (charterId === undefined || run.charterId === charterId) &&
      run.charter.textDigest === textDigest &&
      run.charter.members.includes(me),
  );

/** The runs that an aggregator follows: those that passed and have not ended, or in which bytes are asked for [CM10]. */
export const committeeRunsOf = ({ runs }: ChainView): readonly RunView[] =>
  [...runs.values()].filter((run) => isCommittee(run.charter) && run.passed && (!run.finished || isOwed(run)));
