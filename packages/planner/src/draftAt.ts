/** A draft with a choice made: what is costed, compiled and, if it is recommended, voted on. [PL1] */
import type { Choice, Draft } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

/**
 * The draft of a choice; nothing that protects members is touched. What does not fit (a text that is no object, trees
 * with other rounds than theirs) comes out as it is, for `compileCharter` to refuse in words.
 */
export function draftAt({ text, terms }: Draft, { trainingRounds, committee, training }: Choice): Draft {
  const { committee: _, ...others } = terms;
  const chosen = { ...others, trainingRounds, ...(committee && { committee: { shares: committee.shares } }) };
  if (!training) return { text, terms: chosen };
  const before = objectOf(objectOf(text)['training']);
  const local = { ...objectOf(before['local']), ...objectOf(training['local']) };
  const after = { ...before, ...training, ...(Object.keys(local).length > 0 && { local }) };
  return { text: { ...objectOf(text), training: after }, terms: chosen };
}
