/** The secrets of a seat: a sealing key and preimages for this attempt alone, in the journal before the chain hears of them. */
import { type KeyPair, Secret } from '@concord/protocol';
import type { AttemptView, Hex } from '@concord/sdk';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex } from '../core/hex.ts';
import { entry, type Preimage, type Slot } from '../core/slot.ts';
import type { Party } from '../ports.ts';
import { say, sayPlainly } from '../statements.ts';
import { AttemptError, type Work } from './work.ts';

/** Preimages in the order in which they are kept and handed over; a consortium's seats have the first two. */
const PREIMAGES = ['open', 'query', 'draw'] as const satisfies readonly Preimage[];
const WORD = 32;

/** The preimages of a seat, one after another. */
export interface Preimages {
  readonly bytes: Uint8Array;
}

export const preimageOf = ({ bytes }: Preimages, which: Preimage): Uint8Array => {
  const at = PREIMAGES.indexOf(which) * WORD;
  return bytes.subarray(at, at + WORD);
};

const commitTo = (preimages: Preimages, which: Preimage): Hex => bytesToHex(keccak_256(preimageOf(preimages, which)));

/** All that a committee's seat commits to [CM3]; without drawCommit a consortium's [RD8]. */
export const commitsTo = (preimages: Preimages) => ({
  openCommit: commitTo(preimages, 'open'),
  queryCommit: commitTo(preimages, 'query'),
  drawCommit: commitTo(preimages, 'draw'),
});

interface SeatSecrets {
  readonly key: KeyPair;
  readonly preimages: Preimages;
}

const open = (party: Party, bytes: Uint8Array): SeatSecrets => ({
  key: party.components.platform.x25519KeyPair(new Secret(bytes.slice(0, WORD))),
  preimages: { bytes: bytes.subarray(WORD) },
});

/** RD8, RD9, CM5: makes the secrets and says the seat. */
export function seat(party: Party, slot: Slot, committee: boolean): void {
  const bytes = party.journal.record(slot, entry.seatSecrets, party.random((committee ? 4 : 3) * WORD));
  const { key, preimages } = open(party, bytes);
  const sealKey = bytesToHex(key.publicKey);
  const { drawCommit, ...commits } = commitsTo(preimages);
  if (committee) say(party, slot, { kind: 'CommitteeSeat', ...slot, sealKey, ...commits, drawCommit });
  else say(party, slot, { kind: 'Seat', ...slot, sealKey, ...commits });
}

/** The secrets of the seat that the chain has for this node. Throws AttemptError when the journal holds others or none. */
export function seatSecrets(party: Party, { place, view }: Pick<Work, 'place' | 'view'>): SeatSecrets {
  const bytes = party.journal.read(place.slot, entry.seatSecrets);
  const secrets = bytes && bytes.length >= 3 * WORD ? open(party, bytes) : undefined;
  const seated = view.seated?.seats.find(({ holder }) => holder === party.me.address);
  if (!secrets || !seated || bytesToHex(secrets.key.publicKey) !== seated.sealKey)
    throw new AttemptError(
      'SEAT_LOST',
      'the journal does not hold the secrets of the seat on chain: its partner must do without it, or the attempt is void',
    );
  return secrets;
}

/** RD8, CM7: the preimage, once the chain has what it was committed before; a standby's is what it was handed. */
export function reveal(party: Party, work: Work, which: Preimage): void {
  const { slot, role, share, pair } = work.place;
  const standIn = role === 1 && pair(share).length === 2;
  const handed = standIn ? party.journal.read(slot, entry.handedOver) : undefined;
  if (standIn && !handed?.length) throw new AttemptError('HAND_OVER', 'the primary has handed over nothing');
  const preimages = handed ? { bytes: handed } : seatSecrets(party, work).preimages;
  sayPlainly(party, slot, which, { preimage: bytesToHex(preimageOf(preimages, which)) });
}

/** Keys and preimages are overwritten once their attempt is over: nobody can be made to open its seals later. */
export function eraseSecrets(party: Party, run: { readonly charterId: Slot['runId'] }, view: AttemptView): void {
  const slot: Slot = { runId: run.charterId, round: view.round, attempt: view.attempt };
  for (const key of [entry.seatSecrets, entry.handedOver])
    if (party.journal.read(slot, key)?.length) party.journal.erase(slot, key);
}
