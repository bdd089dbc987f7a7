/** Every play by its name, so that a test, a sweep and whoever repeats a failure mean the same. */
import assert from 'node:assert/strict';
import { byteCost, stopsNeeded } from '@concord/sdk';
import { arrange, dieAtEveryWord, dieAtEveryWrite, dieAtWord, dieAtWrite, MOMENTS } from './deaths.ts';
import { storm } from './network.ts';
import {
  begin,
  checkUnharmed,
  PATIENCE,
  playDeath,
  playDeathsInEveryPhase,
  rolesOf,
  STORM_SECONDS,
  type Theater,
  untilTheEnd,
} from './plays.ts';
import { CHEAP, type Simulation } from './simulation.ts';
import { setStage, type Stage } from './stage.ts';

export type Act = 'early' | 'dear' | 'gone' | 'restarted' | 'every step' | 'absent' | 'storm' | 'sweep';

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
    { act: 'early', name: 'no gas is left for another round', how: playGasCap },
    { act: 'early', name: 'members stop it', how: playStop },
    { act: 'dear', name: 'gas is dear', how: playDearGas },
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

/** Rounds of a charter that cannot pay for all of them. */
const MANY = 6;
/** Enough for two or three of them. */
const GAS = 2_300_000;
/** Rounds whose bytes each member may send, by what a charter's sizes say of one. */
const ROUNDS = 2.5;

/** [RD16][CH8] A run whose gas cap has no room for another round is complete, whoever dies meanwhile. */
async function playGasCap({ fromStart }: Theater, seed: string): Promise<Simulation> {
  const set = await setStage({ ...fromStart.stage, rounds: MANY, gasCap: GAS });
  const sim = await begin(set, seed);
  const deaths = dieAtEveryWrite(sim, sim.members[sim.dice.below(sim.members.length)]!);
  const { voids, settled } = await untilTheEnd(sim, 1 + sim.dice.below(2));
  await sim.play(PATIENCE);
  assert.deepEqual([sim.run.ended, voids.length], ['gas', 0]);
  assert.ok(deaths() > 8, `${deaths()} deaths`);
  const { settled: all } = await untilTheEnd(sim, settled.length);
  assert.ok(all.length >= 2 && all.length < MANY, `${all.length} rounds`);
  set.clear();
  return sim;
}

/**
 * [RD17][RD18] Members whose caps leave no room stop the run: one of them dies at every write, and a relayer as soon as it
 * has taken a stop. What each counted outlives it, and none of them sits where it has signed to stop.
 */
async function playStop({ fromStart }: Theater, seed: string): Promise<Simulation> {
  const memberBytes = Math.round(ROUNDS * byteCost(fromStart.charter).memberPerRound);
  const caps = { memberBytes, memberSeconds: 1_000 };
  // Whoever dies at every write needs longer, and these writes are more.
  const set = await setStage({ ...fromStart.stage, rounds: MANY, phaseSeconds: 60, caps });
  const sim = await begin(set, seed);
  const deaths = dieAtEveryWrite(sim, sim.members[sim.dice.below(sim.members.length)]!);
  const taken = sim.relayers.map((relayer) => dieAtWord(sim, relayer, '/stops'));
  await sim.play(PATIENCE);
  const { run } = sim;
  assert.equal(run.ended, 'stopped');
  assert.ok(run.stopped!.readings.length >= stopsNeeded(run.charter));
  // What was spent outlives every death, or whoever dies at every write would never see its cap.
  for (const { bytesSent } of run.stopped!.readings)
    assert.ok(bytesSent > memberBytes / ROUNDS / 2, `${bytesSent} of ${memberBytes} bytes`);
  assert.ok(deaths() > 8, `${deaths()} deaths`);
  assert.ok(
    taken.some((died) => died()),
    'a relayer died of a stop',
  );
  const others = run.attempts.filter(
    ({ round, attempt, voided }) => voided && (round !== run.stopped!.round || attempt !== run.stopped!.attempt),
  );
  assert.deepEqual(others, [], 'nothing else was void');
  const settled = run.attempts.filter((each) => each.settled).length;
  assert.ok(settled >= 1 && settled < MANY, `${settled} rounds`);
  await untilTheEnd(sim, settled);
  set.clear();
  return sim;
}

/** Seconds of a phase whose last quarter is enough to land in. */
const SLOW = 80;

/** [RD19] Where gas never gets cheaper, every transition is put off as far as its deadline lets one, and no attempt is lost. */
async function playDearGas({ fromStart }: Theater, seed: string): Promise<Simulation> {
  const set = await setStage({ ...fromStart.stage, phaseSeconds: SLOW });
  const sim = await begin(set, seed);
  sim.gasPrice = CHEAP + 1n;
  await sim.play(10 * PATIENCE);
  checkUnharmed(sim, await untilTheEnd(sim));
  assert.ok(sim.rules.heldBack >= 8 * fromStart.stage.rounds, `${sim.rules.heldBack} transitions were held back`);
  assert.ok(sim.timeline.now / 1_000 > 8 * fromStart.stage.rounds * (SLOW / 2), 'for as long as that costs no attempt');
  set.clear();
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
