/**
 * A thread in which plays are played: what a test runner does to every promise of its own thread costs a quarter of their
 * time. `workerData` names the stage; a message names a play and a seed, and is answered with what came of it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { COMMITTEE, CONSORTIUM, openTheater } from './plays.ts';
import { repertoireOf } from './repertoire.ts';
import type { Simulation } from './simulation.ts';

export interface Asked {
  readonly name: string;
  readonly seed: string;
}
export type Answered = { readonly told: string } | { readonly message: string; readonly stack: string };

export const STAGES = { consortium: CONSORTIUM, committee: COMMITTEE } as const;
export type StageName = keyof typeof STAGES;

const told = ({ run, timeline, headHash }: Simulation): string => {
  const attempts = run.attempts.map(
    ({ round, attempt, voided }) => `${round}/${attempt}${voided ? ` void in phase ${voided.phase}` : ''}`,
  );
  return `${attempts.join(', ')}; ${(timeline.now / 1_000).toFixed(0)} s; head ${headHash.slice(0, 10)}`;
};

if (parentPort) {
  const port = parentPort;
  const stage = STAGES[workerData as StageName];
  const plays = new Map(repertoireOf(stage).map((play) => [play.name, play]));
  const theater = openTheater(stage);
  theater.catch(() => undefined);
  port.on('message', ({ name, seed }: Asked) => {
    const play = async (): Promise<Answered> => {
      try {
        return { told: told(await plays.get(name)!.how(await theater, `${seed} / ${name}`)) };
      } catch (error) {
        const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
        return { message, stack };
      }
    };
    void play().then((answered) => port.postMessage(answered));
  });
}
