/** What a column means to a person, and how its numbers are said. */
type Unit = 'minutes' | 'count' | 'ether' | 'tokens';

const WORDS: Readonly<Record<string, readonly [what: string, unit: Unit]>> = {
  'Avg min between sent tnx': ['Average wait before it sends', 'minutes'],
  'Avg min between received tnx': ['Average wait before it receives', 'minutes'],
  'Time Diff between first and last (Mins)': ['Time from its first transaction to its last', 'minutes'],
  'Sent tnx': ['Transactions it sent', 'count'],
  'Received Tnx': ['Transactions it received', 'count'],
  'Number of Created Contracts': ['Contracts it created', 'count'],
  'Unique Received From Addresses': ['Different accounts that paid it', 'count'],
  'Unique Sent To Addresses': ['Different accounts it paid', 'count'],
  'min value received': ['Smallest payment it received', 'ether'],
  'max value received': ['Largest payment it received', 'ether'],
  'avg val received': ['Average payment it received', 'ether'],
  'min val sent': ['Smallest payment it made', 'ether'],
  'max val sent': ['Largest payment it made', 'ether'],
  'avg val sent': ['Average payment it made', 'ether'],
  'min value sent to contract': ['Smallest amount it put into a new contract', 'ether'],
  'max val sent to contract': ['Largest amount it put into a new contract', 'ether'],
  'avg value sent to contract': ['Average amount it put into new contracts', 'ether'],
  'total transactions (including tnx to create contract': ['Transactions in all', 'count'],
  'total Ether sent': ['Ether it paid in all', 'ether'],
  'total ether received': ['Ether it received in all', 'ether'],
  'total ether sent contracts': ['Ether it put into new contracts', 'ether'],
  'total ether balance': ['Ether that stayed with it', 'ether'],
  'Total ERC20 tnxs': ['Token transfers in all', 'count'],
  'ERC20 total Ether received': ['Tokens it received in all', 'tokens'],
  'ERC20 total ether sent': ['Tokens it sent in all', 'tokens'],
  'ERC20 total Ether sent contract': ['Tokens of its own that it moved', 'tokens'],
  'ERC20 uniq sent addr': ['Different accounts it sent tokens to', 'count'],
  'ERC20 uniq rec addr': ['Different accounts that sent it tokens', 'count'],
  'ERC20 uniq sent addr.1': ['Different accounts it sent its own token to', 'count'],
  'ERC20 uniq rec contract addr': ['Different tokens it received', 'count'],
  'ERC20 min val rec': ['Smallest token amount it received', 'tokens'],
  'ERC20 max val rec': ['Largest token amount it received', 'tokens'],
  'ERC20 avg val rec': ['Average token amount it received', 'tokens'],
  'ERC20 min val sent': ['Smallest token amount it sent', 'tokens'],
  'ERC20 max val sent': ['Largest token amount it sent', 'tokens'],
  'ERC20 avg val sent': ['Average token amount it sent', 'tokens'],
  'ERC20 uniq sent token name': ['Different tokens it sent', 'count'],
  'ERC20 uniq rec token name': ['Different kinds of token it received', 'count'],
};

function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en');
  return size >= 10 ? value.toFixed(1).replace('.0', '') : String(Number(value.toPrecision(2)));
}

function duration(minutes: number): string {
  if (minutes < 90) return `${number(minutes)} minutes`;
  return minutes < 2 * 1440 ? `${number(minutes / 60)} hours` : `${number(minutes / 1440)} days`;
}

const said: Readonly<Record<Unit, (value: number) => string>> = {
  minutes: duration,
  count: (value) => number(Math.round(value)),
  ether: (value) => `${number(value)} ether`,
  tokens: number,
};

/** How a column's value compares: with the usual one of accounts that have any, and with how many have any. */
export function compared(
  column: string,
  value: number,
  usual: { readonly value: number; readonly share?: number },
): string {
  const [what, unit] = WORDS[column] ?? [column, 'count'];
  const say = said[unit];
  const percent = usual.share === undefined ? undefined : Math.round(100 * usual.share);
  if (value === 0 && percent !== undefined) return `${what}: none (${percent} % of known accounts have some).`;
  const rare = percent !== undefined && percent < 30 ? `; only ${percent} % of known accounts have any` : '';
  return `${what}: ${say(value)} (usual: about ${say(usual.value)}${rare}).`;
}

/** A value on one side of where trees divide, and what that speaks for. */
export interface Division {
  readonly at: number;
  /** At `at` or above it. */
  readonly above: boolean;
  readonly raises: boolean;
}

/** Above nothing and below this, whatever the unit, lies nobody: a division there tells some from none. */
const ANY = 0.001;

/** How a column's value lies to the division of the trees that weighed most. */
export function divided(column: string, value: number, { at, above, raises }: Division): string {
  const [what, unit] = WORDS[column] ?? [column, 'count'];
  const say = said[unit];
  const speaks = raises ? 'speaks for a scam' : 'speaks against a scam';
  const have = value === 0 ? 'none' : say(value);
  if (at > 0 && at <= ANY) return `${what}: ${have} (having ${above ? 'any' : 'none'} ${speaks}).`;
  // What is counted reaches a division between two numbers only with the higher one.
  const edge = unit === 'count' ? say(Math.ceil(at)) : `about ${say(at)}`;
  return `${what}: ${have} (${above ? `${edge} or more` : `less than ${edge}`} ${speaks}).`;
}
