/** How an attempt of a run in memory is seated: by its members, or by pairs drawn from staked aggregators. */
import type { KeyPair } from '@concord/protocol';
import {
  type Address,
  committeeHashOf,
  type CommitteeSeat,
  currentAttempt,
  drawnCommitteeHashOf,
  type Hex,
  rosterHashOf,
} from '@concord/sdk';
import { bytesToHex, keccak256, zeroHash } from 'viem';
import { membersOf } from './committee.ts';
import type { Ledger } from './ledger.ts';

export interface CommitteeOptions {
  /** k. */
  readonly shares: number;
  /** Registered before the run begins, at least 2k; one more comes in round 0. */
  readonly aggregators: number;
  /** Seat (0 … 2k − 1) whose holder never sits. */
  readonly missing?: number;
  /** Seat whose holder sits and never publishes a verifier file. */
  readonly silent?: number;
  /** Places (by address) of members about whose updates the holders of share 1 disagree. */
  readonly conflicts?: readonly number[];
}

export interface At {
  readonly runId: Hex;
  readonly round: number;
  readonly attempt: number;
}

/** 32 bytes that a path names. */
export const wordOf = (...path: readonly (string | number)[]): Hex =>
  keccak256(new TextEncoder().encode(path.join('/')));

/** Aggregators with different stakes, the last one for later. */
const registrations = ({ aggregators }: CommitteeOptions, seed: string) =>
  membersOf(aggregators + 1, `${seed}/aggregators`).map(
    ({ address }, i) =>
      ({
        kind: 'registeredAggregator',
        aggregator: address,
        stake: BigInt(1 + (i % 3)) * 10n ** 18n,
        endpoint: `https://${address}.example`,
      }) as const,
  );

/** What must stand on chain before a committee's run is proposed. */
export function registerAll(ledger: Ledger, committee: CommitteeOptions, seed: string): void {
  for (const fact of registrations(committee, seed).slice(0, -1)) ledger.post(fact);
}

/** The facts from a passed charter, a FINAL round or a VOID to NOISE; `keys` in seat order. */
export function seatDrawn(
  ledger: Ledger,
  at: At,
  committee: CommitteeOptions,
  keys: readonly KeyPair[],
  seed: string,
): void {
  const { runId, round, attempt } = at;
  if (round === 0 && attempt === 0) ledger.post({ kind: 'begun', runId, rosterHash: rosterHashOf(ledger.view.roster) });
  const { rosterHash } = ledger.run(runId).snapshot!;
  // Whoever registers now is in no draw before the next snapshot.
  if (round === 0 && attempt === 0) ledger.post(registrations(committee, seed).at(-1)!);
  // The block after the snapshot's has the hash that nobody could know.
  ledger.wait(1);
  ledger.post({ kind: 'drawn', ...at, beacon: wordOf(seed, round, attempt, 'draw'), rosterHash });
  const run = ledger.run(runId);
  const drawn = currentAttempt(run)!.draw!.committee;
  if (committee.missing !== undefined) ledger.wait(run.charter.deadlines.seat);
  const seats = drawn.map((holder, i): CommitteeSeat => {
    if (i === committee.missing)
      return { holder, sealKey: zeroHash, openCommit: zeroHash, queryCommit: zeroHash, drawCommit: zeroHash };
    return {
      holder,
      sealKey: bytesToHex(keys[i]!.publicKey),
      openCommit: wordOf(seed, round, attempt, 'open', i),
      queryCommit: wordOf(seed, round, attempt, 'query', i),
      drawCommit: wordOf(seed, round, attempt, 'draw', i),
    };
  });
  ledger.post({ kind: 'committeeSeated', ...at, committeeHash: drawnCommitteeHashOf(seats), seats });
}

/** The same of a consortium: `keys` are the members'. */
export function seatMembers(
  ledger: Ledger,
  at: At,
  members: readonly Address[],
  keys: readonly KeyPair[],
  seed: string,
): void {
  const seats = members.map((holder, i) => ({
    holder,
    sealKey: bytesToHex(keys[i]!.publicKey),
    openCommit: wordOf(seed, at.round, at.attempt, 'open', i),
    queryCommit: wordOf(seed, at.round, at.attempt, 'query', i),
  }));
  ledger.post({ kind: 'seated', ...at, committeeHash: committeeHashOf(seats), seats });
}

/** A committee's run takes a snapshot of the roster for the attempt named here. */
export const snapshotFor = (ledger: Ledger, at: At): void =>
  ledger.post({ kind: 'snapshot', ...at, rosterHash: rosterHashOf(ledger.view.roster) });
