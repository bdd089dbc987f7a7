/** Named plays that a line on the terminal repeats: `CONCORD_SEED=… CONCORD_PLAY=… npm test -- simulation`. */
import { test, type TestContext } from 'node:test';
import type { Simulation } from './simulation.ts';

/** What the plays are thrown from unless told. */
export const SEED = process.env['CONCORD_SEED'] ?? 'first light';

const only = process.env['CONCORD_PLAY'];

const told = ({ run, timeline, headHash }: Simulation): string =>
  `${run.attempts.map((each) => `${each.round}/${each.attempt}${each.voided ? ` void in phase ${each.voided.phase}` : ''}`).join(', ')}, ${(timeline.now / 1_000).toFixed(0)} s, head ${headHash.slice(0, 10)}`;

/** A test that is a play; where something is wrong, its error begins with the line that repeats it. */
export function play(name: string, how: (seed: string, t: TestContext) => Promise<Simulation>, seed = SEED): void {
  test(name, { skip: only !== undefined && only !== name }, async (t) => {
    try {
      t.diagnostic(told(await how(`${seed} / ${name}`, t)));
    } catch (error) {
      const again = `CONCORD_SEED='${seed}' CONCORD_PLAY='${name}' npm test -- simulation`;
      if (error instanceof Error) error.message = `${again}\n${error.message}`;
      throw error;
    }
  });
}
