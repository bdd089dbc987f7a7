import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesToHex, numberToHex } from 'viem';
import { assertFails, audit, clauseOf, records, run } from '../../../testing/src/audited.ts';
import { blobOf, editFact, factOf, lose, type Records } from '../../../testing/src/tamper.ts';
import type { FactBody, Hex } from '../facts.ts';
import { digestsIn } from '../pieces.ts';

const unmasked = factOf(records, 'unmasked', -1);
const { runId, round, attempt } = unmasked;
const holder = run.members[3]!.address;
const piece = digestsIn(blobOf(records, unmasked.shareDigests[3]!))![2]!;
const demandId: Hex = `0x${'d1'.repeat(32)}`;
const typeHash: Hex = `0x${'77'.repeat(32)}`;
const at = { runId, round, attempt, demandId, holder };
const demanded = (due: number): FactBody => ({ kind: 'demanded', ...at, typeHash, piece, due: BigInt(due), bond: 1n });
const answered: FactBody = { kind: 'answered', runId, demandId, data: bytesToHex(blobOf(records, piece)) };
const forfeited = (voided: boolean): FactBody => ({ kind: 'forfeited', ...at, voided });

/** The run up to and without its last `settled`, and then these facts, each in a block of its own. */
function then(told: Records, stop: boolean, ...facts: readonly ((now: number) => FactBody)[]): Records {
  const end = stop ? told.facts.findLastIndex(({ kind }) => kind === 'settled') : told.facts.length;
  const next = [...told.facts.slice(0, end)];
  for (const fact of facts) {
    const last = next.at(-1)!.origin;
    const [block, time] = [last.block + 1n, last.time + 1];
    const word = numberToHex(block, { size: 32 });
    next.push({ ...fact(time), origin: { ...last, block, time, blockHash: word, transaction: word } });
  }
  return { facts: next, blobs: told.blobs };
}

/** The last two facts in one transaction, as the contracts write them. */
const together = (told: Records): Records => {
  const [a, b] = told.facts.slice(-2);
  return {
    ...told,
    facts: [...told.facts.slice(0, -1), { ...b!, origin: { ...b!.origin, transaction: a!.origin.transaction } }],
  };
};

const voided: FactBody = { kind: 'voided', runId, round, attempt, phase: 7 };

describe('[CM10] the auditor and withheld bytes', () => {
  test('a missing piece names the very demand that would bring it', async () => {
    const found = await audit(lose(records, piece));
    const { verdict, evidence } = clauseOf(found, 'AG17');
    assert.equal(verdict, 'INCOMPLETE');
    assert.match(evidence!, /piece 3 of \d+ is missing/);
    assert.ok(
      evidence!.includes(`“concord demand --round ${round} --attempt ${attempt} --share 4 --piece 3” asks for it`),
    );
  });

  test('a missing list of a file names the holder that is asked', async () => {
    const verified = factOf(records, 'verified', -1);
    const digest = bytesToHex(blobOf(records, verified.blob).subarray(4, 36));
    const { evidence } = clauseOf(await audit(lose(records, digest)), 'AG13');
    assert.match(
      evidence!,
      new RegExp(`concord demand --round ${round} --attempt ${attempt} --file ${run.members[0]!.address}”`),
    );
  });

  test('an answer on chain takes the place of what nobody serves', async () => {
    const told = then(
      lose(records, piece),
      false,
      (now) => demanded(now + 60),
      () => answered,
    );
    const found = await audit(told);
    assert.equal(found.verdict, 'PASS');
    assert.equal(clauseOf(found, 'CM10').evidence, '1 demands, 1 answered');
  });

  test('whoever did not answer is named; that alone is no fault of the run', async () => {
    const told = then(
      records,
      false,
      (now) => demanded(now),
      () => forfeited(false),
    );
    const found = await audit(told);
    assert.equal(found.verdict, 'PASS');
    assert.match(
      clauseOf(found, 'CM10').evidence!,
      new RegExp(`^1 demands, 0 answered; ${holder} withheld ${piece} of round`),
    );
  });

  test('what is asked of a stranger to the attempt is not counted', async () => {
    const stranger = { holder: `0x${'5e'.repeat(20)}` } as const;
    const told = then(records, false, (now) => ({ ...demanded(now), ...stranger }) as FactBody);
    assert.equal(clauseOf(await audit(told), 'CM10').evidence, '0 demands, 0 answered');
  });

  test('an attempt may be void before its time where bytes were withheld, and the void names who', async () => {
    const told = together(
      then(
        records,
        true,
        (now) => demanded(now),
        () => forfeited(true),
        () => voided,
      ),
    );
    const found = await audit(told);
    assert.ok(found.clauses.every(({ verdict }) => verdict !== 'FAIL'));
    const { by, clause, charged } = found.voids.at(-1)!;
    assert.deepEqual([by, clause, charged], [holder, 'CM10', true]);
  });

  test('[RD4] but not in another transaction, nor without a demand', async () => {
    await assertFails(
      then(records, true, () => voided),
      'RD4',
      /void \d+ s before its deadline/,
    );
    await assertFails(
      then(
        records,
        true,
        (now) => demanded(now),
        () => forfeited(true),
        () => voided,
      ),
      'RD4',
      /before/,
    );
  });

  test('nobody has withheld anything before it is due', () =>
    assertFails(
      together(
        then(
          records,
          true,
          (now) => demanded(now + 60),
          () => forfeited(true),
          () => voided,
        ),
      ),
      'CM10',
      /it was due at/,
    ));

  test('an answer of other bytes cannot follow', () =>
    assertFails(
      editFact(
        then(
          records,
          false,
          (now) => demanded(now + 60),
          () => answered,
        ),
        'answered',
        0,
        (fact) => ({ ...fact, data: '0x00' }),
      ),
      'RD7',
      /cannot follow a demand for/,
    ));
});
