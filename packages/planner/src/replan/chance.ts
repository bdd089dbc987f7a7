/** How often attempts come to nothing, as far as so few tell, and what chance that gives a number of further ones. [PL12] */

/** Of 90 %, both sides. */
const Z = 1.6449;

export interface Chance {
  readonly expected: number;
  /** Between these it lies with 90 % confidence. */
  readonly low: number;
  readonly high: number;
}

/**
 * The chance that an attempt is void, after `voids` of `attempts`, where a chance that was said before counts as one more of
 * them: (voids + said) / (attempts + 1), with Wilson's interval of what was seen. Throws RangeError for numbers that are no
 * counts.
 */
export function chanceOf(voids: number, attempts: number, said = 0): Chance {
  if (!(Number.isInteger(voids) && Number.isInteger(attempts) && voids >= 0 && voids <= attempts))
    throw new RangeError(`have ${voids} of ${attempts}, need whole numbers, and no more voids than attempts`);
  const expected = (voids + said) / (attempts + 1);
  if (attempts === 0) return { expected, low: 0, high: 1 };
  const part = voids / attempts;
  const squared = Z ** 2 / attempts;
  const middle = (part + squared / 2) / (1 + squared);
  const half = (Z / (1 + squared)) * Math.sqrt((part * (1 - part)) / attempts + squared / (4 * attempts));
  return { expected, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * The chance of more than `most` failures before `successes` successes, each try failing with `chance`: below 0 of `most`
 * it is certain, and with no success needed there is none.
 */
export function moreThan(most: number, successes: number, chance: number): number {
  if (most < 0) return 1;
  if (successes === 0 || chance <= 0) return 0;
  if (chance >= 1) return 1;
  const mean = (successes * chance) / (1 - chance);
  // Beyond this lies nothing that a double could tell from certainty.
  const last = Math.min(most, mean + 50 * Math.sqrt(mean / (1 - chance)) + 50);
  // In logs: the first of many terms is less than any double.
  let log = successes * Math.log1p(-chance);
  let sum = Math.exp(log);
  for (let x = 1; x <= last; x++) {
    log += Math.log(((successes + x - 1) / x) * chance);
    sum += Math.exp(log);
  }
  return Math.max(0, 1 - sum);
}
