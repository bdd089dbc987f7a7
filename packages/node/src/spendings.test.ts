import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { runInPhase, type Stage } from '../../testing/src/stages.ts';
import { currentAttempt } from '@concord/sdk';
import type { Slot } from './core/slot.ts';
import { type Journal, openJournal } from './journal.ts';
import { Meter } from './meter.ts';
import { Spendings } from './spendings.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-spendings-'));
after(() => rmSync(folder, { recursive: true }));
const caps = { memberBytes: 1_000_000, memberSeconds: 100 };
const slotIn = (stage: Stage): Slot => {
  const { round, attempt } = currentAttempt(stage.run())!;
  return { runId: stage.runId, round, attempt };
};

/** A process on a journal: `spend` bytes and milliseconds, then see where it stands. */
function started(journal: Journal) {
  let cpu = 0;
  const meter = new Meter(() => cpu);
  const spendings = new Spendings(caps, journal, meter);
  return (stage: Stage, bytes: number, milliseconds: number) => {
    meter.sent(bytes);
    cpu += milliseconds;
    return spendings.at(stage.run(), slotIn(stage));
  };
}

describe('[RD18] what was spent outlives the process', () => {
  test('the count begins with the run, and goes on after a restart, less what was not written down yet', () => {
    const stage = runInPhase('NOISE');
    const path = join(folder, 'a.sqlite');
    let journal = openJournal(path);
    let spend = started(journal);
    assert.deepEqual(spend(stage, 500, 70).spent, { bytesSent: 0, milliseconds: 0 }, 'before the run was there');
    assert.deepEqual(spend(stage, 70_000, 10).spent, { bytesSent: 70_000, milliseconds: 10 });
    assert.deepEqual(spend(stage, 100, 10).spent, { bytesSent: 70_100, milliseconds: 20 });
    journal.close();
    journal = openJournal(path);
    spend = started(journal);
    assert.deepEqual(spend(stage, 5, 7).spent, { bytesSent: 70_005, milliseconds: 17 });
    assert.deepEqual(spend(stage, 0, 1_000).spent, { bytesSent: 70_005, milliseconds: 1_017 });
    journal.close();
    journal = openJournal(path);
    assert.deepEqual(started(journal)(stage, 0, 0).spent, { bytesSent: 70_005, milliseconds: 1_017 });
    journal.close();
  });

  test('so does what the dearest round took', () => {
    const stage = runInPhase('SEAT');
    const path = join(folder, 'b.sqlite');
    let journal = openJournal(path);
    const spend = started(journal);
    assert.equal(spend(stage, 0, 0).dearest, undefined);
    spend(stage, 80_000, 3_000);
    const later = runInPhase('SEAT');
    settleRound(later);
    assert.deepEqual(spend(later, 1_000, 0).dearest, { bytesSent: 81_000, milliseconds: 3_000 });
    journal.close();
    journal = openJournal(path);
    assert.deepEqual(started(journal)(later, 0, 0).dearest, { bytesSent: 81_000, milliseconds: 3_000 });
    journal.close();
  });
});

test('[RD18] a node that follows another run counts that one for itself', () => {
  const [first, other] = [runInPhase('NOISE'), runInPhase('NOISE', 4)];
  const journal = openJournal(join(folder, 'c.sqlite'));
  const spend = started(journal);
  spend(first, 0, 0);
  assert.deepEqual(spend(first, 70_000, 5).spent, { bytesSent: 70_000, milliseconds: 5 });
  assert.deepEqual(spend(other, 0, 0).spent, { bytesSent: 0, milliseconds: 0 });
  assert.deepEqual(spend(other, 9, 1).spent, { bytesSent: 9, milliseconds: 1 });
  assert.deepEqual(spend(first, 0, 0).spent, { bytesSent: 70_000, milliseconds: 5 }, 'as it was written down');
  journal.close();
});

/** Moves a run in SEAT through its first round. */
function settleRound(stage: Stage): void {
  const through = runInPhase('FINISHED');
  const facts = through.ledger.facts.filter((fact) => 'attempt' in fact && fact.round === 0);
  for (const { origin: _, ...fact } of facts) stage.ledger.post(fact);
}

describe('[RD18] strangers do not use up a member’s bytes', () => {
  test('an answer counts at most as often as there are others, and a refusal never', () => {
    const meter = new Meter();
    meter.answered('/ipfs/a', true, 100);
    assert.deepEqual([meter.runBytes, meter.bytesSent], [0, 100], 'no run yet');
    meter.others = 3;
    for (let i = 0; i < 10; i++) meter.answered('/ipfs/b', true, 100);
    meter.answered('/ipfs/c', false, 100);
    meter.answered('/ipfs/d', true, 7);
    assert.deepEqual([meter.runBytes, meter.bytesSent], [307, 1_207]);
    meter.sent(1_000);
    assert.equal(meter.runBytes, 1_307);
  });
  test('what a program of its own takes is computing', () => {
    let cpu = 5;
    const meter = new Meter(() => cpu);
    meter.computed(1_000.4);
    cpu = 7;
    assert.equal(meter.milliseconds, 1_007);
  });
});
