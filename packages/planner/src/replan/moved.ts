/** What the plan said of a run beside what the run was so far. Pure. [PL12] */
import { type CompiledCharter, gasCost, privacyCost } from '@concord/sdk';
import type { Calibration, Chain, Prices } from '../types.ts';
import { NETWORK } from '../cost/overheads.ts';
import { stepsOf } from '../cost/rounds.ts';
import type { Chance } from './chance.ts';
import type { Observed } from './observe.ts';
import type { Rest } from './walk.ts';

/** What an earlier plan rested on, and the chain that it was made for. */
export interface Planned {
  readonly prices: Prices;
  readonly calibration: Calibration;
  readonly records: readonly number[];
  readonly chain: string;
}

export interface Moved {
  readonly what: 'gas' | 'seconds' | 'epsilon' | 'roundGas' | 'roundSeconds' | 'gasPrice' | 'usdPerEther' | 'absence';
  readonly planned: number;
  readonly actual: number;
  /** By more than a tenth; of absence, beyond what the attempts so far can tell. */
  readonly moved: boolean;
}

const TENTH = 0.1;
const EXACT = 1e-3;
const mean = (curve: number | readonly number[]): number =>
  typeof curve === 'number' ? curve : curve.reduce((a, b) => a + b, 0) / curve.length;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

interface Been {
  readonly compiled: CompiledCharter;
  readonly observed: Observed;
  readonly rest: Rest;
  readonly absence: Chance;
  readonly chain: Chain;
}

/** Predicted against actual, so far; what no settled round shows is left out. Throws RangeError for a chain without a price. */
export function movedSince(
  { prices, calibration, records, chain: name }: Planned,
  { compiled, observed, rest, absence, chain }: Been,
): readonly Moved[] {
  const before = prices.chains.find((each) => each.name === name);
  if (!before) throw new RangeError(`the plan has no prices of its own chain “${name}”`);
  const { settled, voids, measured } = observed;
  const { charter } = compiled;
  const { aggregators, network = NETWORK } = prices;
  const gas = gasCost(charter, aggregators === undefined ? {} : { aggregators });
  const steps = stepsOf(compiled, before, network, calibration, Math.max(...records));
  const round = sum(steps.map(({ seconds }) => seconds));
  const seating = sum(steps.filter(({ phase }) => phase === 'draw' || phase === 'seat').map(({ seconds }) => seconds));
  const row = (what: Moved['what'], planned: number, actual: number): Moved => ({
    ...{ what, planned, actual },
    // ε is counted, not estimated: any charge beyond the settled rounds is one.
    moved: Math.abs(actual - planned) > (what === 'epsilon' ? EXACT : TENTH) * Math.abs(planned),
  });
  const { rhoPerRound: _, epsilon } = privacyCost({ ...charter, limits: { ...charter.limits, rounds: settled } });
  const soFar =
    settled === 0
      ? []
      : [
          row('gas', gas.propose + gas.votes + gas.firstRound + (settled - 1) * gas.laterRound, observed.gas),
          row('seconds', settled * round - seating, observed.seconds),
          row('epsilon', Number(epsilon) / 1e18, observed.epsilon),
        ];
  const perRound =
    measured === 0
      ? []
      : [
          row('roundGas', gas.laterRound, sum(rest.steps.map((step) => step.gas))),
          row('roundSeconds', round, sum(rest.steps.map((step) => step.seconds))),
        ];
  const said = prices.absence ?? 0;
  // Nobody absent so far is what a plan without absence says.
  const beyond = (said < absence.low && voids.length > 0) || said > absence.high;
  return [
    ...soFar,
    ...perRound,
    row('gasPrice', mean(before.gasPrice), mean(chain.gasPrice)),
    row('usdPerEther', before.usdPerEther, chain.usdPerEther),
    { what: 'absence', planned: said, actual: absence.expected, moved: beyond },
  ];
}
