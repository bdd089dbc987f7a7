/** Three members on a real chain that takes three blocks back, again and again, at chosen moments. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AttemptView, Verification } from '@concord/sdk';
import { type Consortium, startConsortium } from '../../testing/src/consortium.ts';
import { describeAttempts, type Eavesdropper, eavesdrop } from '../../testing/src/eavesdrop.ts';

const DEPTH = 3;
const ROUNDS = 2;
const PATIENCE = 100_000;

interface Moment {
  readonly name: string;
  readonly is: (attempt: AttemptView, listener: Eavesdropper) => boolean;
  /** Everything above this block goes; without it, the last `DEPTH` blocks. */
  readonly above?: (attempt: AttemptView) => bigint;
}

const heardOf = ({ heard }: Eavesdropper, { round, attempt }: AttemptView, kind: string): number =>
  [...heard.keys()].filter((name) => name.endsWith(` ${round}/${attempt}/${kind}`)).length;

/** Each once, in the order of a run: of round 0, then of round 1. */
const MOMENTS: readonly Moment[] = [
  { name: 'the noise list is closed', is: ({ round, noise, open }) => round === 0 && !!noise && !open },
  { name: 'the charge is recorded, before anybody spoke', is: ({ round, verified }) => round === 0 && !!verified },
  {
    name: 'the charge is recorded, and a holder has spoken its share',
    is: (attempt, listener) => attempt.round === 1 && !!attempt.verified && heardOf(listener, attempt, 'Unmasked') > 0,
  },
];
const BEACON: Moment = {
  name: 'the query is drawn, and a holder has checked under it',
  is: (attempt, listener) => attempt.round === 1 && !!attempt.query && heardOf(listener, attempt, 'verifierFile') > 0,
  // The beacon is made of the hash of the block after the one that closed the list.
  above: ({ uploads }) => uploads!.origin.block,
};

for (const { confirmations, moments } of [
  { confirmations: 4, moments: MOMENTS },
  { confirmations: 1, moments: [...MOMENTS.slice(0, 2), BEACON, ...MOMENTS.slice(2)] },
])
  describe(`three blocks are taken back behind ${confirmations} confirmations`, () => {
    let run: Consortium;
    let listener: Eavesdropper;
    let verification: Verification;
    let finished = false;
    const taken: string[] = [];

    before(async () => {
      run = await startConsortium({
        members: 3,
        // A charge that is recorded anew in a silent attempt is spent: the budget has one to spare.
        rounds: confirmations > DEPTH ? ROUNDS : ROUNDS + 1,
        phaseSeconds: 12,
        blockMilliseconds: 150,
        confirmations,
      });
      listener = eavesdrop(run);
      const left = [...moments];
      finished = await listener.until(async () => {
        const now = listener.attempts.at(-1);
        const moment = left.find(({ is }) => now && is(now, listener));
        if (moment) {
          left.splice(left.indexOf(moment), 1);
          taken.push(moment.name);
          const head = Number(await run.client.reader.getBlockNumber());
          await run.chain.takeBack(Math.max(DEPTH, head - Number(moment.above?.(now!) ?? head)));
        }
        return listener.attempts.filter(({ settled }) => settled).length === ROUNDS;
      }, PATIENCE);
      verification = await listener.verify();
    });
    after(() => run?.stop());

    test('[RD15] the run ends, whatever was taken back', (t) => {
      t.diagnostic(`taken back when ${taken.join('; when ')}`);
      t.diagnostic(`attempts: ${describeAttempts(listener.attempts)}`);
      assert.ok(finished);
      assert.ok(taken.length >= 2, 'moments were met');
    });

    test('[RD10] nobody says two things, and what was said on facts that stand is still said', () => {
      assert.deepEqual(listener.contradictions, []);
      assert.ok(listener.heard.size > 0);
    });

    test('[RD3] a stranger finds nothing wrong with the chain as it is in the end', () => {
      assert.deepEqual(
        verification.clauses.filter(({ verdict }) => verdict === 'FAIL'),
        [],
      );
      const charges = listener.attempts.filter(({ verified }) => verified).length;
      // A reorganisation shallower than the confirmations costs nothing.
      if (confirmations > DEPTH) assert.equal(charges, ROUNDS);
      if (confirmations > DEPTH) assert.equal(listener.attempts.length, ROUNDS);
    });

    if (confirmations < DEPTH)
      test('[RD15] an attempt whose beacon was taken back after it was acted on is silent, says why, and is void', (t) => {
        assert.ok(taken.includes(BEACON.name));
        const lost = listener.attempts.filter(({ voided }) => voided);
        assert.deepEqual(
          lost.map(({ round }) => round),
          [1],
        );
        // Words that were all given before the reorganisation may be landed again, and then the charge is recorded.
        t.diagnostic(lost[0]!.verified ? 'charged: all had signed before' : 'free of charge');
        const silent = run.members.flatMap(({ events }) => events.filter(({ event }) => event === 'silent'));
        assert.ok(silent.length > 0);
        for (const { reason } of silent) assert.match(String(reason), /the chain took back the query fact/);
      });
  });
