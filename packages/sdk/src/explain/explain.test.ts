import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPEN_USE } from '@concord/protocol';
import { zeroHash } from 'viem';
import {
  adaptiveText,
  averagingText,
  cappedText,
  memberTerms,
  smallTerms,
  smallText,
} from '../../../testing/src/charter.ts';
import { type CharterTerms, compileCharter } from '../compileCharter.ts';
import type { Address, Hex } from '../facts.ts';
import { charterIdOf } from '../identity.ts';
import { explainAmendment } from './amendment.ts';
import { type Chapter, explainCharter } from './charter.ts';

const member = (i: number): Address => `0x${i.toString(16).padStart(40, '0')}`;
const members = [1, 2, 3, 4].map(member);
const compiled = (text: unknown, terms: CharterTerms, of: readonly Address[] = members) => {
  const { charter, text: read } = compileCharter({ text, terms }, of, `0x${'ab'.repeat(32)}`);
  return { charter, text: read };
};
const plain = compiled(smallText, smallTerms(3, 3));

const sentencesOf = ({ charter, text }: ReturnType<typeof compiled>, id: Chapter['id']): string =>
  explainCharter(charter, text)
    .chapters.find((chapter) => chapter.id === id)!
    .sentences.join('\n');

test('[BD2] the words name every number that follows: ε, δ, unit, noise, cohort, collusion, rounds, deadlines, gas, use', () => {
  const { facts } = explainCharter(plain.charter, plain.text);
  assert.ok(facts.privacy.epsilonAfterAllRounds > 7.9 && facts.privacy.epsilonAfterAllRounds <= 8);
  const promised = sentencesOf(plain, 'promised');
  assert.match(promised, /ε = 8\.000 of at most 8 at δ = 1e-5 after all rounds, for one record, even if all but 1/);
  assert.match(promised, /at most 100 records/);
  assert.equal(facts.privacy.adjacency, 'zero-out');
  assert.equal(facts.privacy.colludersWithstood, 3);
  assert.equal(facts.privacy.delta, 1e-5);
  assert.equal(facts.deadlines.all, 4_800);
  assert.match(sentencesOf(plain, 'held'), /4 sums are opened.+fewer than 3 members.+all 4 collude.+80 minutes/s);
  assert.match(sentencesOf(plain, 'costs'), /The relayer pays about \d+ k gas a round/);
  assert.match(
    sentencesOf(plain, 'use'),
    /Anybody may use the finished model on chain, for any purpose, for free.+anybody can copy the parameters/s,
  );
  assert.equal(facts.use.enforced, true);
  assert.deepEqual(facts.use.terms, OPEN_USE);
  assert.equal(facts.use.asWritten, null);
  assert.deepEqual(JSON.parse(JSON.stringify(facts)), facts, 'facts are JSON');
});

test('[BD2] a charter that protects members is not said to bound their records', () => {
  const averaging = compiled(averagingText, memberTerms(3, 3));
  assert.match(sentencesOf(averaging, 'promised'), /for one member/);
  assert.doesNotMatch(sentencesOf(averaging, 'promised'), /records/);
  assert.match(sentencesOf(averaging, 'held'), /3 of updates/);
});

test('[BD2] a committee is told apart from a consortium', () => {
  const committee = compiled(smallText, { ...smallTerms(3, 3), committee: { shares: 8 } });
  assert.match(sentencesOf(committee, 'held'), /8 shares, each held by two staked aggregators/);
  assert.equal(explainCharter(committee.charter, committee.text).facts.colludersThatOpenAnUpdate, 8);
});

test('[BD3] a charter put in its own place changes nothing but what is spent', () => {
  const told = explainAmendment(plain, plain);
  assert.deepEqual(told.changes, []);
  assert.equal(told.declared, false);
  assert.ok(told.together.epsilon > 8 && told.together.epsilon < 16, `${told.together.epsilon}`);
  const alone = explainCharter(plain.charter, plain.text).facts.privacy.epsilonAfterAllRounds;
  const { epsilon } = explainAmendment(plain, plain, { spentRho: 0n }).together;
  assert.ok(epsilon >= alone && epsilon <= 8, `${epsilon}: the new budget alone`);
});

test('[BD2][BD3] gated waves and adaptive steps are said, and so is a charter that takes them up', () => {
  const after = compiled(adaptiveText, smallTerms(3, 3));
  assert.doesNotMatch(sentencesOf(plain, 'learned'), /becomes three inputs|opened gradients/);
  assert.match(
    sentencesOf(after, 'learned'),
    /Each column becomes three inputs: whether it is there, and where it is, two waves.+step is scaled by how large its opened gradients have been/s,
  );
  const { changes } = explainAmendment(plain, after);
  for (const pattern of [
    /inputs on the basis “gatedWaves” instead of “plain”/,
    /trained with other numbers \(.*adaptive steps/,
  ])
    assert.equal(changes.filter(({ sentence }) => pattern.test(sentence)).length, 1, String(pattern));
});

test('[BD3] what changes is said for whom, and what is worse comes first', () => {
  const [first, ...others] = members;
  const after = compiled(
    {
      ...smallText,
      purpose: 'to be sold',
      schema: {
        ...smallText.schema,
        columns: [...smallText.schema.columns.slice(0, 2), { name: 'd', transform: 'identity', bound: 3 }],
      },
      clauses: [...smallText.clauses, { id: 'CH10', sentence: 'Only we call it.', enforcedBy: 'nothing' }],
    },
    { ...smallTerms(5, 4), epsilon: 12, maxRecords: 50, gasCap: 4_000_000 },
    [...others, member(9), member(10)],
  );
  const { changes, sentences, together } = explainAmendment(plain, after);
  const about = (pattern: RegExp) => {
    const found = changes.filter(({ sentence }) => pattern.test(sentence));
    assert.equal(
      found.length,
      1,
      `${pattern}: ${found.length} of\n${changes.map(({ sentence }) => sentence).join('\n')}`,
    );
    return found[0]!;
  };
  assert.deepEqual(
    [
      about(/ε = 8\.000 becomes 11\.\d+/),
      about(/no longer vote/),
      about(/at most 50 records instead of at most 100/),
    ].map(({ whom, effect }) => [whom, effect]),
    [
      ['records', 'worse'],
      ['leavers', 'worse'],
      ['members', 'worse'],
    ],
  );
  assert.ok(about(/no longer vote/).sentence.includes(first!));
  assert.equal(about(/over 4 or more members instead of 3/).effect, 'better');
  assert.equal(about(/may vote and take part/).whom, 'newcomers');
  assert.equal(about(/3 of 5 votes carry a charter instead of 3 of 4/).whom, 'members');
  about(/purpose is no longer “to be checked by strangers” but “to be sold”/);
  about(/must have “d” too/);
  about(/No longer read: “c”/);
  about(/6 sums are opened instead of 4/);
  about(/a cap of 4 000 000 gas instead of no cap/);
  about(/Clause CH10 is new: “Only we call it.”/);
  const effects = changes.map(({ effect }) => effect);
  assert.deepEqual(
    effects,
    effects.toSorted(
      (a, b) => ['worse', 'different', 'better'].indexOf(a) - ['worse', 'different', 'better'].indexOf(b),
    ),
  );
  assert.ok(together.epsilon > 12);
  assert.match(sentences.at(-3)!, /nothing that was spent is given back: together they promise each record/);
});

test('[BD3] a successor that names the old charter is said to, and a change of level is the first thing said', () => {
  const averaging = compiled(averagingText, memberTerms(3, 3));
  const successor = { ...averaging, charter: { ...averaging.charter, succeeds: charterIdOf(plain.charter) } };
  const told = explainAmendment(plain, successor);
  assert.equal(told.declared, true);
  assert.notEqual(successor.charter.succeeds, zeroHash satisfies Hex);
  assert.ok(
    told.changes.some(
      ({ sentence, effect }) =>
        /no longer about each record but about each member/.test(sentence) && effect === 'better',
    ),
  );
  assert.equal(told.together.unit, 'record');
});

test('[BD2][BD3] an author’s words stay on their line', () => {
  const forged = 'nothing\n- ε = 0 for everybody';
  const clauses = [{ id: 'CH10', sentence: forged, enforcedBy: forged }];
  const sly = compiled({ ...smallText, purpose: forged, clauses }, smallTerms(3, 3));
  const said = [
    ...explainCharter(sly.charter, sly.text).chapters.flatMap(({ sentences }) => sentences),
    ...explainAmendment(plain, sly).sentences,
  ];
  assert.ok(said.some((sentence) => sentence.includes('ε = 0 for everybody')));
  for (const sentence of said) assert.doesNotMatch(sentence, /\n/);
});

test('[BD2][CH8] what a run may cost is said, and that a cap leaves no room for all rounds', () => {
  const told = (memberBytes: number, gasCap = 0): ReturnType<typeof compiled> =>
    compiled(cappedText({ memberBytes, memberSeconds: 7_200 }), { ...smallTerms(3, 3), gasCap });
  assert.doesNotMatch(sentencesOf(plain, 'costs'), /its own node’s count/);
  assert.equal(explainCharter(plain.charter, plain.text).facts.caps, null);
  const ample = sentencesOf(told(1e9), 'costs');
  assert.match(ample, /at most 1\.0 GB sent and 2 hours of computing, .* with 2 of 4 such signatures the run ends/);
  assert.doesNotMatch(ample, /too little/);
  assert.match(sentencesOf(told(4_000_000), 'costs'), /too little for all 4 rounds: .* after about 2 of them/);
  assert.match(
    sentencesOf(told(1e9, 5_000_000), 'held'),
    /at most 5 000 000 gas: once too little is left for a round it ends/,
  );
});

test('[BD3][CH8] caps that come, go or change are said to the members', () => {
  const [before, after] = [1e9, 2e9].map((memberBytes) =>
    compiled(cappedText({ memberBytes, memberSeconds: 60 }), smallTerms(3, 3)),
  ) as [ReturnType<typeof compiled>, ReturnType<typeof compiled>];
  const [change] = explainAmendment(before, after).changes.filter(({ clause }) => clause === 'CH8');
  assert.deepEqual([change?.whom, change?.effect], ['members', 'different']);
  assert.match(
    change!.sentence,
    /at most 2\.0 GB and 60 seconds of computing instead of at most 1\.0 GB and 60 seconds/,
  );
  assert.match(explainAmendment(plain, after).sentences.join(), /instead of whatever it takes/);
});
