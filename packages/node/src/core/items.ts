/** The reports that an attempt is about, and which of them count. */
import type { AcceptSet } from '@concord/protocol';
import type { HeaderEntry } from '../../../sdk/src/records.ts';
import type { Address, Hex } from './hex.ts';
import type { TypeName } from './slot.ts';

/** One listed report. */
export interface Item extends HeaderEntry {
  readonly type: TypeName;
  readonly member: Address;
  /** keccak256 of the header. */
  readonly headerHash: Uint8Array;
}

export interface Accepting {
  readonly set: AcceptSet;
  /** Every listed report, in (address, type) order. */
  readonly items: readonly Item[];
  /** SHA-256 of the holders' verifier-share files in seat order; 32 zero bytes for one that is absent. */
  readonly digests: readonly Uint8Array[];
  /** Reports about which the two holders of a share found different things [CM8]. */
  readonly conflicts: number;
}

/** A holder acknowledged a report and let the list be closed without it: its receipt, beside the list on chain, shows it. */
export interface LeftOut {
  readonly round: number;
  readonly attempt: number;
  readonly type: TypeName;
  readonly member: Address;
  readonly holder: Address;
  /** SHA-256 of the report. */
  readonly reportDigest: Hex;
  readonly signature: Hex;
}
