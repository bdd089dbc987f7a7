/** What a run's model was registered as, and whether its uses were those that the charter's text allows. */
import { type CharterText, endingOf, type RunState, stateParts, type TermsOfUse } from '@concord/protocol';
import { bytesToHex } from 'viem';
import type { Fact, OfferedTerms } from '../facts.ts';
import type { Findings } from './clauses.ts';

type Of<K extends Fact['kind']> = Extract<Fact, { kind: K }>;
const only = <K extends Fact['kind']>(facts: readonly Fact[], kind: K): readonly Of<K>[] =>
  facts.filter((fact): fact is Of<K> => fact.kind === kind);

/** [IN5] What was registered for this run is the model of its last state. */
export function checkRegistered(facts: readonly Fact[], last: RunState | undefined, findings: Findings): void {
  const registered = only(facts, 'registered');
  if (registered.length === 0) findings.record('IN5', 'PASS', 'nobody has registered it so far');
  else if (!last) findings.record('IN5', 'INCOMPLETE', 'the last model state is not known');
  for (const { modelId } of registered) {
    const model = last && bytesToHex(stateParts(last).modelHash);
    findings.check('IN5', !model || modelId === model, () => `registered is ${modelId}, the run ended with ${model}`);
  }
}

/** The contract's terms as a text has them. */
const textOf = ({ callers, price, purpose, until }: OfferedTerms): TermsOfUse => ({
  callers: callers.length === 0 ? 'anybody' : callers,
  price: `${price}`,
  purpose,
  until: Number(until),
});

/** Why a use was not allowed; undefined where it was. */
function broken({ caller, purpose, paid, origin }: Of<'used'>, use: TermsOfUse): string | undefined {
  if (use.until !== 0 && origin.time > use.until) return `${origin.time - use.until} s after the sunset`;
  if (use.callers !== 'anybody' && !use.callers.includes(caller)) return 'whom the charter does not name';
  if (use.purpose !== 'any' && purpose !== use.purpose) return `for “${purpose}”, not for “${use.purpose}”`;
  if (`${paid}` !== use.price) return `for ${paid} wei, not for ${use.price}`;
  return undefined;
}

/** [CH10] It is offered under the terms that the members voted on, and every use on record kept to them. */
export function checkUse(facts: readonly Fact[], text: CharterText | undefined, findings: Findings): void {
  const use = text?.use;
  if (!use) {
    if (text)
      findings.leave(
        'CH10',
        'Who may use the model, at what price, for which purpose and until when: the charter does not say.',
      );
    else findings.record('CH10', 'INCOMPLETE', 'the text of the charter is not known');
    return;
  }
  const registered = only(facts, 'registered');
  const offered = only(facts, 'offered');
  if (registered.length > 0 && offered.length === 0)
    findings.record('CH10', 'FAIL', 'the model is registered without terms of use');
  const need = endingOf(use);
  for (const { terms } of offered) {
    const have = endingOf(textOf(terms));
    findings.check('CH10', have === need, () => `it is offered under ${have.trim()}, the charter says ${need.trim()}`);
  }
  const used = only(facts, 'used');
  for (const each of used) {
    const why = broken(each, use);
    findings.check('CH10', why === undefined, () => `${each.caller} used it ${why}`);
  }
  findings.record('CH10', 'PASS', `${used.length} uses on record, all within the terms`);
}
