/** The relayer's loop: view → the transition that is due → pull the signatures → one transaction. It keeps nothing. */
import { type ConcordClient, forfeit, recordedIn, type RunView } from '@concord/sdk';
import { Agenda } from '../agenda.ts';
import { type Clock, delay } from '../clock.ts';
import { forfeitsDue, type Landing, landingOf } from '../core/landings.ts';
import { slotName } from '../core/slot.ts';
import type { Peers } from '../peers.ts';
import type { Head, Log } from '../ports.ts';
import type { Errand } from './gather.ts';
import { land } from './land.ts';

/** How long a landed transition is given to show itself in the view before it is tried again, milliseconds. */
const SHOWING = 3_000;

const nameOf = (run: RunView, landing: Landing): string =>
  `${slotName({ runId: run.charterId, ...landing.view })} ${landing.kind === 'land' ? `${landing.phase}${landing.standbys ? ' with standbys' : ''}` : landing.kind}`;

/** The transition that a run waits for, until another takes its place. */
interface Pursuit {
  readonly name: string;
  readonly controller: AbortController;
  readonly stop: AbortSignal;
}

/** Serves every run of the deployment until the heads end or `signal` aborts. */
export async function runRelay(
  {
    client,
    peers,
    clock,
    log,
  }: { readonly client: ConcordClient; readonly peers: Peers; readonly clock: Clock; readonly log: Log },
  heads: AsyncIterable<Head>,
  observe: (head: Head) => void,
  signal: AbortSignal,
): Promise<void> {
  let head: Head | undefined;
  const current = new Map<string, Pursuit>();
  const begin = (runId: string, name: string): Pursuit => {
    const controller = new AbortController();
    const pursuit = { name, controller, stop: AbortSignal.any([signal, controller.signal]) };
    current.set(runId, pursuit);
    return pursuit;
  };
  const act = (): void => {
    if (!head || signal.aborted) return;
    for (const run of head.view.runs.values()) {
      for (const { demandId, holder, view } of forfeitsDue(run, head.now))
        agenda.begin(`forfeit ${demandId}`, signal, async () => {
          const { transaction } = await forfeit(client, demandId, recordedIn(run, view, holder));
          log('forfeited', { demandId, holder, transaction });
          await delay(clock, SHOWING, signal);
        });
      const landing = landingOf(run, head.now, head.block);
      const name = landing ? nameOf(run, landing) : '';
      const before = current.get(run.charterId);
      if (before && before.name !== name) before.controller.abort();
      if (!landing) {
        current.delete(run.charterId);
        continue;
      }
      const { stop } = before?.name === name ? before : begin(run.charterId, name);
      const endpointOf: Errand['endpointOf'] = (who) =>
        head?.view.runs.get(run.charterId)?.endpoints.get(who) ?? head?.view.endpoints.get(who);
      const standbys = landing.kind === 'land' && landing.standbys;
      agenda.begin(name, stop, async () => {
        const errand = { client, peers, clock, run, view: landing.view, standbys, endpointOf, signal: stop };
        const { transaction, gas, block } = await land(landing, errand);
        log('landed', { what: name, transaction, gas, block });
        await delay(clock, SHOWING, stop);
      });
    }
  };
  const agenda = new Agenda(clock, log, act);
  try {
    for await (const next of heads) {
      head = next;
      observe(next);
      act();
    }
  } finally {
    for (const { controller } of current.values()) controller.abort();
    agenda.stop();
  }
}
