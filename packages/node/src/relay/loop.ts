/** The relayer's loop: view → the transition that is due → pull the signatures → one transaction. It keeps nothing. */
import { type ConcordClient, currentAttempt, forfeit, recordedIn, type RunView, stop } from '@concord/sdk';
import { Agenda } from '../agenda.ts';
import { type Clock, delay } from '../clock.ts';
import { forfeitsDue, type Landing, landingOf } from '../core/landings.ts';
import { mayWait } from '../core/patience.ts';
import { slotName } from '../core/slot.ts';
import type { Peers } from '../peers.ts';
import type { Head, Log } from '../ports.ts';
import type { Errand } from './gather.ts';
import { prepare } from './land.ts';
import { askOthers, areEnough, type Stops } from './stops.ts';

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

/** What a relayer works with. */
export interface Relaying {
  readonly client: ConcordClient;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly log: Log;
  readonly stops: Stops;
  /** Wei: transitions that can wait do, while gas is dearer [RD19]. */
  readonly maxGasPrice: bigint | undefined;
}

/** Between two looks at a price that is too high, milliseconds. */
const PRICE_AGAIN = 2_000;

/** Serves every run of the deployment until the heads end or `signal` aborts. */
export async function runRelay(
  { client, peers, clock, log, stops, maxGasPrice }: Relaying,
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
  /** [RD19] Waits while gas is dearer than it should be, as long as that costs no attempt. */
  const untilCheap = async (run: RunView, landing: Landing, what: string, over: AbortSignal): Promise<void> => {
    for (let told = false; maxGasPrice !== undefined; told = true) {
      if (!head || !mayWait(run, landing, head.now, head.block)) return;
      const price = await client.reader.getGasPrice();
      if (price <= maxGasPrice) return;
      if (!told) log('held back', { what, price, most: maxGasPrice });
      await delay(clock, PRICE_AGAIN, over);
    }
  };
  /** [RD17] Lands a stop as soon as enough members wish it. */
  const seeToStop = (run: RunView, endpointOf: Errand['endpointOf']): void => {
    const said = stops.of(run);
    const view = currentAttempt(run);
    if (!view || said.length === 0) return;
    const runId = run.charterId;
    const name = slotName({ runId, ...view });
    if (areEnough(said, run))
      agenda.begin(`${name} stop`, signal, async () => {
        const { transaction, gas, block } = await stop(client, {
          runId,
          readings: said,
          signatures: said.map(({ signature }) => signature),
        });
        log('landed', { what: `${name} stop`, transaction, gas, block });
        await delay(clock, SHOWING, signal);
      });
    else
      agenda.begin(`${name} asking who stops`, signal, async () => {
        await askOthers(stops, { client, peers, clock, run, view, standbys: false, endpointOf, signal });
        await delay(clock, SHOWING, signal);
      });
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
      const endpointOf: Errand['endpointOf'] = (who) =>
        head?.view.runs.get(run.charterId)?.endpoints.get(who) ?? head?.view.endpoints.get(who);
      seeToStop(run, endpointOf);
      const landing = landingOf(run, head.now, head.block);
      const name = landing ? nameOf(run, landing) : '';
      const before = current.get(run.charterId);
      if (before && before.name !== name) before.controller.abort();
      if (!landing) {
        current.delete(run.charterId);
        continue;
      }
      const { stop: over } = before?.name === name ? before : begin(run.charterId, name);
      const standbys = landing.kind === 'land' && landing.standbys;
      agenda.begin(name, over, async () => {
        const errand = { client, peers, clock, run, view: landing.view, standbys, endpointOf, signal: over };
        const send = await prepare(landing, errand);
        await untilCheap(run, landing, name, over);
        const { transaction, gas, block } = await send();
        log('landed', { what: name, transaction, gas, block });
        await delay(clock, SHOWING, over);
      });
    }
  };
  const agenda = new Agenda(clock, log, act);
  stops.onSaid = act;
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
