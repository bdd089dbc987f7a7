/**
 * Whether this node may still speak in an attempt. What it says rests on facts; a chain that takes one back and records
 * another has made what was said worthless, and a second word would be a second tongue. So the facts are journaled before
 * anything is said on them, and an attempt that no longer has them is left to become void [RD15].
 */
import type { AttemptView, Hex } from '@concord/sdk';
import { bytesToHex, hexToBytes } from '../core/hex.ts';
import { type BasisName, entry, type Slot } from '../core/slot.ts';
import type { Party } from '../ports.ts';
import { seatSecrets } from './seat.ts';
import { AttemptError, type Work } from './work.ts';

/** Facts that reports, findings and shares of an attempt are made for. */
const basisOf = (view: AttemptView): readonly (readonly [BasisName, Hex | undefined])[] => [
  ['seated', view.seated?.committeeHash],
  ['noise', view.noise?.root],
  ['open', view.open?.beacon],
  ['uploads', view.uploads?.root],
  ['query', view.query?.beacon],
  ['verified', view.verified?.acceptRoot],
];

/** The fact that the chain had for this node and now has otherwise; undefined while everything stands. */
export function takenBack({ journal }: Pick<Party, 'journal'>, slot: Slot, view: AttemptView): BasisName | undefined {
  const changed = basisOf(view).find(([name, word]) => {
    const known = word && journal.read(slot, entry.basis(name));
    return known && bytesToHex(known) !== word;
  });
  return changed?.[0];
}

/** Journals the facts that there are now. They are on disk with the next thing that is said, and before it. */
export function rememberBasis({ journal }: Pick<Party, 'journal'>, slot: Slot, view: AttemptView): void {
  const known = journal.keys(slot);
  for (const [name, word] of basisOf(view))
    if (word && !known.has(entry.basis(name))) journal.note(slot, entry.basis(name), hexToBytes(word));
}

/**
 * Why this node is silent in its current attempt, in words, or undefined. A holder whose journal lacks its seat's secrets
 * has lost what it said too: it would say it differently [RD10].
 */
export function silenceIn(party: Party, { place, view }: Pick<Work, 'place' | 'view'>): string | undefined {
  const { slot, share } = place;
  const changed = takenBack(party, slot, view);
  if (changed)
    return `the chain took back the ${changed} fact that this node had acted on: the attempt is left to become void`;
  return share === 0 ? undefined : party.workbench.lostSeat(place, () => lostSeat(party, { place, view }));
}

function lostSeat(party: Party, work: Pick<Work, 'place' | 'view'>): string | undefined {
  try {
    seatSecrets(party, work);
    return undefined;
  } catch (error) {
    if (!(error instanceof AttemptError)) throw error;
    return error.message;
  }
}
