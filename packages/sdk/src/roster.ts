/**
 * The roster of staked aggregators, folded from their registry's events in the contract's own order, so that its hash is
 * the one that every snapshot has (CM1, CM2), and the draw from it (CM4). Pure.
 */
import { drawCommittee, rosterHash } from '@concord/protocol';
import { bytesToHex, hexToBytes } from 'viem';
import type { Address, Hex, RegistryFact } from './facts.ts';

export interface RosterMember {
  readonly address: Address;
  /** Wei. */
  readonly stake: bigint;
}

/** In the contract's order. */
export type Roster = readonly RosterMember[];

const packed = (roster: Roster) => roster.map(({ address, stake }) => ({ address: hexToBytes(address), stake }));

/** keccak256 of the roster's words (CM1). */
export const rosterHashOf = (roster: Roster): Hex => bytesToHex(rosterHash(packed(roster)));

/**
 * The roster after one more event (CM1): a newcomer goes to the end, the last entry takes the place of one that leaves.
 * Undefined where the event cannot follow.
 */
export function foldRoster(roster: Roster, fact: RegistryFact): Roster | undefined {
  const at = roster.findIndex(({ address }) => address === fact.aggregator);
  switch (fact.kind) {
    case 'registeredAggregator': {
      const entry = { address: fact.aggregator, stake: fact.stake };
      return at < 0 ? [...roster, entry] : roster.with(at, entry);
    }
    case 'resigned':
      return at < 0 ? undefined : leave(roster, at);
    case 'slashed':
      // A resigned stake is slashed outside the roster.
      return at < 0 ? roster : leave(roster, at);
    case 'withdrawn':
      return at < 0 ? roster : undefined;
  }
}

const leave = (roster: Roster, at: number): Roster => roster.with(at, roster.at(-1)!).slice(0, -1);

/**
 * The 2k holders in seat order: primaries of shares 1 … k, then standbys of shares 1 … k (CM4). Empty where the roster
 * has fewer than 2k entries: nobody can be seated then, and the attempt runs into its deadline (CM5).
 */
export function committeeOf(roster: Roster, beacon: Hex, shares: number): readonly Address[] {
  if (roster.length < 2 * shares) return [];
  const pairs = drawCommittee({ beacon: hexToBytes(beacon), roster: packed(roster), shares, holders: 2 });
  const drawn = [...pairs.map(({ primary }) => primary), ...pairs.map(({ standby }) => standby)];
  return drawn.map((address) => bytesToHex(address));
}
