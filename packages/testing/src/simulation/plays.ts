/** The plays that tests and sweeps are made of: who holds the shares, who dies, and what must come of it. */
import assert from 'node:assert/strict';
import { arrange, isFrom, type Killing, MOMENTS, type Role } from './deaths.ts';
import { type Ending, ending } from './ending.ts';
import { calm, type Weather } from './network.ts';
import { Simulation } from './simulation.ts';
import { type SetStage, setStage, type Stage } from './stage.ts';

/** Seconds after which a run that is not over is stuck: void attempts, and seats past their deadline. */
export const PATIENCE = 600;

/** Four members hold the shares, two relayers carry what they sign. */
export const CONSORTIUM: Stage = { members: 4, rounds: 2, phaseSeconds: 20, relayers: 2 };
/** Pairs that are drawn from five aggregators hold two shares beside four members. */
export const COMMITTEE: Stage = { ...CONSORTIUM, relayers: 1, committee: { shares: 2, aggregators: 5 } };

/** Phases in which a lost answer costs little: a request is given up after 15 seconds. */
export const STORM_SECONDS = 120;

export const rolesOf = ({ committee }: Stage): readonly Role[] =>
  committee ? ['member', 'primary', 'standby'] : ['holder', 'relayer'];

/** A stage from its very beginning, and as it stands after the first round. */
export interface Theater {
  readonly fromStart: SetStage;
  readonly fromRoundOne: SetStage;
}

export async function openTheater(stage: Stage): Promise<Theater> {
  const fromStart = await setStage(stage);
  const sim = await begin(fromStart, 'the first round');
  await sim.play(PATIENCE, () => sim.run.attempts.at(-1)?.round === 1);
  return { fromStart, fromRoundOne: await sim.freeze() };
}

export async function begin(from: SetStage, seed: string, weather: Weather = calm): Promise<Simulation> {
  const sim = await Simulation.begin(from, { seed, weather });
  sim.open();
  return sim;
}

export const untilTheEnd = (sim: Simulation, rounds?: number): Promise<Ending> => ending(sim, PATIENCE, rounds);

/** One death; for good, it is played to the end of its round. Votes and joins come before the first. */
export async function playDeath(theater: Theater, killing: Killing, seed: string): Promise<Simulation> {
  const early = !isFrom(killing.moment, 'SEAT') || killing.round === 0;
  const sim = await begin(early ? theater.fromStart : theater.fromRoundOne, seed);
  const victim = arrange(sim, killing);
  // Whoever is started again goes on in the next round too.
  const found = await untilTheEnd(sim, early && killing.fate === 'gone' ? 1 : undefined);
  const dead = victim();
  assert.ok(dead, 'somebody died');
  if (killing.fate === 'restarted') checkUnharmed(sim, found);
  else checkWithout(killing, dead.address, found, sim);
  return sim;
}

/** Whoever is started again goes on where it was, and so do the others: no attempt is void, and every report counts. */
export function checkUnharmed({ members }: Simulation, { voids, settled }: Ending): void {
  assert.deepEqual(voids, []);
  for (const { round, verified } of settled) {
    const counts = [verified!.updates, verified!.noises];
    assert.deepEqual(counts, [members.length, members.length], `updates and noises of round ${round}`);
  }
}

/** What a run makes of the loss of one node for good. */
function checkWithout({ role, moment }: Killing, dead: string, { voids, settled }: Ending, sim: Simulation): void {
  const { seated, verified } = settled.at(-1)!;
  const members = sim.members.length;
  const most = { relayer: 0, member: 0, standby: 0, holder: 1, primary: 1 } as const;
  assert.ok(voids.length <= most[role], `${voids.length} attempts are void`);
  if (role === 'holder' && voids.length === 1 && seated!.origin.block > voids[0]!.voided!.origin.block)
    assert.ok(!seated!.seats.some(({ holder }) => holder === dead), 'the next attempt sits without it');
  // A primary takes its attempt with it only if it dies before its standby has its preimages [CM7].
  if (role === 'primary' && isFrom(moment, 'UPLOAD')) assert.deepEqual(voids, []);
  assert.ok(verified!.updates >= members - 1);
  // A member whose report is listed is needed no more; those who only hold or carry never cost one.
  if (role !== 'holder' && (role !== 'member' || isFrom(moment, 'QUERY'))) assert.equal(verified!.updates, members);
}

/**
 * A death and a new start in every phase of both rounds. Roles take turns, `first` in the first phase: with every role as
 * the first once, every one of them dies in every phase.
 */
export async function playDeathsInEveryPhase(theater: Theater, first: Role, seed: string): Promise<Simulation> {
  const sim = await begin(theater.fromStart, seed);
  const roles = rolesOf(theater.fromStart.stage);
  const moments = [
    ...MOMENTS.map((moment) => ({ moment, round: 0 })),
    ...MOMENTS.slice(MOMENTS.indexOf('SEAT')).map((moment) => ({ moment, round: 1 })),
  ];
  const victims = moments.map(({ moment, round }, i) => {
    const role = roles[(i + round + roles.indexOf(first)) % roles.length]!;
    return arrange(sim, { moment, round, role, fate: 'restarted' });
  });
  const found = await untilTheEnd(sim);
  const spared = moments.filter((_, i) => !victims[i]!());
  assert.deepEqual(spared, [], 'somebody died in every phase');
  checkUnharmed(sim, found);
  return sim;
}
