/** Made-up vectors of a member: an update within its bound or just over it, and noise. */
import { type Params, type Random, type ReportType, UPDATE } from '@concord/protocol';

const uniform = (random: Random): number => (Buffer.from(random(4)).readUInt32LE(0) + 0.5) / 2 ** 32;

/** Box–Muller: near enough to the protocol's discrete Gaussian for a test of everything but privacy. */
const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(uniform(random))) * Math.cos(2 * Math.PI * uniform(random));

/**
 * d integers. Updates have norm B/2 and a first coordinate above 0.4·B (the record count of the statistics round), or
 * norm 1.02·B when `overNorm`.
 */
export function vectorOf(type: ReportType, params: Params, random: Random, overNorm: boolean): BigInt64Array {
  const draws = Array.from({ length: params.d }, () => gaussian(random));
  if (type !== UPDATE) return BigInt64Array.from(draws, (x) => BigInt(Math.round(x * Number(params.sigma))));
  const norm = Number(params.bound) * (overNorm ? 1.02 : 0.5);
  const rest = Math.hypot(...draws.slice(1)) || 1;
  const scaled = draws.map((x, i) => (i === 0 ? 0.9 * norm : (x / rest) * norm * Math.sqrt(1 - 0.81)));
  return BigInt64Array.from(scaled, (x) => BigInt(Math.round(x)));
}
