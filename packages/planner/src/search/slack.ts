/** Shorter deadlines: less to wait for whoever is absent, and never so short that who is only slow is taken for absent. [PL13] */
import type { CompiledCharter, Deadlines } from '@concord/sdk';
import { NETWORK } from '../cost/overheads.ts';
import { stepsOf } from '../cost/rounds.ts';
import type { Calibration, Chain, Prices } from '../types.ts';

/** A deadline is at least this many times what its phase is expected to take: work, messages, blocks and looks. */
export const LEAST_SLACK = 4;

const PHASES = ['seat', 'noise', 'open', 'upload', 'query', 'verify', 'unmask', 'settle'] as const;

/** The deadlines at a part of the drafted ones, in whole seconds; undefined where that shortens none. */
export function deadlinesAt(
  compiled: CompiledCharter,
  slack: number,
  chain: Chain,
  { network = NETWORK }: Pick<Prices, 'network'>,
  calibration: Calibration,
  records: readonly number[],
): Deadlines | undefined {
  const drafted = compiled.charter.deadlines;
  const steps = stepsOf(compiled, chain, network, calibration, Math.max(0, ...records));
  // A committee's draw is part of its SEAT phase.
  const taken = (phase: string): number =>
    steps
      .filter((step) => step.phase === phase || (step.phase === 'draw' && phase === 'seat'))
      .reduce((sum, { seconds }) => sum + seconds, 0);
  const shorter = Object.fromEntries(
    PHASES.map((phase) => {
      const least = Math.ceil(Math.max(slack * drafted[phase], LEAST_SLACK * taken(phase)));
      return [phase, Math.min(drafted[phase], least)];
    }),
  ) as unknown as Deadlines;
  return PHASES.some((phase) => shorter[phase] < drafted[phase]) ? shorter : undefined;
}
