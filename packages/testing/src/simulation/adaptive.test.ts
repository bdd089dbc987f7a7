/** Gated waves and the adaptive step through the real nodes: what they keep survives deaths, and a stranger passes the run. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { decodeRunState } from '@concord/protocol';
import { adaptiveText } from '../charter.ts';
import { CONSORTIUM, openTheater, playDeathsInEveryPhase, type Theater } from './plays.ts';

let theater: Theater | undefined;
after(() => theater?.fromStart.clear());

test('[LR13][LR10][RD10] nodes die in every phase of an adaptive run, and the verifier makes the same moments', async () => {
  theater = await openTheater({ ...CONSORTIUM, members: 3, rounds: 3, text: adaptiveText });
  const sim = await playDeathsInEveryPhase(theater, 'holder', 'adaptive');
  assert.ok(sim.run.finished);
  const states = sim.run.attempts.map(({ settled }) => decodeRunState(sim.blob(settled!.blob)!));
  assert.deepEqual(
    states.map(({ round }) => round),
    [1, 2, 3],
  );
  const moments = states.map(({ optimizer }) => optimizer.moment!.filter((each) => each > 0n).length);
  const count = states[0]!.optimizer.model.parameters.length;
  assert.deepEqual(moments, [0, count, count]);
});
