/** The privacy ledger, charge by charge, from the charter's own struct (spec/privacy.md). */
import { epsilonWad, LARGEST_USEFUL_EPSILON, UNITS } from '@concord/protocol';
import { formatUnits } from 'viem';
import { priceOf } from '../price.ts';
import type { RunView } from '../view.ts';
import type { Findings } from './clauses.ts';
import { placeName } from './clock.ts';

/** [LG1][LG2][LG3][CH4][CH5] Every recorded accept set was charged in full, within the cap, over enough members. */
export function checkLedger(run: RunView, findings: Findings): void {
  const { aggregation, limits } = run.charter;
  const price = priceOf(aggregation);
  const epsilonOf = (rho: bigint): bigint => epsilonWad(rho, BigInt(limits.deltaExponent));
  let spent = 0n;
  let charges = 0;
  for (const attempt of run.attempts) {
    const { verified } = attempt;
    if (!verified) continue;
    const where = placeName(attempt);
    const due = spent + price;
    findings.check(
      'LG1',
      verified.rho === due,
      () => `${where}: ρ rose from ${spent} to ${verified.rho} wad, the price is ${price}`,
    );
    findings.check(
      'CH5',
      verified.updates >= limits.minCohort,
      () => `${where} opened ${verified.updates} updates, at least ${limits.minCohort} are needed`,
    );
    findings.check(
      'CH5',
      verified.noises >= aggregation.minNoise,
      () => `${where} has ${verified.noises} noise reports, at least ${aggregation.minNoise} are needed`,
    );
    // What was opened is spent, whatever the chain says.
    spent = due;
    charges += 1;
    const epsilon = epsilonOf(spent);
    findings.check(
      'CH4',
      epsilon <= limits.epsilonCap,
      () => `${where}: ε ${formatUnits(epsilon, 18)}, the cap is ${formatUnits(limits.epsilonCap, 18)}`,
    );
  }
  if (charges === 0) return;
  findings.record('LG1', 'PASS', `${charges} charges of ρ ${formatUnits(price, 18)}`);
  const level = UNITS[aggregation.unit];
  const epsilon = epsilonOf(spent);
  const useless = epsilon > LARGEST_USEFUL_EPSILON ? ': kept, but no useful privacy [DP15]' : '';
  findings.record(
    'CH4',
    'PASS',
    `ε ${formatUnits(epsilon, 18)} of ${formatUnits(limits.epsilonCap, 18)} at δ = 1e-${limits.deltaExponent}, ${level} level${useless}`,
  );
}
