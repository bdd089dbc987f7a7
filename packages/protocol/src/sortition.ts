/** Who holds an attempt's shares: the roster of staked aggregators and the draw from it (spec/committee.md CM1, CM4). */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat, u32, uint } from './codec.ts';

/** One entry of the roster. */
export interface RosterEntry {
  /** 20 bytes. */
  readonly address: Uint8Array;
  /** Wei, 1 … 2^96 − 1. */
  readonly stake: bigint;
}

/** The two holders of one share: addresses of 20 bytes. */
export interface HolderPair {
  readonly primary: Uint8Array;
  readonly standby: Uint8Array;
}

export interface CommitteeDraw {
  /** drawBeacon (CM3), 32 bytes. */
  readonly beacon: Uint8Array;
  /** The snapshot (CM2) in its order. */
  readonly roster: readonly RosterEntry[];
  /** k. */
  readonly shares: number;
  /** r: a consortium (r = 1) draws nobody. */
  readonly holders: 2;
}

/** The most entries of a roster. */
export const ROSTER_MAX = 256;
const MOST_STAKE = 2n ** 96n - 1n;

export type SortitionErrorCode = 'ADDRESS_WIDTH' | 'BEACON_WIDTH' | 'ROSTER_SIZE' | 'SHARES' | 'STAKE';

/** A roster that the contract cannot have, or a draw that it does not have enough entries for. */
export class SortitionError extends Error {
  readonly code: SortitionErrorCode;
  readonly have: string;
  readonly need: string;
  constructor(code: SortitionErrorCode, have: number | bigint, need: string) {
    super(`${code}: have ${have}, need ${need}`);
    this.name = 'SortitionError';
    this.code = code;
    this.have = String(have);
    this.need = need;
  }
}

function rosterWord({ address, stake }: RosterEntry): Uint8Array {
  if (address.length !== 20) throw new SortitionError('ADDRESS_WIDTH', address.length, '20 bytes');
  if (stake < 1n || stake > MOST_STAKE) throw new SortitionError('STAKE', stake, `1 … ${MOST_STAKE}`);
  return concat(address, uint(stake, 12));
}

/**
 * The hash that the contract keeps of a roster (CM1): keccak256 over words address ‖ u96 stake.
 * @throws SortitionError on an entry that is none.
 */
export const rosterHash = (roster: readonly RosterEntry[]): Uint8Array => keccak_256(concat(...roster.map(rosterWord)));

/**
 * Draws the two holders of each share by stake, without putting back (CM4). Share j is entry j − 1.
 * @throws SortitionError on a malformed beacon or entry, and on fewer than 2k or more than 256 entries.
 */
export function drawCommittee({ beacon, roster, shares, holders }: CommitteeDraw): HolderPair[] {
  const seats = shares * holders;
  if (beacon.length !== 32) throw new SortitionError('BEACON_WIDTH', beacon.length, '32 bytes');
  if (!(Number.isInteger(shares) && shares >= 1)) throw new SortitionError('SHARES', shares, 'a positive integer');
  if (roster.length < seats || roster.length > ROSTER_MAX)
    throw new SortitionError('ROSTER_SIZE', roster.length, `${seats} … ${ROSTER_MAX} entries`);
  roster.forEach(rosterWord);

  // A drawn entry's stake becomes 0: its interval is empty and the others close up.
  const stakes = roster.map(({ stake }) => stake);
  let total = stakes.reduce((sum, stake) => sum + stake, 0n);
  const drawn = Array.from({ length: seats }, (_, s) => {
    let x = wordValue(keccak_256(concat(beacon, u32(s)))) % total;
    let at = 0;
    while (x >= stakes[at]!) x -= stakes[at++]!;
    total -= stakes[at]!;
    stakes[at] = 0n;
    return roster[at]!.address;
  });
  return Array.from({ length: shares }, (_, j) => ({ primary: drawn[j]!, standby: drawn[shares + j]! }));
}

const wordValue = (bytes: Uint8Array): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
