/** What a re-plan says, in plain words, most important first. [PL12] */
import { bytesText } from '@concord/sdk';
import { epsilonText, gasText, secondsText, usdText } from '../search/words.ts';
import type { Chance } from './chance.ts';
import type { Cap, End } from './ends.ts';
import type { Moved } from './moved.ts';
import type { Replan } from './document.ts';

type Unsaid = Omit<Replan, 'sentences'> & { readonly priceNow: number };

const WEI_PER_GWEI = 1e9;
const times = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
export const gweiText = (wei: number): string => `${Number((wei / WEI_PER_GWEI).toPrecision(3))} gwei`;
export const percent = (part: number): string => `${part > 0 && part < 0.01 ? '< 1' : Math.round(100 * part)} %`;
export const chanceText = ({ expected, low, high }: Chance): string =>
  `${percent(expected)} (${percent(low)} – ${percent(high)})`;

const CAP_NAMES: Readonly<Record<Cap, string>> = {
  gas: 'the gas cap',
  privacy: 'the privacy budget',
  sunset: 'the sunset',
  memberBytes: 'the cap on a member’s bytes',
  memberSeconds: 'the cap on a member’s processor-seconds',
};
export const capName = (cap: Cap): string => CAP_NAMES[cap];

/** What is left of a cap, in its unit. */
export function capText({ cap }: Pick<End, 'cap'>, value: number): string {
  switch (cap) {
    case 'gas':
      return gasText(value);
    case 'privacy':
      return times(value, 'sum');
    case 'sunset':
    case 'memberSeconds':
      return secondsText(value);
    case 'memberBytes':
      return bytesText(value);
  }
}

function rest({ run, left, absence, ends }: Unsaid): string[] {
  const { expected, low, high } = left;
  const rounds = run.rounds - run.settled;
  const paced =
    run.measured === 0 ? 'as planned for this machine' : `as in the ${times(run.measured, 'training round')} so far`;
  const paid = Math.min(rounds, ...ends.map((each) => each.rounds));
  const which = paid < rounds ? `, of which ${paid} will take place` : '';
  return [
    `${times(rounds, 'round')} of ${run.rounds} ${rounds === 1 ? 'is' : 'are'} left${which}: ${usdText(expected.usd.total)} (${usdText(low.usd.total)} – ${usdText(high.usd.total)}), ${gasText(expected.gas)}, ${secondsText(expected.seconds)} (${secondsText(low.seconds)} – ${secondsText(high.seconds)}), ${bytesText(expected.bytes.member)} from each member; a round takes ${secondsText(run.roundSeconds)}, ${paced}.`,
    `${run.voids === 0 ? 'No attempt' : times(run.voids, 'attempt')} of ${run.settled + run.voids} came to nothing${run.chargedVoids > 0 ? `, ${run.chargedVoids} of them charged` : ''}: the next is void with a chance of ${chanceText(absence)}, which is what the ranges are about.`,
  ];
}

function ending({ ends, run }: Unsaid): string[] {
  const remaining = run.rounds - run.settled;
  const sure = ends.filter(({ spare }) => spare < 0);
  const said = sure.map(({ cap, rounds, left, each }) => {
    const last = run.settled + rounds;
    const what = rounds === 0 ? 'no further round' : times(rounds, 'further round');
    return `${capName(cap)[0]!.toUpperCase()}${capName(cap).slice(1)} ends the run after round ${last} of ${run.rounds}: ${capText({ cap }, left)} ${cap === 'privacy' ? 'are left' : 'is left'}${cap === 'privacy' ? '' : `, a round takes ${capText({ cap }, each)}`}, which is enough for ${what} of ${remaining}.`;
  });
  const near = ends.filter(({ spare, early }) => spare >= 0 && early.high >= 0.1);
  for (const { cap, spare, early } of near)
    said.push(
      `${capName(cap)[0]!.toUpperCase()}${capName(cap).slice(1)} stands ${spare === 0 ? 'no' : `${spare} more`} ${cap === 'privacy' ? 'charged void' : 'void'} attempt${spare === 1 || spare === 0 ? '' : 's'} beside all rounds: the chance that it ends the run early is ${chanceText(early)}.`,
    );
  const calm = ends.filter((each) => !sure.includes(each) && !near.includes(each)).map(({ cap }) => capName(cap));
  if (calm.length > 0) said.push(`Not in the way: ${calm.join(', ')}.`);
  return said;
}

function when({ best, left, run, priceNow, prices }: Unsaid): string[] {
  const chain = prices.chains[0]!;
  if (typeof chain.gasPrice === 'number') return ['One gas price is known, so no hour is better than another.'];
  const saved = 1 - best.left.usd.total / left.expected.usd.total;
  if (best.wait === 0 || saved < 0.01)
    return [`Now is as good an hour as any of the next day: gas is at about ${gweiText(priceNow)}.`];
  const clock = new Date((run.time + best.wait) * 1_000).toISOString().slice(11, 16);
  return [
    `The best hour to go on is ${clock} UTC, in ${secondsText(best.wait)}: the rest would cost ${usdText(best.left.usd.total)} instead of ${usdText(left.expected.usd.total)}. ${
      run.held
        ? 'No attempt has a seat now: nothing is lost while nobody sits down, and that is up to whoever holds the shares'
        : 'An attempt is under way: let it end, then wait before the next seats'
    }; a relayer alone holds a seat back for three quarters of its deadline at most.`,
  ];
}

function relayer({ relayer: { maxGasPrice, left, keeps }, budget, left: { expected } }: Unsaid): string[] {
  if (Object.keys(budget).length === 0) return [];
  const asked = [
    ...(budget.usd === undefined ? [] : [usdText(budget.usd)]),
    ...(budget.gas === undefined ? [] : [gasText(budget.gas)]),
    ...(budget.bytes === undefined ? [] : [`${bytesText(budget.bytes)} in all`]),
    ...(budget.memberBytes === undefined ? [] : [`${bytesText(budget.memberBytes)} a member`]),
    ...(budget.seconds === undefined ? [] : [secondsText(budget.seconds)]),
  ].join(', ');
  const then = `${usdText(left.usd.total)}, ${secondsText(left.seconds)}`;
  if (keeps && maxGasPrice === undefined) return [`The rest keeps ${asked} as things are: relayers need no limit.`];
  if (keeps)
    return [
      `To keep ${asked} start relayers with “--max-gas-price ${maxGasPrice}” (${gweiText(maxGasPrice!)}): the rest is then expected to take ${then} instead of ${usdText(expected.usd.total)}, ${secondsText(expected.seconds)}.`,
    ];
  return [
    maxGasPrice === undefined
      ? `No limit on the gas price keeps ${asked}: the rest is expected to take ${then}.`
      : `No limit on the gas price keeps ${asked}: nearest comes “--max-gas-price ${maxGasPrice}” (${gweiText(maxGasPrice)}) with ${then}. Waiting is bounded by the deadlines.`,
  ];
}

const MOVED_NAMES: Readonly<Record<Moved['what'], string>> = {
  gas: 'gas so far',
  seconds: 'time so far',
  epsilon: 'ε so far',
  roundGas: 'gas of a round',
  roundSeconds: 'time of a round',
  gasPrice: 'gas price, mean of a day',
  usdPerEther: 'price of ether',
  absence: 'chance of a void attempt',
};
export const movedName = (what: Moved['what']): string => MOVED_NAMES[what];

/** A value of what may have moved, in its unit. */
export function movedText(what: Moved['what'], value: number): string {
  switch (what) {
    case 'gas':
    case 'roundGas':
      return gasText(value);
    case 'seconds':
    case 'roundSeconds':
      return secondsText(value);
    case 'epsilon':
      return epsilonText(value);
    case 'gasPrice':
      return gweiText(value);
    case 'usdPerEther':
      return usdText(value);
    case 'absence':
      return percent(value);
  }
}

function since({ moved }: Unsaid): string[] {
  if (moved.length === 0) return [];
  const changed = moved.filter((each) => each.moved);
  if (changed.length === 0) return ['Nothing moved since the plan by more than it may.'];
  return [
    `Since the plan moved: ${changed.map(({ what, planned, actual }) => `${movedName(what)} ${movedText(what, planned)} → ${movedText(what, actual)}`).join('; ')}.`,
  ];
}

export const sentencesOf = (plan: Unsaid): string[] => [
  ...rest(plan),
  ...ending(plan),
  ...relayer(plan),
  ...when(plan),
  ...since(plan),
];
