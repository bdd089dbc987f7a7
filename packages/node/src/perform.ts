/** From a duty to its effect. What may be said is decided by the journal; nothing here decides whether to act. */
import { isCommittee, type RunView } from '@concord/sdk';
import type { Duty } from './core/duties.ts';
import { signProposedFiles, signVerified } from './perform/accept.ts';
import { answer } from './perform/answer.ts';
import { closeList, signClosed, signProposedList } from './perform/close.ts';
import { handOver, takeHandOver } from './perform/handOver.ts';
import { checkListed } from './perform/listed.ts';
import { join, vote } from './perform/membership.ts';
import { propose } from './perform/propose.ts';
import { reveal, seat } from './perform/seat.ts';
import { signSettled, speakAggregateShare } from './perform/settle.ts';
import { stop } from './perform/stop.ts';
import { upload } from './perform/upload.ts';
import { verifyShares } from './perform/verify.ts';
import type { Work } from './perform/work.ts';
import type { Party } from './ports.ts';
import type { Slot } from './core/slot.ts';
import type { Spending } from './core/spending.ts';

/** Where and for what a duty is done; `work` is there for whoever has a seat. */
export interface Occasion {
  readonly run: RunView;
  readonly slot: Slot | undefined;
  readonly work: Work | undefined;
  /** Where this member stands beside its caps, if the charter has some. */
  readonly spending?: Spending | undefined;
  readonly signal: AbortSignal;
}

/** Does a duty. Rejects when it could not be done now; doing it again later is safe. */
export async function perform(duty: Duty, party: Party, occasion: Occasion): Promise<void> {
  const { run, slot, work, spending, signal } = occasion;
  const { reporter } = party;
  switch (duty.kind) {
    case 'vote':
      return reporter && vote(party, reporter, run, signal);
    case 'join':
      return reporter && join(party, reporter, run, signal);
    case 'answer':
      return answer(party, run, duty, signal);
    case 'stop':
      return reporter && slot && spending && stop(party, reporter, run, slot, spending.spent, signal);
    case 'seat':
      return slot && seat(party, slot, isCommittee(run.charter));
  }
  if (!work) return;
  switch (duty.kind) {
    case 'upload':
      return reporter && upload(party, reporter, work, duty.type);
    case 'handOver':
      return handOver(party, work);
    case 'takeHandOver':
      return takeHandOver(party, work);
    case 'closeList':
      return closeList(party, work, duty.type);
    case 'checkListed':
      return checkListed(party, work, duty.type);
    case 'signClosed':
      return duty.proposer === undefined
        ? signClosed(party, work, duty.type)
        : signProposedList(party, work, duty.type, duty.proposer);
    case 'propose':
      return propose(party, work, duty.what, duty.patient);
    case 'reveal':
      return reveal(party, work, duty.preimage);
    case 'verifyShares':
      return verifyShares(party, work);
    case 'signVerified':
      return duty.proposer === undefined ? signVerified(party, work) : signProposedFiles(party, work, duty.proposer);
    case 'speakAggregateShare':
      return speakAggregateShare(party, work);
    case 'signSettled':
      return signSettled(party, work);
    default:
      return duty satisfies never;
  }
}
