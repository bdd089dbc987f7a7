/** One built run and its auditor, for tests that lie to it. */
import assert from 'node:assert/strict';
import type { Components } from '@concord/protocol';
import { type Clause, type ClauseId, type Hex, type Verification, verifyRun } from '@concord/sdk';
import { loadKernels } from '../../node/src/adapters/kernels.ts';
import { nodePlatform } from '../../node/src/adapters/platform.ts';
import { aRun, type BuiltRun } from './builders.ts';
import type { Records } from './tamper.ts';

export const components: Components = { platform: nodePlatform, kernels: loadKernels() };

/** Round 0 is the statistics, round 1 takes two attempts, and the second of four members breaks the norm bound. */
export const run: BuiltRun = aRun({ members: 4, rounds: 2, liar: 1, voids: true }, components);
export const records: Records = run.ledger;

type Audit = (told: Records, overrides?: { readonly chainId?: number; readonly runId?: Hex }) => Promise<Verification>;

/** What the auditor of a run finds when it is told these records. */
export const auditorOf =
  ({ runId, deployment, ledger }: BuiltRun): Audit =>
  (told, overrides = {}) =>
    verifyRun({
      runId: overrides.runId ?? runId,
      facts: told.facts,
      deployment: { ...deployment, chainId: overrides.chainId ?? deployment.chainId },
      blobs: async (digest) => told.blobs.get(digest),
      now: ledger.now,
      components,
    });

export const audit = auditorOf(run);

export const clauseOf = ({ clauses }: Verification, id: ClauseId): Clause => {
  const clause = clauses.find((each) => each.id === id);
  assert(clause);
  return clause;
};

/** The run fails, by this clause among others, with this evidence. */
export async function assertFails(told: Records, id: ClauseId, evidence: RegExp, by: Audit = audit): Promise<void> {
  const found = await by(told);
  assert.equal(found.verdict, 'FAIL');
  const clause = clauseOf(found, id);
  assert.equal(clause.verdict, 'FAIL', `${id}: ${clause.verdict}, ${clause.evidence}`);
  assert.match(clause.evidence ?? '', evidence);
}
