/** From a duty to its effect. What may be said is decided by the journal; nothing here decides whether to act. */
import type { RunView } from '@concord/sdk';
import type { Duty } from './core/duties.ts';
import { closeList, signClosed } from './perform/close.ts';
import { join, vote } from './perform/membership.ts';
import { reveal, seat } from './perform/seat.ts';
import { signSettled, speakAggregateShare } from './perform/settle.ts';
import { upload } from './perform/upload.ts';
import { signVerified, verifyShares } from './perform/verify.ts';
import type { Work } from './perform/work.ts';
import type { Member } from './ports.ts';
import type { Slot } from './core/slot.ts';

/** Where and for what a duty is done; `work` is there for whoever has a seat. */
export interface Occasion {
  readonly run: RunView;
  readonly slot: Slot | undefined;
  readonly work: Work | undefined;
  readonly signal: AbortSignal;
}

/** Does a duty. Rejects when it could not be done now; doing it again later is safe. */
export async function perform(duty: Duty, member: Member, occasion: Occasion): Promise<void> {
  const { run, slot, work, signal } = occasion;
  switch (duty.kind) {
    case 'vote':
      return vote(member, run, signal);
    case 'join':
      return join(member, run, signal);
    case 'seat':
      return slot && seat(member, slot);
  }
  if (!work) return;
  switch (duty.kind) {
    case 'upload':
      return upload(member, work, duty.type);
    case 'closeList':
      return closeList(member, work, duty.type);
    case 'signClosed':
      return signClosed(member, work, duty.type);
    case 'reveal':
      return reveal(member, work, duty.preimage);
    case 'verifyShares':
      return verifyShares(member, work);
    case 'signVerified':
      return signVerified(member, work);
    case 'speakAggregateShare':
      return speakAggregateShare(member, work);
    case 'signSettled':
      return signSettled(member, work);
    default:
      return duty satisfies never;
  }
}
