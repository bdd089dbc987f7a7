/** The secrets of a seat: one sealing key and two preimages for this attempt alone, in the journal before the chain hears of them. */
import { type KeyPair, Secret } from '@concord/protocol';
import type { AttemptView } from '@concord/sdk';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex } from '../core/hex.ts';
import { entry, type Slot } from '../core/slot.ts';
import type { Member } from '../ports.ts';
import { say, sayPlainly } from '../statements.ts';
import { AttemptError, type Work } from './work.ts';

interface SeatSecrets {
  readonly key: KeyPair;
  readonly open: Uint8Array;
  readonly query: Uint8Array;
}

function open(member: Member, bytes: Uint8Array): SeatSecrets {
  return {
    key: member.components.platform.x25519KeyPair(new Secret(bytes.slice(0, 32))),
    open: bytes.subarray(32, 64),
    query: bytes.subarray(64, 96),
  };
}

/** RD8, RD9: makes the secrets and says the seat. */
export function seat(member: Member, slot: Slot): void {
  const bytes = member.journal.record(slot, entry.seatSecrets, member.random(96));
  const secrets = open(member, bytes);
  say(member, slot, {
    kind: 'Seat',
    ...slot,
    sealKey: bytesToHex(secrets.key.publicKey),
    openCommit: bytesToHex(keccak_256(secrets.open)),
    queryCommit: bytesToHex(keccak_256(secrets.query)),
  });
}

/** The secrets of the seat that the chain has for this node. Throws AttemptError when the journal holds others or none. */
export function seatSecrets(member: Member, { place, view }: Pick<Work, 'place' | 'view'>): SeatSecrets {
  const bytes = member.journal.read(place.slot, entry.seatSecrets);
  const secrets = bytes?.length === 96 ? open(member, bytes) : undefined;
  const seated = view.seated?.seats[place.share - 1];
  if (!secrets || !seated || bytesToHex(secrets.key.publicKey) !== seated.sealKey)
    throw new AttemptError(
      'SEAT_LOST',
      'the journal does not hold the secrets of the seat on chain: this attempt will be void',
    );
  return secrets;
}

/** RD8: the preimage, once the chain has what it was committed before. */
export function reveal(member: Member, work: Work, preimage: 'open' | 'query'): void {
  const secrets = seatSecrets(member, work);
  sayPlainly(member, work.place.slot, preimage, { preimage: bytesToHex(secrets[preimage]) });
}

/** Keys and preimages are overwritten once their attempt is over: nobody can be made to open its seals later. */
export function eraseSecrets(member: Member, run: { readonly charterId: Slot['runId'] }, view: AttemptView): void {
  const slot: Slot = { runId: run.charterId, round: view.round, attempt: view.attempt };
  if (member.journal.read(slot, entry.seatSecrets)?.length) member.journal.erase(slot, entry.seatSecrets);
}
