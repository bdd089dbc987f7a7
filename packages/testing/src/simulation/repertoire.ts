/** Every play by its name, so that a test, a sweep and whoever repeats a failure mean the same. */
import assert from 'node:assert/strict';
import { arrange, dieAtEveryWord, dieAtEveryWrite, dieAtWrite, MOMENTS } from './deaths.ts';
import { storm } from './network.ts';
import {
  begin,
  checkUnharmed,
  playDeath,
  playDeathsInEveryPhase,
  rolesOf,
  STORM_SECONDS,
  type Theater,
  untilTheEnd,
} from './plays.ts';
import type { Simulation } from './simulation.ts';
import { setStage, type Stage } from './stage.ts';

export type Act = 'gone' | 'restarted' | 'every step' | 'absent' | 'storm' | 'sweep';

export interface Play {
  readonly act: Act;
  readonly name: string;
  /** Plays it; throws where something is wrong. */
  readonly how: (theater: Theater, seed: string) => Promise<Simulation>;
}

/** More than a node writes in a round. */
const WRITES = 60;

/** Who can be killed at a write: a relayer writes nothing. */
const writersOf = ({ committee }: Stage): readonly ('members' | 'aggregators')[] =>
  committee ? ['members', 'aggregators'] : ['members'];

/** All plays of a stage. Those of the act 'sweep' are many. */
export function repertoireOf(stage: Stage): readonly Play[] {
  const roles = rolesOf(stage);
  return [
    ...roles.flatMap((role) =>
      MOMENTS.map(
        (moment): Play => ({
          act: 'gone',
          name: `${role} gone in ${moment}`,
          how: (theater, seed) => playDeath(theater, { role, moment, round: 1, fate: 'gone' }, seed),
        }),
      ),
    ),
    ...roles.map(
      (first): Play => ({
        act: 'restarted',
        name: `killed and restarted in every phase, ${first} first`,
        how: (theater, seed) => playDeathsInEveryPhase(theater, first, seed),
      }),
    ),
    ...writersOf(stage).flatMap((who) =>
      Object.entries({ write: dieAtEveryWrite, word: dieAtEveryWord }).map(
        ([what, die]): Play => ({
          act: 'every step',
          name: `one of the ${who} dies at every ${what}`,
          async how(theater, seed) {
            const sim = await begin(theater.fromRoundOne, seed);
            const deaths = die(sim, sim[who][sim.dice.below(sim[who].length)]!);
            checkUnharmed(sim, await untilTheEnd(sim));
            assert.ok(deaths() > 8, `${deaths()} deaths`);
            return sim;
          },
        }),
      ),
    ),
    { act: 'absent', name: 'one never comes', how: playAbsence },
    { act: 'storm', name: 'a storm', how: playStorm },
    ...sweepOf(stage),
  ];
}

function sweepOf(stage: Stage): readonly Play[] {
  const roles = rolesOf(stage);
  const deaths = roles.flatMap((role) =>
    MOMENTS.flatMap((moment) =>
      (['restarted', 'gone'] as const).flatMap((fate) =>
        [0, 1].map(
          (round): Play => ({
            act: 'sweep',
            name: `${role} ${fate} in ${moment} of round ${round}`,
            how: (theater, seed) => playDeath(theater, { role, moment, round, fate }, seed),
          }),
        ),
      ),
    ),
  );
  const writes = writersOf(stage).flatMap((who) =>
    Array.from(
      { length: WRITES },
      (_, n): Play => ({
        act: 'sweep',
        name: `one of the ${who} dies at write ${n}`,
        async how(theater, seed) {
          const sim = await begin(theater.fromRoundOne, seed);
          dieAtWrite(sim, sim[who][sim.dice.below(sim[who].length)]!, n);
          checkUnharmed(sim, await untilTheEnd(sim));
          return sim;
        },
      }),
    ),
  );
  const storms = MOMENTS.map(
    (moment): Play => ({
      act: 'sweep',
      name: `one of every role dies in ${moment} of a storm`,
      async how({ fromStart }, seed) {
        const set = await setStage({ ...fromStart.stage, phaseSeconds: STORM_SECONDS });
        const sim = await begin(set, seed, storm);
        for (const role of roles) for (const round of [0, 1]) arrange(sim, { role, moment, round, fate: 'restarted' });
        await untilTheEnd(sim);
        set.clear();
        return sim;
      },
    }),
  );
  return [...deaths, ...writes, ...storms];
}

/** [RD6][CH5] A member that was never started: a consortium waits for it in SEAT, a committee does not. */
async function playAbsence({ fromStart }: Theater, seed: string): Promise<Simulation> {
  const sim = await begin(fromStart, seed);
  const { members, phaseSeconds, committee } = fromStart.stage;
  sim.members[sim.dice.below(members)]!.gone = true;
  const { voids, settled } = await untilTheEnd(sim);
  assert.deepEqual(voids, []);
  for (const { seated, began, verified } of settled) {
    assert.equal(seated!.origin.time > began + phaseSeconds, !committee, 'SEAT goes past its deadline in a consortium');
    assert.equal(seated!.seats.length, committee ? 2 * committee.shares : members - 1);
    assert.deepEqual([verified!.updates, verified!.noises], [members - 1, members - 1]);
  }
  return sim;
}

/** [WI2][RD2] Messages are lost, late, doubled and out of order; nothing is lost by that, and the seed is the run. */
async function playStorm({ fromStart }: Theater, seed: string): Promise<Simulation> {
  const { relayers } = fromStart.stage;
  const set = await setStage({ ...fromStart.stage, phaseSeconds: STORM_SECONDS });
  const [first, again] = [await begin(set, seed, storm), await begin(set, seed, storm)];
  checkUnharmed(first, await untilTheEnd(first));
  if (relayers > 1) assert.ok(first.reverted > 0, 'both relayers carry the same transition, and it lands once');
  await untilTheEnd(again, 1);
  const head = (sim: Simulation) => sim.facts.find(({ kind }) => kind === 'settled')!.origin.blockHash;
  assert.equal(head(first), head(again), 'a seed is a run');
  set.clear();
  return first;
}
