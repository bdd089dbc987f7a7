/**
 * Stand-ins for the real data when its files are not there: same columns, sizes and split, invented numbers. They show
 * that a run works; they say nothing about fraud or hearts.
 */
import { createHash } from 'node:crypto';
import { seededRandom } from '@concord/trainer';
import type { Federation } from './federation.ts';
import { PUBLISHED_SEED, readHospital, splitHospitals } from './hospitals.ts';
import { ADDRESS_COLUMN, splitWallets, walletSchema } from './wallets.ts';

/** As many as the real data has after cleaning. */
export const SYNTHETIC_RECORDS = 9811;
const ILLICIT_SHARE = 0.22;
/** Hidden traits that drive all features, so that they correlate as real ones do. */
const TRAITS = 6;

/**
 * Accounts of a seed (a 32-bit integer). Each has six normal traits; its class moves two of them and flips the sign of the
 * product of two others, so that a linear model finds part of the truth and a hidden layer more. Every feature is a fixed
 * random mix of traits with noise, spread over its column's range.
 */
export function syntheticWallets(seed: number): Federation {
  const random = seededRandom(seed);
  const mixes = walletSchema.columns.map(() =>
    Array.from({ length: TRAITS }, () => random.normal() / Math.sqrt(TRAITS)),
  );
  const rows = Array.from({ length: SYNTHETIC_RECORDS }, (_, i) => {
    const illicit = random.uniform() < ILLICIT_SHARE;
    const traits = Array.from({ length: TRAITS }, () => random.normal());
    traits[0]! += illicit ? 1.5 : 0;
    traits[1]! -= illicit ? 1 : 0;
    traits[3] = Math.abs(traits[3]!) * Math.sign(traits[2]!) * (illicit ? -1 : 1);
    const features = walletSchema.columns.map(({ bound }, j) => {
      const mix = traits.reduce((sum, trait, k) => sum + trait * mixes[j]![k]!, 0) + 0.3 * random.normal();
      // Only the balance can be negative on a real account; elsewhere the mix sits above zero.
      return Math.expm1(Math.max(0, bound * (0.4 + 0.15 * mix))).toPrecision(10);
    });
    const address = `0x${createHash('sha256').update(`synthetic|${seed}|${i}`).digest('hex').slice(0, 40)}`;
    return [address, illicit ? '1' : '0', ...features];
  });
  const header = [ADDRESS_COLUMN, walletSchema.label, ...walletSchema.columns.map(({ name }) => name)];
  return splitWallets({ header, rows }, `synthetic stand-in, seed ${seed}`, true);
}

/** Usable patients of the four hospitals, and how many of them are healthy. */
const PATIENTS = [
  [303, 164],
  [261, 163],
  [46, 1],
  [130, 29],
] as const;
/** The healthy follow one another from this patient on: in Switzerland it lies in the test part, as in the real data. */
const FIRST_HEALTHY = 5;

/** Patients of a seed (a 32-bit integer): one hidden severity moves most columns, and noise does the rest. */
export function syntheticHospitals(seed: number): Federation {
  const random = seededRandom(seed);
  const patient = (diseased: boolean): string => {
    const severity = (diseased ? 0.9 : -0.9) + random.normal();
    const around = (middle: number, step: number, spread: number): number =>
      Math.round(middle + step * severity + spread * random.normal());
    const often = (share: number): number => Number(random.uniform() < share);
    const fields = [
      around(54, 2, 8),
      often(0.75 + 0.08 * severity),
      severity + random.normal() > 0 ? 4 : 1 + random.integer(3),
      around(132, 2, 17),
      around(245, 6, 50),
      often(0.15),
      random.integer(3),
      around(138, -9, 20),
      often(0.4 + 0.2 * severity),
      Math.max(0, around(9, 6, 8)) / 10,
      ...['?', '?', '?', Number(diseased)],
    ];
    return fields.join(',');
  };
  const tables = PATIENTS.map(([count, healthy]) =>
    readHospital(
      Array.from({ length: count }, (_, i) => patient(i < FIRST_HEALTHY || i >= FIRST_HEALTHY + healthy)).join('\n'),
    ),
  );
  return splitHospitals(tables, `synthetic stand-in, seed ${seed}`, true, PUBLISHED_SEED);
}
