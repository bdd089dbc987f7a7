/** A draft with a choice made: what is costed, compiled and, if it is recommended, voted on. [PL1] */
import type { Choice, Draft } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

/** Training numbers with others laid over them; `local`, which is an object itself, number by number. */
export function laidOver(before: Json, over: Json): Json {
  const local = { ...objectOf(before['local']), ...objectOf(over['local']) };
  return { ...before, ...over, ...(Object.keys(local).length > 0 && { local }) };
}

/**
 * The draft of a choice; nothing that protects members is touched but an ε that the choice itself says. What does not fit
 * (a text that is no object, trees with other rounds than theirs) comes out as it is, for `compileCharter` to refuse in words.
 */
export function draftAt(
  { text, terms }: Draft,
  { trainingRounds, epsilon, committee, training, deadlines }: Choice,
): Draft {
  const { committee: _, ...others } = terms;
  const chosen = {
    ...others,
    trainingRounds,
    ...(epsilon !== undefined && { epsilon }),
    ...(deadlines && { deadlines }),
    ...(committee && { committee: { shares: committee.shares } }),
  };
  if (!training) return { text, terms: chosen };
  return {
    text: { ...objectOf(text), training: laidOver(objectOf(objectOf(text)['training']), training) },
    terms: chosen,
  };
}
