/** The one loop: chain → view → duties → journal → effects. It decides nothing; `core/duties.ts` does. */
import { type Address, currentAttempt, type Hex } from '@concord/sdk';
import { Agenda } from './agenda.ts';
import { runOf } from './core/attempt.ts';
import { objectionTo } from './core/consent.ts';
import { duties } from './core/duties.ts';
import { type Slot, slotName } from './core/slot.ts';
import { perform } from './perform.ts';
import { eraseSecrets } from './perform/seat.ts';
import type { Head, Member } from './ports.ts';

/** Follows the heads until they end or `signal` aborts; `observe` is told of each before anything is done about it. */
export async function runLoop(
  member: Member,
  textDigest: Hex,
  heads: AsyncIterable<Head>,
  observe: (head: Head) => void,
  signal: AbortSignal,
): Promise<void> {
  const { me, journal, workbench, bell, log } = member;
  let head: Head | undefined;
  let scheduled = false;
  const attend = (name: string) => {
    const controller = new AbortController();
    return { name, controller, stop: AbortSignal.any([signal, controller.signal]) };
  };
  let attempt = attend('');

  const act = (): void => {
    scheduled = false;
    const run = head && runOf(head.view, textDigest, me.address);
    if (!head || !run || signal.aborted) return;
    const view = currentAttempt(run);
    const slot: Slot | undefined = view && { runId: run.charterId, round: view.round, attempt: view.attempt };
    const name = slot ? slotName(slot) : run.charterId;
    if (name !== attempt.name) {
      attempt.controller.abort();
      attempt = attend(name);
      for (const past of run.attempts) if (past.settled || past.voided) eraseSecrets(member, run, past);
    }
    const { stop } = attempt;
    const place = view && workbench.place(run, view);
    const objection = workbench.consider(run, () => objectionTo(run, member.text, member.records.count));
    const known = {
      said: slot ? journal.keys(slot) : new Set<string>(),
      group: (type: 'update' | 'noise') =>
        place?.holders.filter((each) => place.group(each, type) === place.share) ?? [],
      ...(objection !== undefined && { objection }),
    };
    const where = (who: Address) => () => head && runOf(head.view, textDigest, me.address)?.endpoints.get(who);
    const work = view && place && { run, view, place, signal: stop, where };
    for (const duty of duties(run, me, head.now, known))
      agenda.begin(`${name} ${Object.values(duty).join(' ')}`, stop, () =>
        perform(duty, member, { run, slot, work, signal: stop }),
      );
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(act);
  };

  const agenda = new Agenda(log, schedule);
  const silence = bell.listen(schedule);
  try {
    for await (const next of heads) {
      head = next;
      observe(next);
      bell.ring();
    }
  } finally {
    silence();
    attempt.controller.abort();
    agenda.stop();
  }
}
