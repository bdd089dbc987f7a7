/** The auditor of a charter that grows trees: as many rounds as they have levels. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallTerms, treesText } from '../../../testing/src/charter.ts';
import { stageMembers } from '../../../testing/src/stages.ts';
import { compileCharter } from '../compileCharter.ts';
import type { RunView } from '../view.ts';
import { checkText } from './charter.ts';
import { Findings } from './clauses.ts';

const { charter, textBytes } = compileCharter(
  { text: treesText, terms: smallTerms(4, 3) },
  stageMembers(3),
  `0x${'ab'.repeat(32)}`,
);
const verdicts = (rounds: number) => {
  const findings = new Findings();
  checkText({ charter: { ...charter, limits: { ...charter.limits, rounds } } } as RunView, textBytes, findings);
  return findings.clauses(false, true).filter(({ verdict }) => verdict === 'FAIL');
};

test('[CH3] a charter whose rounds are not its trees’ levels fails, and one whose rounds are passes', () => {
  assert.deepEqual(verdicts(4), []);
  const [found] = verdicts(3);
  assert.equal(found?.id, 'CH3');
  assert.match(found?.evidence ?? '', /the text's trees take 4 rounds, the charter has 3/);
});
