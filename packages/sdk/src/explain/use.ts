/** What a charter says of its finished model's use, and of the bar that it must reach, in plain words. [CH10][CH12] */
import { type CharterText, isOpen, type TermsOfUse } from '@concord/protocol';
import { onOneLine, thousands, timeOf } from './words.ts';

/** Undefined: a text of before there were any terms. */
export function useWords(use: TermsOfUse | undefined): string[] {
  if (!use) return ['The charter does not say, so its model cannot be put on chain.'];
  const { callers, price, purpose, until } = use;
  const who = callers === 'anybody' ? 'Anybody' : `Only ${callers.join(', ')}`;
  const what =
    purpose === 'any' ? 'for any purpose' : `only for “${onOneLine(purpose)}”, which every caller names on record`;
  const cost =
    price === '0' ? 'for free' : `for ${thousands(BigInt(price))} wei a use, which the members share in equal parts`;
  const end = until === 0 ? 'without end' : `until ${timeOf(BigInt(until))}`;
  const free = isOpen(use)
    ? 'Contracts ask it with “predict”, which costs nothing but gas.'
    : 'The Inference contract refuses every other use.';
  return [
    `${who} may use the finished model on chain, ${what}, ${cost}, ${end}. ${free}`,
    'What is on a public chain is public: anybody can copy the parameters from there and use them elsewhere, whatever these terms say.',
  ];
}

export const acceptanceWords = ({ acceptance }: Pick<CharterText, 'acceptance'>): string[] =>
  acceptance
    ? [
        `Whoever registers it tries it on at least ${acceptance.records} records that nobody trained on first; below ${acceptance.measure} ${acceptance.least} its Concord refuses. No contract sees those records, so nothing but that program enforces this.`,
      ]
    : [];
