/** The one loop: chain → view → duties → journal → effects. It decides nothing; `core/duties.ts` does. */
import { type Address, type ChainView, currentAttempt, type Hex, type RunView } from '@concord/sdk';
import { Agenda } from './agenda.ts';
import { objectionTo } from './core/consent.ts';
import { duties } from './core/duties.ts';
import { type Slot, slotName } from './core/slot.ts';
import { perform } from './perform.ts';
import { eraseSecrets } from './perform/seat.ts';
import { rememberBasis, silenceIn } from './perform/standing.ts';
import type { Bell } from './bell.ts';
import type { Clock } from './clock.ts';
import { JournalError } from './journal.ts';
import type { Head, Log, Party } from './ports.ts';

/** What a node follows: the runs that it is in, and itself in each of them. */
export interface Following {
  readonly runsIn: (view: ChainView) => readonly RunView[];
  readonly partyIn: (run: RunView) => Party;
  /** Whether this node has the bytes of a digest, and gives them away. */
  readonly has: (digest: Hex) => boolean;
  readonly bell: Bell;
  readonly clock: Clock;
  readonly log: Log;
}

/** The attempt of a run that is being attended to, until another takes its place. */
interface Attendance {
  readonly name: string;
  readonly controller: AbortController;
  readonly stop: AbortSignal;
}

/** Follows the heads until they end or `signal` aborts; `observe` is told of each before anything is done about it. */
export async function runLoop(
  { runsIn, partyIn, has, bell, clock, log }: Following,
  heads: AsyncIterable<Head>,
  observe: (head: Head) => void,
  signal: AbortSignal,
): Promise<void> {
  let head: Head | undefined;
  let scheduled = false;
  const attended = new Map<string, Attendance>();
  const attend = (runId: string, name: string): Attendance => {
    const controller = new AbortController();
    const attendance = { name, controller, stop: AbortSignal.any([signal, controller.signal]) };
    attended.set(runId, attendance);
    return attendance;
  };

  const actOn = (run: RunView, { now }: Head): void => {
    const party = partyIn(run);
    const { me, journal, workbench, reporter } = party;
    const view = currentAttempt(run);
    const slot: Slot | undefined = view && { runId: run.charterId, round: view.round, attempt: view.attempt };
    const name = slot ? slotName(slot) : run.charterId;
    const before = attended.get(run.charterId);
    if (before?.name !== name) {
      before?.controller.abort();
      for (const past of run.attempts) if (past.settled || past.voided) eraseSecrets(party, run, past);
    }
    const { stop } = before?.name === name ? before : attend(run.charterId, name);
    const place = view && workbench.place(run, view);
    const objection =
      reporter && workbench.consider(run, () => objectionTo(run, reporter.text, reporter.records.count));
    const silence = place && silenceIn(party, { place, view });
    if (silence !== workbench.silence && silence) log('silent', { ...slot, reason: silence });
    workbench.silence = silence;
    if (place && !silence) rememberBasis(party, place.slot, view);
    const spending = slot && party.spendings?.at(run, slot);
    const known = {
      silent: silence !== undefined,
      said: slot ? journal.keys(slot) : new Set<string>(),
      group: (type: 'update' | 'noise') =>
        place?.members.filter((each) => place.group(each, type) === place.share) ?? [],
      has,
      ...(spending && { spending }),
      ...(objection !== undefined && { objection }),
    };
    const where = (who: Address) => () =>
      head?.view.runs.get(run.charterId)?.endpoints.get(who) ?? head?.view.endpoints.get(who);
    const time = (): number => head?.now ?? now;
    const work = view && place && { run, view, place, signal: stop, where, now: time };
    for (const duty of duties(run, me, now, known))
      agenda.begin(`${name} ${Object.values(duty).join(' ')}`, stop, () =>
        perform(duty, party, { run, slot, work, spending, signal: stop }),
      );
  };
  const act = (): void => {
    scheduled = false;
    if (!head || signal.aborted) return;
    const runs = runsIn(head.view);
    for (const run of runs)
      try {
        actOn(run, head);
      } catch (error) {
        // What cannot be written down is not acted on; the next head tries again.
        if (!(error instanceof JournalError)) throw error;
        log('journal', { trouble: error.message });
      }
    for (const [runId, { controller }] of attended)
      if (!runs.some(({ charterId }) => charterId === runId)) {
        controller.abort();
        attended.delete(runId);
      }
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    clock.soon(act);
  };

  const agenda = new Agenda(clock, log, schedule);
  const unlisten = bell.listen(schedule);
  try {
    for await (const next of heads) {
      head = next;
      observe(next);
      bell.ring();
    }
  } finally {
    unlisten();
    for (const { controller } of attended.values()) controller.abort();
    agenda.stop();
  }
}
