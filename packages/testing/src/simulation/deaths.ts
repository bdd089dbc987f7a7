/** Who is killed when, and what becomes of them. */
import { type Phase, phaseAt, currentAttempt } from '@concord/sdk';
import type { Simulation } from './simulation.ts';
import type { Death, SimulatedNode } from './node.ts';

/** A consortium's holder is a member too; beside a committee a member only reports. */
export type Role = 'member' | 'holder' | 'primary' | 'standby' | 'relayer';

export const MOMENTS = [
  'VOTE',
  'JOIN',
  'SEAT',
  'NOISE',
  'OPEN',
  'UPLOAD',
  'QUERY',
  'VERIFY',
  'UNMASK',
  'SETTLE',
] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Killing {
  readonly role: Role;
  readonly moment: Moment;
  /** The round in which it happens; a vote and a join have none. */
  readonly round: number;
  /** Restarted after some seconds, or gone for good. */
  readonly fate: 'restarted' | 'gone';
}

/** Longest that a node stays down, and that its death is put off within its phase, milliseconds. */
const LONGEST_DOWN = 4_000;
const LONGEST_AFTER = 800;
/** Between two looks for somebody who lives, milliseconds. */
const STARTING = 10;
/** Most writes that a node makes in its phase before it dies. */
const WRITES = 6;

/** Prepares a death; what it returns tells whom it hit, once it has happened. */
export function arrange(sim: Simulation, killing: Killing): () => SimulatedNode | undefined {
  let victim: SimulatedNode | undefined;
  let dead = false;
  const look = (): void => {
    if (victim || !isMoment(sim, killing)) return;
    victim = choose(sim, killing);
    if (victim)
      soon(sim, victim, () => {
        dead = true;
        die(sim, victim!, killing.fate);
      });
    // Nobody has been started yet.
    else sim.timeline.after(STARTING, look);
  };
  // The moment may have come already, and be over with the next block.
  sim.timeline.after(0, look);
  sim.onBlock.push(look);
  return () => (dead ? victim : undefined);
}

function isMoment(sim: Simulation, { role, moment, round }: Killing): boolean {
  const { run } = sim;
  if (moment === 'VOTE') return true;
  if (moment === 'JOIN') return run.votes.size > 0 || run.endpoints.size > 0;
  const attempt = currentAttempt(run);
  if (attempt?.round !== round || phaseAt(attempt) !== (moment satisfies Phase)) return false;
  return attempt.draw !== undefined || moment !== 'SEAT' || (role !== 'primary' && role !== 'standby');
}

function choose(sim: Simulation, { role, moment }: Killing): SimulatedNode | undefined {
  const from = (nodes: readonly SimulatedNode[]): SimulatedNode | undefined => {
    const living = nodes.filter(({ alive }) => alive);
    return moment === 'VOTE' ? nodes[sim.dice.below(nodes.length)] : living[sim.dice.below(living.length)];
  };
  if (role === 'relayer') return from(sim.relayers);
  if (role === 'member' || role === 'holder') return from(sim.members);
  const attempt = currentAttempt(sim.run);
  const drawn = attempt?.draw?.committee.map((address) => sim.nodeOf(address));
  if (!drawn) return from(sim.aggregators);
  const shares = drawn.length / 2;
  return from(role === 'primary' ? drawn.slice(0, shares) : drawn.slice(shares));
}

/** At one of its next writes, before or after it, or after a while where it writes nothing. */
function soon({ dice, timeline }: Simulation, victim: SimulatedNode, strike: () => void): void {
  let left = dice.chance(0.3) ? Number.POSITIVE_INFINITY : dice.below(WRITES);
  const edge = dice.chance(0.5) ? 'before' : 'after';
  const now = (): void => {
    cancel();
    victim.onWrite = undefined;
    strike();
  };
  const cancel = timeline.after(dice.below(LONGEST_AFTER), now);
  victim.onWrite = (_, when) => {
    if (when === edge && left-- <= 0) now();
  };
}

export function die(sim: Simulation, victim: SimulatedNode, fate: Killing['fate']): void {
  victim.kill(sim.dice.chance(0.5) ? 'power' : 'process');
  if (fate === 'restarted') {
    sim.timeline.after(sim.dice.below(LONGEST_DOWN), () => void victim.start());
    return;
  }
  victim.gone = true;
  // Operators whose relayer is gone for good name another one.
  if (sim.relayers.includes(victim))
    for (const [i, member] of sim.members.entries())
      if (sim.relayers[i % sim.relayers.length] === victim)
        sim.timeline.after(LONGEST_DOWN, () => {
          member.kill('process');
          void member.start();
        });
}

/** Milliseconds that a node stays down which dies over and over. */
const SHORTLY = 120;

/** Kills a node once before and once after every write that it makes; what it returns counts the deaths. */
export function dieAtEveryWrite(sim: Simulation, victim: SimulatedNode): () => number {
  const died = new Set<string>();
  victim.onWrite = ({ how, slot, key }, when) =>
    dieOnce(sim, victim, died, `${when} ${how} ${slot?.round} ${key}`, sim.dice.chance(0.5) ? 'power' : 'process');
  return () => died.size;
}

/**
 * Cuts the power of a node as soon as it has answered something new, or something new of its own has arrived: whatever
 * others know of it by then, it must still know. What it returns counts the deaths.
 */
export function dieAtEveryWord(sim: Simulation, victim: SimulatedNode): () => number {
  const died = new Set<string>();
  victim.onWord = ({ method, path, status, to }) => {
    if (status === 200 && (to === victim.name || method !== 'GET'))
      dieOnce(sim, victim, died, `${to} ${path}`, 'power');
  };
  return () => died.size;
}

function dieOnce(sim: Simulation, victim: SimulatedNode, died: Set<string>, why: string, death: Death): void {
  if (died.has(why) || !victim.alive) return;
  died.add(why);
  victim.kill(death);
  sim.timeline.after(SHORTLY, () => void victim.start());
}

/** Is this moment that one, or later? */
export const isFrom = (moment: Moment, other: Moment): boolean => MOMENTS.indexOf(moment) >= MOMENTS.indexOf(other);

/** Kills a node at its n-th write from now, before or after it, and starts it again. */
export function dieAtWrite(sim: Simulation, victim: SimulatedNode, n: number): void {
  let left = n;
  const edge = sim.dice.chance(0.5) ? 'before' : 'after';
  victim.onWrite = (_, when) => {
    if (when !== edge || left-- > 0) return;
    victim.onWrite = undefined;
    die(sim, victim, 'restarted');
  };
}

/** Kills a node as soon as it has answered a request for this path, once; what it returns tells whether that happened. */
export function dieAtWord(sim: Simulation, victim: SimulatedNode, path: string): () => boolean {
  const died = new Set<string>();
  victim.onWord = (said) => {
    if (said.to === victim.name && said.path === path && said.status === 200)
      dieOnce(sim, victim, died, path, 'process');
  };
  return () => died.size > 0;
}
