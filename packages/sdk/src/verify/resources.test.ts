import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aRun, type BuiltRun } from '../../../testing/src/builders.ts';
import { assertFails, auditorOf, clauseOf, components } from '../../../testing/src/audited.ts';
import { editFact, type Records } from '../../../testing/src/tamper.ts';
import type { Fact, FactBody } from '../facts.ts';
import { sign } from '../signing.ts';

const GENEROUS = 1_000_000_000;
const caps = { memberBytes: GENEROUS, memberSeconds: 60 };
/** One lies about its norm, so that three are a cohort: two end the run. */
const run = aRun({ members: 4, rounds: 2, liar: 1, caps, gasCap: 1_700_000, seed: 'caps' }, components);
const audit = auditorOf(run);
const { facts, blobs } = run.ledger;
const { runId, deployment } = run;

/** The records up to a fact, and others in the blocks after it. */
const cutAfter = (last: Fact, ...bodies: readonly FactBody[]): Records => {
  const kept = facts.slice(0, facts.indexOf(last) + 1);
  const next = bodies.map((body, i): Fact => {
    const { origin } = last;
    return {
      ...body,
      origin: { ...origin, gas: 400_000n, block: origin.block + BigInt(i + 1), transaction: `0x${'e'.repeat(63)}${i}` },
    };
  });
  return { facts: [...kept, ...next], blobs };
};
const settled = facts.find(({ kind }) => kind === 'settled')!;
const seated = facts.findLast(({ kind }) => kind === 'seated')!;

async function stopOf(count: number, round = 1): Promise<FactBody> {
  const said = run.members.slice(0, count).map(async ({ address, secretKey }, i) => {
    const reading = { bytesSent: 1_000_000 + i, milliseconds: 59_000 };
    const signature = await sign(secretKey, deployment, { kind: 'Stop', runId, round, ...reading });
    return { reading: { member: address, ...reading }, signature };
  });
  const all = await Promise.all(said);
  const [readings, signatures] = [all.map(({ reading }) => reading), all.map(({ signature }) => signature)];
  return { kind: 'stopped', runId, round: 1, attempt: 0, phase: 1, readings, signatures };
}

describe('[CH8] what the records show a member to have sent', () => {
  test('is within a cap that leaves room, and the clause says what nobody can check', async () => {
    const found = await audit(run.ledger);
    assert.equal(found.verdict, 'PASS');
    const { verdict, evidence } = clauseOf(found, 'CH8 resources');
    assert.equal(verdict, 'PASS');
    assert.match(evidence!, new RegExp(`at most \\d+ of ${GENEROUS} bytes .* only its own node counts`));
  });

  test('is more than a cap that is too small: every member is beyond it', async () => {
    const small = aRun(
      { members: 4, rounds: 2, caps: { memberBytes: 100_000, memberSeconds: 60 }, seed: 'caps' },
      components,
    );
    await assertFails(
      small.ledger,
      'CH8 resources',
      /0x[0-9a-f]{40} sent at least \d+ bytes for the run, the cap is 100000/,
      auditorOf(small),
    );
  });

  test('is two reports and a part of the sum in each round', async () => {
    const { evidence } = clauseOf(await audit(run.ledger), 'CH8 resources');
    const shown = Number(/at most (\d+) of/.exec(evidence!)![1]);
    assert.equal(shown, 2 * leastOf(run));
  });

  test('is not asked where the charter sets no cap', async () => {
    const plain = aRun({ members: 3, rounds: 2, seed: 'plain' }, components);
    const found = await auditorOf(plain)(plain.ledger);
    assert.equal(found.verdict, 'PASS');
    assert.equal(clauseOf(found, 'CH8 resources').verdict, 'NOT ENFORCED IN THIS VERSION');
  });
});

/** Bytes of one round, from the sizes of its published blobs. */
function leastOf({ ledger }: BuiltRun): number {
  const lengths = new Set([...ledger.blobs.values()].map(({ length }) => length));
  const longest = [...lengths].filter((length) => length > 16_384).sort((a, b) => b - a);
  const unmasked = ledger.facts.find((fact) => fact.kind === 'unmasked')!;
  assert.ok(unmasked.kind === 'unmasked');
  const list = ledger.blobs.get(unmasked.shareDigests[0]!)!;
  const pieces = Array.from({ length: list.length / 32 }, (_, i) =>
    Buffer.from(list.subarray(32 * i, 32 * i + 32)).toString('hex'),
  );
  const share = pieces.reduce((sum, digest) => sum + ledger.blobs.get(`0x${digest}`)!.length, 0);
  return longest.reduce((sum, each) => sum + each, 0) + share;
}

describe('[RD16][RD17] a run that ended early is complete', () => {
  test('where the members stopped it, in their own names', async () => {
    const found = await audit(cutAfter(seated, await stopOf(2)));
    assert.deepEqual(
      found.clauses.filter(({ verdict }) => verdict === 'FAIL' || verdict === 'INCOMPLETE'),
      [],
    );
    assert.match(
      clauseOf(found, 'RD7').evidence!,
      /^1 of 2 rounds in 2 attempts; stopped after round 1 of 2: 2 of 4 members/,
    );
    assert.match(found.voids[0]!.why, /the members stopped the run in NOISE/);
  });

  test('and not where too few of them did, another signed, or it was for another round', async () => {
    await assertFails(cutAfter(seated, await stopOf(1)), 'RD7', /1 of 4 members stopped the run, 2 are needed/, audit);
    await assertFails(cutAfter(seated, await stopOf(3, 0)), 'CH6', /did not sign that the run stops in round 1/, audit);
    const told = cutAfter(seated, await stopOf(4));
    const lie = editFact(told, 'stopped', 0, (fact) => ({ ...fact, signatures: fact.signatures.toReversed() }));
    await assertFails(lie, 'CH6', /did not sign that the run stops/, audit);
    const twice = editFact(told, 'stopped', 0, (fact) => ({
      ...fact,
      readings: fact.readings.map(() => fact.readings[0]!),
      signatures: fact.signatures.map(() => fact.signatures[0]!),
    }));
    await assertFails(twice, 'RD7', /1 of 4 members stopped the run/, audit);
  });

  test('[CH8] where the gas that is left pays for no other round', async () => {
    const left = (gas: bigint): FactBody => ({ kind: 'gasLeft', runId, round: 1, attempt: 0, gas });
    const found = await audit(cutAfter(settled, left(590_000n)));
    assert.equal(found.verdict, 'PASS');
    assert.match(
      clauseOf(found, 'RD7').evidence!,
      /1 of 2 rounds in 1 attempts; stopped after round 1 of 2: the gas cap/,
    );
    const more = await audit(cutAfter(settled, left(1_000_000n)));
    assert.equal(more.verdict, 'INCOMPLETE');
    const lie = cutAfter(settled, left(0n));
    await assertFails(
      lie,
      'CH8',
      /1700000 gas is said to be spent, the run’s transactions used \d+: what is left is more/,
      audit,
    );
  });
});
