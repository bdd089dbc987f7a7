/** Members hold the shares, two relayers carry what they sign; any of them is killed at any phase. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { dieAtEveryWrite, MOMENTS } from './deaths.ts';
import { storm } from './network.ts';
import {
  begin,
  CONSORTIUM,
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
  theater = await openTheater(CONSORTIUM);
});
after(() => theater.fromStart.clear());

describe('[RD10][RD4][RD6] a consortium in which one node is gone for good', () => {
  for (const role of rolesOf(CONSORTIUM))
    for (const moment of MOMENTS)
      play(`consortium: ${role} gone in ${moment}`, (seed) =>
        playDeath(theater, { role, moment, round: 1, fate: 'gone' }, seed),
      );
});

describe('[RD10][RD7] a consortium in which in every phase one node is killed and started again', () => {
  for (const first of rolesOf(CONSORTIUM))
    play(`consortium: killed and restarted, ${first} first`, (seed) => playDeathsInEveryPhase(theater, first, seed));
});

describe('[RD10] a holder that dies before and after every write of a run says one thing all the same', () => {
  play('consortium: a holder dies at every write', async (seed, t) => {
    const sim = await begin(theater.fromStart, seed);
    const deaths = dieAtEveryWrite(sim, sim.members[sim.dice.below(sim.members.length)]!);
    const { voids } = await untilTheEnd(sim);
    t.diagnostic(`${deaths()} deaths`);
    assert.ok(deaths() > 50);
    assert.deepEqual(voids, []);
    return sim;
  });
});

describe('[RD6] a member that never comes costs the seat deadline of every round and nothing else', () => {
  play('consortium: one never comes', async (seed) => {
    const sim = await begin(theater.fromStart, seed);
    sim.members[sim.dice.below(sim.members.length)]!.gone = true;
    const { voids, settled } = await untilTheEnd(sim);
    assert.deepEqual(voids, []);
    for (const { seated, began, verified } of settled) {
      assert.ok(seated!.origin.time > began + CONSORTIUM.phaseSeconds, 'it is waited for until the seat deadline');
      assert.deepEqual([seated!.seats.length, verified!.updates], [CONSORTIUM.members - 1, CONSORTIUM.members - 1]);
    }
    return sim;
  });
});

describe('[WI2][RD2] a storm loses nothing while two relayers race', () => {
  play('consortium: a storm', async (seed, t) => {
    const stage = await setStage({ ...CONSORTIUM, phaseSeconds: STORM_SECONDS });
    const [first, again] = [await begin(stage, seed, storm), await begin(stage, seed, storm)];
    for (const sim of [first, again]) {
      const { settled } = await untilTheEnd(sim);
      assert.ok(sim.reverted > 0, 'both relayers carry the same transition, and it lands once');
      assert.deepEqual(
        settled.map(({ verified }) => verified!.updates),
        [CONSORTIUM.members, CONSORTIUM.members],
      );
    }
    stage.clear();
    t.diagnostic(`${first.reverted} transactions came second`);
    assert.equal(first.headHash, again.headHash, 'a seed is a run');
    return first;
  });
});
