/** How a simulation must end: what is true of every run, and what its deaths leave to expect. */
import assert from 'node:assert/strict';
import type { AttemptView } from '@concord/sdk';
import type { Simulation } from './simulation.ts';

/** Seconds in which whoever was started again catches up. */
const AFTERWARDS = 15;

/** A charged attempt that was void: the charge stays, and the charter pays for no more openings than it has rounds. */
const isSpent = ({ verified, voided }: AttemptView): boolean => verified !== undefined && voided !== undefined;

/** What became of a run. */
export interface Ending {
  readonly voids: readonly AttemptView[];
  /** The attempts that ended in a model. */
  readonly settled: readonly AttemptView[];
  /** A round is charged and lost, so that the budget does not pay for the last one. */
  readonly spent: boolean;
}

/**
 * Plays to the end and checks it: the run is finished and the verifier passes it, or a charged attempt was void and the
 * verifier says that exactly the last round is missing. All living nodes hold the model that the chain names.
 */
export async function ending(sim: Simulation, seconds: number): Promise<Ending> {
  await sim.play(seconds, () => sim.run.finished || sim.run.attempts.some(isSpent));
  await sim.play(AFTERWARDS, () => false);
  const { attempts, charter, finished, model } = sim.run;
  const voids = attempts.filter((each) => each.voided);
  const settled = attempts.filter((each) => each.settled);
  const spent = voids.some(isSpent);
  const shown = attempts.map(({ round, attempt, voided }) => `${round}/${attempt}${voided ? ' void' : ''}`).join(', ');
  assert.equal(finished, !spent, `the run stands at ${shown}`);
  assert.deepEqual(
    settled.map(({ round }) => round),
    Array.from({ length: charter.limits.rounds - (spent ? 1 : 0) }, (_, round) => round),
  );
  checkModels(sim, settled.at(-1)!, model);
  const { verdict, clauses } = await sim.verify();
  const open = clauses.filter((clause) => clause.verdict === 'FAIL' || clause.verdict === 'INCOMPLETE');
  assert.deepEqual(
    open.map(({ id, evidence }) => `${id}: ${evidence}`),
    spent ? [`RD7: ${settled.length} of ${charter.limits.rounds} rounds are final so far`] : [],
  );
  assert.equal(verdict, spent ? 'INCOMPLETE' : 'PASS');
  return { voids, settled, spent };
}

/** [RD11] Whoever signed the last model signed the chain's, and what the living follow is the same. */
function checkModels(sim: Simulation, last: AttemptView, model: string): void {
  const slot = { runId: sim.runId, round: last.round, attempt: last.attempt };
  const signed = sim.nodes.flatMap((node) => node.said(slot, 'Settled')?.['modelHash'] ?? []);
  assert.ok(signed.length > 0, 'nobody signed the last model');
  assert.deepEqual(new Set(signed), new Set([model]));
  for (const node of sim.members.filter(({ alive }) => alive)) {
    const status = node.running?.status() as { readonly model?: string; readonly finished?: boolean };
    assert.equal(status?.model, model, `${node.name} follows another model`);
    assert.equal(status.finished, sim.run.finished, `${node.name} does not know where the run stands`);
  }
}
