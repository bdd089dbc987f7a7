/** The auditor of a run by federated averaging: what is priced, what is divided, and what a large ε is called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRunState, encodeRunState, OPEN_USE, runStateHash } from '@concord/protocol';
import { bytesToHex } from 'viem';
import { assertFails, auditorOf, clauseOf, components } from '../../../testing/src/audited.ts';
import { aRun } from '../../../testing/src/builders.ts';
import { averagingText } from '../../../testing/src/charter.ts';
import { blobOf, editFact, factOf, forge } from '../../../testing/src/tamper.ts';
import { readCharterText } from '../compileCharter.ts';
import { checkText } from './charter.ts';
import { Findings } from './clauses.ts';

const built = aRun({ members: 3, rounds: 3, averaging: true, epsilon: 18 }, components);
const audit = auditorOf(built);

test('[LR20] an honest run by fedAvg passes, charged for what a member can change', async () => {
  const found = await audit(built.ledger);
  assert.equal(found.verdict, 'PASS');
  assert.match(clauseOf(found, 'LG1').evidence ?? '', /^3 charges of ρ \d/);
});

test('[DP15] an ε above 10 passes and is called useless; one below is not', async () => {
  assert.match(
    clauseOf(await audit(built.ledger), 'CH4').evidence ?? '',
    /^ε 17\.\d+ of 18 at δ = 1e-5, member level: kept, but no useful privacy \[DP15\]$/,
  );
  const small = aRun({ members: 3, rounds: 2, averaging: true, epsilon: 8 }, components);
  assert.match(clauseOf(await auditorOf(small)(small.ledger), 'CH4').evidence ?? '', /, member level$/);
});

test('[LR20] a step that divides by fewer members than were counted fails', async () => {
  const [before, last] = [-2, -1].map((which) => factOf(built.ledger, 'settled', which));
  const [start, end] = [before!, last!].map(({ blob }) => decodeRunState(blobOf(built.ledger, blob)));
  const { parameters } = end!.optimizer.model;
  // Three members' sum divided by two: half as far again.
  for (const [i, from] of start!.optimizer.model.parameters.entries())
    parameters[i] = from + Math.trunc((3 * (parameters[i]! - from)) / 2);
  const forged = forge(built.ledger, last!.blob, encodeRunState(end!));
  const modelHash = bytesToHex(runStateHash(end!));
  await assertFails(
    editFact(forged, 'settled', -1, (fact) => ({ ...fact, modelHash })),
    'LR10',
    /round 2, attempt 0: the rule makes a state/,
    audit,
  );
});

test('[CH4] a struct that prices a record where the text protects members fails', () => {
  const run = built.ledger.run(built.runId);
  const { charter } = run;
  const findings = new Findings();
  const cheap = { ...run, charter: { ...charter, aggregation: { ...charter.aggregation, unit: 1 as const } } };
  checkText(cheap, built.charterText, findings);
  const found = findings.clauses(false, true).find(({ id }) => id === 'CH4');
  assert.equal(found?.verdict, 'FAIL');
  assert.match(
    found?.evidence ?? '',
    /trains by fedAvg, which is private at member level; the parameters price a record/,
  );
});

test('[LR20] the text that the digest names says which algorithm it was', () => {
  const text = readCharterText(built.charterText, built.charter.textDigest);
  assert.deepEqual(text, { ...averagingText, use: OPEN_USE });
});
