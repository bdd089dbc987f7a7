/** The market of a window, read slowly from spec/market.md (MK5, MK6, MK7): BigInt, and the page's words in its order. */
import { join, keccak, u32 } from './bytes.ts';

export interface Entry {
  /** An ask's price or a want's limit. */
  readonly price: bigint;
  readonly units: bigint;
}

export interface Result {
  readonly price: bigint;
  readonly traded: bigint;
  readonly askLevel: bigint;
  readonly wantLevel: bigint;
  readonly amounts: readonly bigint[];
}

const FULL = 2n ** 32n - 1n;
/** Up to here every integer is tried for a price. */
const TRIED = 2_000n;

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export function marketOf(asks: readonly Entry[], wants: readonly Entry[]): Result {
  const S = (p: bigint): bigint => sum(asks.filter(({ price }) => price <= p).map(({ units }) => units));
  const D = (p: bigint): bigint => sum(wants.filter(({ price }) => price >= p).map(({ units }) => units));
  const least = (holds: (p: bigint) => boolean): bigint => {
    for (let p = 0n; p <= TRIED; p++) if (holds(p)) return p;
    // Further up only where S or D change can it begin to hold.
    const steps = [...asks.map(({ price }) => price), ...wants.map(({ price }) => price + 1n)];
    return steps.filter((p) => p > TRIED && holds(p)).reduce(min);
  };
  const H = least((p) => 2n * S(p) >= D(p));
  const units = asks.map((ask) => ask.units);
  const q = min(units.reduce(max), sum(units) / 4n);
  const C = least((p) => S(p) >= D(p) + q);
  // The r-th lowest: as many lie at or below it, and no lower one has that.
  const r = asks.length - Math.floor(asks.length / 16);
  const A = asks
    .map(({ price }) => price)
    .filter((a) => asks.filter(({ price }) => price <= a).length >= r)
    .reduce(min);
  const price = min(C, max(A, H));

  const selling = asks.map((ask) => (ask.price < price ? ask.units : 0n));
  const buying = wants.map((want) => (want.price >= price ? want.units : 0n));
  const traded = min(sum(selling), sum(buying));
  const [sold, bought] = [filled(selling, traded), filled(buying, traded)];
  return {
    price,
    traded,
    askLevel: sold.level,
    wantLevel: bought.level,
    amounts: [...sold.amounts, ...bought.amounts],
  };
}

/** Water-filling: the smallest first, each its part of what is left. */
function filled(
  most: readonly bigint[],
  total: bigint,
): { readonly level: bigint; readonly amounts: readonly bigint[] } {
  if (sum(most) === total) return { level: FULL, amounts: most };
  let left = total;
  let among = BigInt(most.length);
  for (const each of [...most].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    if (each * among > left) break;
    left -= each;
    among--;
  }
  const level = left / among;
  let over = left % among;
  const amounts = most.map((each) => (each <= level ? each : level + (over-- > 0n ? 1n : 0n)));
  return { level, amounts };
}

/** keccak256 of every amount as u32, asks first. */
export const digestOf = (amounts: readonly bigint[]): Uint8Array =>
  keccak(join(...amounts.map((each) => u32(Number(each)))));
