/** Drawn pairs hold the shares beside members; any of them is killed at any phase. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { dieAtEveryWrite, MOMENTS } from './deaths.ts';
import { storm } from './network.ts';
import {
  begin,
  COMMITTEE,
  openTheater,
  playDeath,
  playDeathsInEveryPhase,
  rolesOf,
  STORM_SECONDS,
  type Theater,
  untilTheEnd,
} from './plays.ts';
import { play } from './replay.ts';
import { setStage } from './simulation.ts';

let theater: Theater;
before(async () => {
  theater = await openTheater(COMMITTEE);
});
after(() => theater.fromStart.clear());

describe('[RD10][CM5][CM7] a committee in which one node is gone for good', () => {
  for (const role of rolesOf(COMMITTEE))
    for (const moment of MOMENTS)
      play(`committee: ${role} gone in ${moment}`, (seed) =>
        playDeath(theater, { role, moment, round: 1, fate: 'gone' }, seed),
      );
});

describe('[RD10][RD7] a committee in which in every phase one node is killed and started again', () => {
  for (const first of rolesOf(COMMITTEE))
    play(`committee: killed and restarted, ${first} first`, (seed) => playDeathsInEveryPhase(theater, first, seed));
});

describe('[RD10] who dies before and after every write of a run says one thing all the same', () => {
  for (const who of ['members', 'aggregators'] as const)
    play(`committee: one of the ${who} dies at every write`, async (seed, t) => {
      const sim = await begin(theater.fromStart, seed);
      const deaths = dieAtEveryWrite(sim, sim[who][sim.dice.below(sim[who].length)]!);
      const { voids } = await untilTheEnd(sim);
      t.diagnostic(`${deaths()} deaths`);
      assert.ok(deaths() > 10);
      assert.deepEqual(voids, []);
      return sim;
    });
});

describe('[CH5] a member that never comes costs its own update and nothing else', () => {
  play('committee: one never comes', async (seed) => {
    const sim = await begin(theater.fromStart, seed);
    sim.members[sim.dice.below(sim.members.length)]!.gone = true;
    const { voids, settled } = await untilTheEnd(sim);
    assert.deepEqual(voids, []);
    for (const { seated, began, verified } of settled) {
      assert.ok(seated!.origin.time <= began + COMMITTEE.phaseSeconds, 'nobody waits for it to sit');
      assert.deepEqual([verified!.updates, verified!.noises], [COMMITTEE.members - 1, COMMITTEE.members - 1]);
    }
    return sim;
  });
});

describe('[WI2][RD2] a storm loses nothing', () => {
  play('committee: a storm', async (seed, t) => {
    const stage = await setStage({ ...COMMITTEE, phaseSeconds: STORM_SECONDS });
    const [first, again] = [await begin(stage, seed, storm), await begin(stage, seed, storm)];
    for (const sim of [first, again]) await untilTheEnd(sim);
    stage.clear();
    t.diagnostic(`receipts of a holder whose partner signed another list: ${first.rules.overruled.join('; ') || 'none'}`);
    assert.equal(first.headHash, again.headHash, 'a seed is a run');
    return first;
  });
});
