/**
 * What a person will spend and wants to reach, as a person writes it: “20 USD, eps 4, 2 h” and “auc 0.95”. Total: every
 * text becomes a budget or an error that names the piece and what would be right. [PL9]
 */
import type { Budget, Goal, Metric } from '../types.ts';

/** A piece of a budget or goal that cannot be read. */
export class BudgetError extends Error {
  readonly code = 'BUDGET';
  readonly piece: string;
  constructor(piece: string, need: string) {
    super(`“${piece}”: ${need}`);
    this.name = 'BudgetError';
    this.piece = piece;
  }
}

interface Unit {
  readonly of: keyof Budget;
  readonly times: number;
}

const units = (of: keyof Budget, sizes: Readonly<Record<string, number>>): [string, Unit][] =>
  Object.entries(sizes).map(([name, times]) => [name, { of, times }]);

const PREFIXES = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
const prefixed = (unit: string): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(PREFIXES).map(([prefix, size]) => [`${prefix}${unit}`, size]));

/** By what stands beside the number, in small letters and without blanks. */
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ...units('usd', { usd: 1, $: 1, dollar: 1, dollars: 1, cent: 0.01, cents: 0.01 }),
  ...units('gas', prefixed('gas')),
  ...units('bytes', { ...prefixed('b'), byte: 1, bytes: 1, tb: 1e12 }),
  ...units('seconds', { s: 1, sec: 1, second: 1, seconds: 1, min: 60, minute: 60, minutes: 60 }),
  ...units('seconds', { h: 3_600, hour: 3_600, hours: 3_600, d: 86_400, day: 86_400, days: 86_400 }),
  ...units('epsilon', { eps: 1, epsilon: 1, ε: 1 }),
]);

const EACH = /\s*(?:\/|a|per|each)\s*member$/;
const ALL = /\s*(?:in\s+all|altogether|in\s+total)$/;
/** Digits, groups of three divided by a blank or a low line, a point and more digits; “.5” as well. */
const NUMBER = /(?:\d{1,3}(?:[ _]\d{3})+|\d+)(?:\.\d+)?|\.\d+/;
const PIECE = new RegExp(`^(?<before>[^\\d.]*?)[\\s=:≤]*(?<number>${NUMBER.source})\\s*(?<after>[^\\d.]*)$`);

const SAYS: Readonly<Record<keyof Budget, string>> = {
  usd: 'money',
  gas: 'gas',
  bytes: 'bytes in all',
  memberBytes: 'bytes of a member',
  seconds: 'time',
  epsilon: 'ε',
};
const WAYS = 'write a number and its unit, such as “20 USD”, “3 Mgas”, “2 GB a member”, “2 h” or “eps 4”';

function readPiece(piece: string): readonly [keyof Budget, number] {
  const small = piece.toLowerCase();
  const plain = small.replace(EACH, '').replace(ALL, '').trim();
  const { before = '', number, after = '' } = PIECE.exec(plain)?.groups ?? {};
  if (number === undefined) throw new BudgetError(piece, WAYS);
  const unit = `${before}${after}`.replace(/\s+/g, '');
  if (unit === '') throw new BudgetError(piece, `of what? ${WAYS}`);
  if (/^[-−–]/.test(unit))
    throw new BudgetError(piece, 'need more than nothing; leave it out where it does not matter');
  const known = UNITS.get(unit);
  if (!known) throw new BudgetError(piece, `“${unit}” is no unit here; ${WAYS}`);
  const value = Number(number.replace(/[ _]/g, '')) * known.times;
  if (!(value > 0 && Number.isFinite(value)))
    throw new BudgetError(piece, 'need more than nothing; leave it out where it does not matter');
  if (!EACH.test(small)) return [known.of, value];
  if (known.of !== 'bytes')
    throw new BudgetError(piece, `${SAYS[known.of]} can only be said of the whole run; only bytes also “a member”`);
  return ['memberBytes', value];
}

/** Reads a budget: pieces with commas or semicolons between. Throws BudgetError. */
export function parseBudget(text: string): Budget {
  const budget: { -readonly [key in keyof Budget]: number } = {};
  for (const piece of text.split(/[,;\n]/).map((each) => each.trim())) {
    if (piece === '') {
      // “20 USD,” is what somebody wrote who changed their mind; an empty budget is not.
      if (text.trim() === '') throw new BudgetError(text, WAYS);
      continue;
    }
    const [of, value] = readPiece(piece);
    if (budget[of] !== undefined) throw new BudgetError(piece, `${SAYS[of]} is said twice; say it once`);
    budget[of] = value;
  }
  if (Object.keys(budget).length === 0) throw new BudgetError(text, WAYS);
  return budget;
}

const METRICS: Readonly<Record<string, Metric>> = {
  accuracy: 'accuracy',
  auc: 'auc',
  recall: 'recallAt1PercentFalseAlarms',
  recallat1percentfalsealarms: 'recallAt1PercentFalseAlarms',
};

/**
 * Reads a goal, “auc 0.95”, “accuracy 80 %”, or only a measure: then the best of it is wanted. Throws BudgetError.
 */
export function parseGoal(text: string): { readonly metric: Metric; readonly least?: number } {
  const ways = 'write a measure (accuracy, auc or recall) and its least value, such as “auc 0.95”';
  const { word, number, percent } =
    /^(?<word>[a-z][a-z0-9]*)[\s=:≥>]*(?<number>\d+(?:\.\d+)?|\.\d+)?\s*(?<percent>%)?$/.exec(text.trim().toLowerCase())
      ?.groups ?? {};
  if (word === undefined) throw new BudgetError(text, ways);
  const metric = METRICS[word];
  if (metric === undefined) throw new BudgetError(text, `“${word}” is no measure here; ${ways}`);
  if (number === undefined) return { metric };
  const least = Number(number) / (percent === undefined ? 1 : 100);
  if (!(least > 0 && least < 1))
    throw new BudgetError(text, 'need a least value between 0 and 1, or a percentage below 100 %');
  return { metric, least };
}

/** A goal where a least value was said. */
export const goalOf = ({ metric, least }: ReturnType<typeof parseGoal>): Goal | undefined =>
  least === undefined ? undefined : { metric, least };
