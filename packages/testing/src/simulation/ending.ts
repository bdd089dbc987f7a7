/** How a simulation must end: what is true of every run, and what its deaths leave to expect. */
import assert from 'node:assert/strict';
import type { AttemptView } from '@concord/sdk';
import type { Simulation } from './simulation.ts';

/** Seconds in which whoever was started again catches up. */
const AFTERWARDS = 6;

/** A charged attempt that was void: the charge stays, and the charter pays for no more openings than it has rounds. */
const isSpent = ({ verified, voided }: AttemptView): boolean => verified !== undefined && voided !== undefined;

/** What became of a run. */
export interface Ending {
  readonly voids: readonly AttemptView[];
  /** The attempts that ended in a model. */
  readonly settled: readonly AttemptView[];
}

/**
 * Plays so many rounds (all unless told) and checks what came of them: the verifier passes a finished run and finds
 * nothing but missing rounds in another, and all living nodes hold the model that the chain names. Fewer rounds are final
 * only where a charged attempt was void, so that the budget does not pay for the last one.
 */
export async function ending(sim: Simulation, seconds: number, rounds?: number): Promise<Ending> {
  const wanted = rounds ?? sim.run.charter.limits.rounds;
  const settled = (): readonly AttemptView[] => sim.run.attempts.filter((each) => each.settled);
  const spent = (): boolean => sim.run.attempts.some(isSpent);
  await sim.play(seconds, () => settled().length >= wanted || spent() || sim.run.finished);
  await sim.play(AFTERWARDS, () => false);
  // Whoever has just come back has not looked at the chain yet.
  const following = (node: Simulation['members'][number]): boolean =>
    !node.alive || (node.running?.status() as { readonly model?: string } | undefined)?.model !== undefined;
  await sim.play(AFTERWARDS, () => sim.members.every(following));
  const { attempts, charter, finished } = sim.run;
  const final = settled();
  const shown = attempts.map(({ round, attempt, voided }) => `${round}/${attempt}${voided ? ' void' : ''}`).join(', ');
  assert.ok(final.length >= wanted - (spent() ? 1 : 0), `the run stands at ${shown}`);
  checkModels(sim, final.at(-1)!);
  const { verdict, clauses } = await sim.verify();
  const open = clauses.filter((clause) => clause.verdict === 'FAIL' || clause.verdict === 'INCOMPLETE');
  assert.deepEqual(
    open.map(({ id, evidence }) => `${id}: ${evidence}`),
    finished ? [] : [`RD7: ${final.length} of ${charter.limits.rounds} rounds are final so far`],
  );
  assert.equal(verdict, finished ? 'PASS' : 'INCOMPLETE');
  return { voids: attempts.filter((each) => each.voided), settled: final };
}

/** [RD11] Whoever signed the last model signed the chain's, and what the living follow is the same. */
function checkModels(sim: Simulation, last: AttemptView): void {
  const { model, finished } = sim.run;
  const slot = { runId: sim.runId, round: last.round, attempt: last.attempt };
  const signed = sim.nodes.flatMap((node) => node.said(slot, 'Settled')?.['modelHash'] ?? []);
  assert.ok(signed.length > 0, 'nobody signed the last model');
  assert.deepEqual(new Set(signed), new Set([model]));
  for (const node of sim.members.filter(({ alive }) => alive)) {
    const status = node.running?.status() as { readonly model?: string; readonly finished?: boolean };
    assert.equal(status?.model, model, `${node.name} follows another model`);
    assert.equal(status.finished, finished, `${node.name} does not know where the run stands`);
  }
}
