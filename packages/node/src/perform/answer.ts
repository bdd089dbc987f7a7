/** Bytes that are asked for on chain, published there [CM10]. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RunView } from '@concord/sdk';
import { type AnswerDuty, slotOf } from '../core/answers.ts';
import { hexToBytes } from '../core/hex.ts';
import { entry } from '../core/slot.ts';
import type { Party } from '../ports.ts';
import { AttemptError } from './work.ts';

/** How long an answer is given to show itself in the view before it is given again, milliseconds. */
const SHOWING = 3_000;

/** Publishes the bytes. Doing it twice does no harm: the chain takes one answer, and only these bytes are one. */
export async function answer(
  party: Party,
  run: RunView,
  { demandId, piece }: Omit<AnswerDuty, 'kind'>,
  signal: AbortSignal,
): Promise<void> {
  const bytes = party.journal.blob(piece.slice(2));
  if (!bytes) throw new AttemptError('BYTES', `the bytes of ${piece} are gone`);
  party.journal.note(slotOf(run.charterId, run.demands.get(demandId)!), entry.answer(demandId), hexToBytes(piece));
  await party.publish(demandId, bytes, signal);
  party.log('answered', { demandId, piece });
  await delay(SHOWING, undefined, { signal });
}
