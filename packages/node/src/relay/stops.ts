/** Members' wishes to stop, collected until they are enough [RD17]. Forgotten with the process: members hand them again. */
import {
  type Address,
  type ConcordClient,
  currentAttempt,
  type Hex,
  type Reading,
  recover,
  type RunView,
  stopsNeeded,
} from '@concord/sdk';
import { refusal, type Reply, type Route } from '../api/route.ts';
import { fields, isAddress, isCount, isHash, isSignature } from './body.ts';
import type { Errand } from './gather.ts';
import { statementOf } from './gather.ts';
import { within } from '../clock.ts';

export interface Stop extends Reading {
  readonly signature: Hex;
}

/** How long members are asked for theirs at a time, milliseconds. */
const ASKING = 2_000;

/** What was said of each run's current round. */
export class Stops {
  readonly #said = new Map<Hex, { readonly round: number; readonly by: Map<Address, Stop> }>();
  /** Called when something new was said. */
  onSaid: () => void = () => undefined;

  take(runId: Hex, round: number, stop: Stop): void {
    const known = this.#said.get(runId);
    // Whoever was asked in a round may answer when it is over.
    if (known && known.round > round) return;
    const by = known?.round === round ? known.by : new Map<Address, Stop>();
    this.#said.set(runId, { round, by });
    const isNew = !by.has(stop.member);
    by.set(stop.member, stop);
    if (isNew) this.onSaid();
  }

  /** Those of the round that is under way and not charged yet, in the order of the charter's members. */
  of(run: RunView): readonly Stop[] {
    const attempt = currentAttempt(run);
    const known = this.#said.get(run.charterId);
    if (!attempt || attempt.verified || known?.round !== attempt.round) return [];
    return run.charter.members.flatMap((member) => known.by.get(member) ?? []);
  }
}

export const areEnough = (stops: readonly Stop[], { charter }: RunView): boolean =>
  stops.length >= stopsNeeded(charter);

/** Asks the members who have not said it here: they may have handed it to another relayer. */
export async function askOthers(stops: Stops, errand: Errand): Promise<void> {
  const { run, view } = errand;
  const known = new Set(stops.of(run).map(({ member }) => member));
  const signal = within(errand.clock, ASKING, errand.signal);
  await Promise.allSettled(
    run.charter.members
      .filter((member) => !known.has(member))
      .map(async (member) => {
        const { statement, signature } = await statementOf({ ...errand, signal }, member, 'Stop');
        const { bytesSent, milliseconds } = statement;
        if (isCount(bytesSent) && isCount(milliseconds))
          stops.take(run.charterId, view.round, { member, bytesSent, milliseconds, signature });
      }),
  );
}

/** POST /stops {runId, round, member, bytesSent, milliseconds, signature}. */
export const stopsRoute = (client: ConcordClient, runOf: (runId: Hex) => RunView | undefined, stops: Stops): Route => ({
  method: 'POST',
  path: '/stops',
  most: () => 4_096,
  async answer({ body }): Promise<Reply> {
    const { runId, round, member, bytesSent, milliseconds, signature } = fields(body);
    const fits = isHash(runId) && isAddress(member) && isSignature(signature);
    if (!fits || !isCount(round) || !isCount(bytesSent) || !isCount(milliseconds))
      return refusal(
        400,
        'BODY',
        'need JSON {runId, round, member, bytesSent, milliseconds, signature}: lower-case hex and whole numbers',
      );
    const run = runOf(runId);
    if (!run?.passed) return refusal(404, 'NO_RUN', `I have not seen the run ${runId} yet: ask again`);
    const current = currentAttempt(run)?.round ?? Number.POSITIVE_INFINITY;
    if (round > current) return refusal(503, 'EARLY', `I see round ${current}: ask again`);
    if (round < current) return { status: 200, body: { already: true } };
    const statement = { kind: 'Stop', runId, round, bytesSent, milliseconds } as const;
    const signer = await recover(client.deployment, statement, signature).catch(() => undefined);
    if (signer !== member || !run.charter.members.includes(member))
      return refusal(422, 'SIGNATURE', `the message is not signed by ${member}, a member of this run`);
    stops.take(runId, round, { member, bytesSent, milliseconds, signature });
    return { status: 200, body: { kept: stops.of(run).length, members: run.charter.members.length } };
  },
});
