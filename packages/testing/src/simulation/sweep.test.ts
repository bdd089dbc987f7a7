/**
 * The long sweep, minutes instead of seconds: `CONCORD_SWEEP=3 npm test -- simulation/sweep` plays every death on its own
 * from three seeds, in either round, every write of a round as its own death, and storms with deaths in them.
 */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { arrange, dieAtWrite, MOMENTS } from './deaths.ts';
import { storm } from './network.ts';
import {
  begin,
  COMMITTEE,
  CONSORTIUM,
  openTheater,
  playDeath,
  rolesOf,
  STORM_SECONDS,
  type Theater,
  untilTheEnd,
} from './plays.ts';
import { play, SEED } from './replay.ts';

const seeds = Array.from({ length: Number(process.env['CONCORD_SWEEP'] ?? 0) }, (_, i) => `${SEED} ${i}`);
/** More than a node writes in a round. */
const WRITES = 60;

for (const [kind, stage] of Object.entries({ consortium: CONSORTIUM, committee: COMMITTEE }))
  describe(`[RD10] a long sweep of a ${kind}`, { skip: seeds.length === 0 }, () => {
    let theater: Theater;
    let stormy: Theater;
    before(async () => {
      theater = await openTheater(stage);
      stormy = await openTheater({ ...stage, phaseSeconds: STORM_SECONDS });
    });
    after(() => {
      theater.fromStart.clear();
      stormy.fromStart.clear();
    });
    for (const seed of seeds) {
      for (const role of rolesOf(stage))
        for (const moment of MOMENTS)
          for (const fate of ['restarted', 'gone'] as const)
            for (const round of [0, 1])
              play(
                `sweep: ${kind}, ${role} ${fate} in ${moment} of round ${round}`,
                (from) => playDeath(theater, { role, moment, round, fate }, from),
                seed,
              );
      for (const who of stage.committee ? (['members', 'aggregators'] as const) : (['members'] as const))
        for (let n = 0; n < WRITES; n++)
          play(
            `sweep: ${kind}, one of the ${who} dies at write ${n}`,
            async (from) => {
              const sim = await begin(theater.fromRoundOne, from);
              dieAtWrite(sim, sim[who][sim.dice.below(sim[who].length)]!, n);
              assert.deepEqual((await untilTheEnd(sim)).voids, []);
              return sim;
            },
            seed,
          );
      for (const moment of MOMENTS)
        play(
          `sweep: ${kind}, everybody's turn to die in ${moment} of a storm`,
          async (from) => {
            const sim = await begin(stormy.fromStart, from, storm);
            for (const role of rolesOf(stage))
              for (const round of [0, 1]) arrange(sim, { role, moment, round, fate: 'restarted' });
            await untilTheEnd(sim);
            return sim;
          },
          seed,
        );
    }
  });
