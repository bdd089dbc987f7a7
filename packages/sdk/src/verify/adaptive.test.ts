/** The auditor of a run that steps adaptively: the moments are part of what is checked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRunState, encodeRunState, OPEN_USE, runStateHash, type RunState } from '@concord/protocol';
import { bytesToHex } from 'viem';
import { assertFails, auditorOf, components } from '../../../testing/src/audited.ts';
import { aRun } from '../../../testing/src/builders.ts';
import { adaptiveText } from '../../../testing/src/charter.ts';
import { blobOf, editFact, factOf, forge } from '../../../testing/src/tamper.ts';
import { readCharterText } from '../compileCharter.ts';

const built = aRun({ members: 3, rounds: 3, adaptive: true }, components);
const audit = auditorOf(built);
const last = factOf(built.ledger, 'settled', -1);
const end = decodeRunState(blobOf(built.ledger, last.blob));

/** The run as if its last state had been this one. */
const ended = (state: RunState) =>
  editFact(forge(built.ledger, last.blob, encodeRunState(state)), 'settled', -1, (fact) => ({
    ...fact,
    modelHash: bytesToHex(runStateHash(state)),
  }));

test('[LR13][LR10] an honest adaptive run on gated waves passes', async () => {
  const found = await audit(built.ledger);
  assert.equal(found.verdict, 'PASS');
  assert.equal(end.optimizer.moment!.length, end.optimizer.model.parameters.length);
  const text = readCharterText(built.charterText, built.charter.textDigest);
  assert.deepEqual(text, { ...adaptiveText, use: OPEN_USE });
});

test('[LR13][LR10] one moment changed by one, or none at all, fails: the model alone is not the state', async () => {
  const { optimizer } = end;
  const moment = optimizer.moment!.slice();
  moment[3]! += 1n;
  const { moment: _, ...still } = optimizer;
  for (const state of [
    { ...end, optimizer: { ...optimizer, moment } },
    { ...end, optimizer: still },
  ])
    await assertFails(ended(state), 'LR10', /round 2, attempt 0: the rule makes a state/, audit);
});
