/** What one choice costs: money, gas, bytes, seconds, processor time and privacy, and who pays which. [PL2][PL5] */
import { byteCost, type CompiledCharter, gasCost, isCommittee, privacyCost } from '@concord/sdk';
import type { Calibration, Chain, Choice, Cost, Prices } from '../types.ts';
import { gasPriceAt } from './gasPrice.ts';
import { exchangeOf, NETWORK, OVERHEADS, POLL_SECONDS } from './overheads.ts';
import { absenceOf, stepsOf } from './rounds.ts';
import { workOf } from './work.ts';

/** The question cannot be answered as it stands. */
export class CostError extends Error {
  readonly code: 'CHAIN' | 'RECORDS' | 'PRICES';
  constructor(code: CostError['code'], message: string) {
    super(message);
    this.name = 'CostError';
    this.code = code;
  }
}

const HOUR = 3_600;
const HOURS = 24;
const GIGABYTE = 1e9;
const WEI = 1e18;
/** Of an attempt. */
const PHASES = 8;

function chainOf({ chains, absence = 0 }: Prices, name: string): Chain {
  const chain = chains.find((each) => each.name === name);
  if (!chain)
    throw new CostError(
      'CHAIN',
      `no price is known of the chain “${name}”: have ${chains.map((each) => each.name).join(', ') || 'none'}`,
    );
  if (!(chain.blockSeconds > 0 && Number.isFinite(chain.blockSeconds)))
    throw new CostError('PRICES', `blockSeconds of ${name}: have ${chain.blockSeconds}, need a number > 0`);
  const { gasPrice } = chain;
  const curve = typeof gasPrice === 'number' ? [gasPrice] : gasPrice;
  if (
    (typeof gasPrice !== 'number' && curve.length !== HOURS) ||
    !curve.every((price) => price >= 0 && Number.isFinite(price))
  )
    throw new CostError(
      'PRICES',
      `gasPrice of ${name}: have ${curve.join(', ') || 'none'}, need one number of wei or ${HOURS} of them, one an hour`,
    );
  if (!(absence >= 0 && absence < 1))
    throw new CostError('PRICES', `absence: have ${absence}, need a chance of at least 0 and below 1`);
  return chain;
}

/**
 * The cost of a whole run of this compiled charter, whose members hold `records` records each. Throws CostError for a
 * chain without a price, prices that are none, and another number of members than the charter lists.
 */
export function costOf(
  compiled: CompiledCharter,
  choice: Pick<Choice, 'chain' | 'hour'>,
  prices: Prices,
  calibration: Calibration,
  records: readonly number[],
): Cost {
  const { charter, textBytes } = compiled;
  const chain = chainOf(prices, choice.chain);
  if (records.length !== charter.members.length)
    throw new CostError(
      'RECORDS',
      `records of ${records.length} members are given, the charter lists ${charter.members.length}`,
    );
  const { network = NETWORK, absence = 0, aggregators } = prices;
  const committee = isCommittee(charter);
  const { rounds } = charter.limits;
  const most = Math.max(...records);
  const gas = gasCost(charter, aggregators === undefined ? {} : { aggregators });
  const bytes = byteCost(charter, { textBytes: textBytes.length });

  const parts = stepsOf(compiled, chain, network, calibration, most);
  const lost = absenceOf(compiled, parts, { ...gas.transactions, voidAttempt: gas.voidAttempt }, absence);
  const round = parts.reduce((sum, { seconds }) => sum + seconds, 0) + lost.seconds;
  const seating = parts
    .filter(({ phase }) => phase === 'draw' || phase === 'seat')
    .reduce((sum, each) => sum + each.seconds, 0);
  const seconds = rounds * round - seating;

  // Each round at the price of its own hour; what comes before the first, at that of the beginning.
  const priceAt = (second: number): number => gasPriceAt(chain.gasPrice, choice.hour + second / HOUR);
  let wei = (gas.propose + gas.votes) * priceAt(0);
  for (let i = 0; i < rounds; i++)
    wei += ((i === 0 ? gas.firstRound : gas.laterRound) + lost.gas) * priceAt((i + 0.5) * round);
  const usdGas = (wei / WEI) * chain.usdPerEther;

  const repeated = 1 + lost.attempts;
  const looks = Math.max(seconds, 0) / (chain.pollSeconds ?? POLL_SECONDS);
  const exchange = exchangeOf(calibration);
  const idle = exchange * (OVERHEADS.start + OVERHEADS.look * looks);
  const k = charter.aggregation.shares * charter.aggregation.holders;
  const m = charter.members.length;
  const spoken = (messages: number, phases: number): number =>
    exchange * rounds * repeated * (OVERHEADS.message * messages + OVERHEADS.phase * phases);
  // Seals and reports of both types; lists, files and sums of the others.
  const reporting = 2 * (k + 2);
  const holding = 2 * m + (k - 1) * (12 + (2 * m) / charter.aggregation.shares);
  const memberSeconds = (count: number): number => {
    const training = workOf(compiled, count, calibration).member;
    const statistics = workOf(compiled, count, calibration, true).member;
    const said = committee ? spoken(reporting, 2) : spoken(reporting + holding, PHASES);
    return idle + said + repeated * (training * (rounds - 1) + statistics);
  };
  const seat = spoken(holding, PHASES) + repeated * rounds * workOf(compiled, 0, calibration).holder;
  const holders = committee ? k : 0;
  // It checks a signature of every holder in six of the phases before it pays for them.
  const landing = exchange * OVERHEADS.landing * PHASES + calibration.recover * 6 * k;
  const relayer = idle + repeated * rounds * landing;
  const membersSeconds = records.reduce((sum, count) => sum + memberSeconds(count), 0);
  const holdersSeconds = holders * (idle + seat);
  const member = memberSeconds(most);

  const perByte = prices.usdPerGigabyte / GIGABYTE;
  const perSecond = prices.usdPerProcessorHour / HOUR;
  const sentOnce = rounds * repeated * bytes.memberPerRound + bytes.memberOnce;
  const sent = bytes.total + (repeated - 1) * rounds * bytes.allPerRound;
  const usd = { gas: usdGas, bytes: sent * perByte, compute: (membersSeconds + holdersSeconds + relayer) * perSecond };
  const heldBytes = committee ? rounds * repeated * k * bytes.holderPerRound : 0;
  const members = m * sentOnce * perByte + membersSeconds * perSecond;
  const aggregatorsPay = heldBytes * perByte + holdersSeconds * perSecond;
  const all = usd.gas + usd.bytes + usd.compute;
  return {
    gas: gas.total + rounds * lost.gas,
    usd: { ...usd, total: all },
    payers: { relayer: all - members - aggregatorsPay, members, aggregators: aggregatorsPay },
    bytes: { member: sentOnce, all: sent },
    seconds,
    processorSeconds: {
      member,
      holder: committee ? idle + seat : member,
      all: membersSeconds + holdersSeconds + relayer,
    },
    epsilon: Number(privacyCost(charter).epsilon) / 1e18,
    parts,
  };
}
