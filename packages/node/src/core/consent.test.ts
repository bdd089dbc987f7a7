import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CharterText, decodeCharterText } from '@concord/protocol';
import { type Aggregation, compileCharter, type Limits, priceOf, type RunView } from '@concord/sdk';
import { averagingText, memberTerms, smallTerms, smallText, treesText } from '../../../testing/src/charter.ts';
import { runInPhase } from '../../../testing/src/stages.ts';
import { runOf } from './attempt.ts';
import { objectionTo } from './consent.ts';

const text: CharterText = decodeCharterText(smallText);
const run = runInPhase('SEAT').run();
const withAggregation = (part: Partial<Aggregation>): RunView => ({
  ...run,
  charter: { ...run.charter, aggregation: { ...run.charter.aggregation, ...part } },
});
const withLimits = (part: Partial<Limits>): RunView => ({
  ...run,
  charter: { ...run.charter, limits: { ...run.charter.limits, ...part } },
});

test('a member has nothing against a charter that was compiled from its text', () => {
  assert.equal(objectionTo(run, text, 100), undefined);
});

test('[CH1] consent is to a charter: the same text proposed again under other terms is followed by nobody who was told an id', () => {
  const me = run.charter.members[0]!;
  const again: RunView = { ...withLimits({ epsilonCap: 10n ** 21n }), charterId: `0x${'99'.repeat(32)}` };
  const view = { runs: new Map([run, again].map((each) => [each.charterId, each])), roster: [], endpoints: new Map() };
  const { textDigest } = run.charter;
  assert.equal(runOf(view, { textDigest, charterId: run.charterId }, me), run);
  assert.equal(runOf(view, { textDigest }, me), again);
  assert.equal(runOf(view, { textDigest: `0x${'77'.repeat(32)}`, charterId: run.charterId }, me), undefined);
  assert.equal(runOf(view, { textDigest, charterId: run.charterId }, `0x${'66'.repeat(20)}`), undefined);
});

test('[AG1] a struct that breaks a floor is refused by name', () => {
  assert.match(objectionTo(withAggregation({ sigma: 2n }), text, 1) ?? '', /^AG1: sigma is 2/);
  assert.match(objectionTo(withAggregation({ noiseBound: 1n }), text, 1) ?? '', /^AG1: noiseBound/);
});

test('[CH2] a member with more records than the charter allows does not take part', () => {
  assert.match(objectionTo(run, text, 101) ?? '', /^CH2: this member holds 101 records, the charter allows 100/);
});

test('[CH3] a model other than the text’s is refused', () => {
  const other = { ...run, charter: { ...run.charter, initialModel: `0x${'11'.repeat(32)}` as const } };
  assert.match(objectionTo(other, text, 1) ?? '', /^CH3: the text starts at model/);
  assert.match(
    objectionTo(withAggregation({ d: 3 }), text, 1) ?? '',
    /^CH3: the text's model needs 7 coordinates, the struct has d = 3/,
  );
});

test('[CH4] a struct that prices a record where the text protects a member is refused, and the other way round', () => {
  const averaging = decodeCharterText(averagingText);
  assert.match(
    objectionTo(run, averaging, 1) ?? '',
    /^CH4: the text trains by fedAvg, which is private at member level; the struct prices a record$/,
  );
  assert.match(
    objectionTo(withAggregation({ unit: 2 }), text, 1) ?? '',
    /^CH4: the text trains by fedSgd, which is private at record level; the struct prices a member$/,
  );
});

test('[LR20] a member agrees to protect itself however many records it holds; a bound that cannot hold its update is refused', () => {
  const members = run.charter.members;
  const { charter, text: averaging } = compileCharter(
    { text: averagingText, terms: memberTerms(1, 3) },
    members,
    `0x${'ab'.repeat(32)}`,
  );
  const told = { ...run, charter };
  assert.equal(objectionTo(told, averaging, 1_000_000), undefined);
  const tight = { ...told, charter: { ...charter, aggregation: { ...charter.aggregation, bound: 1_030n } } };
  assert.match(
    objectionTo(tight, averaging, 1) ?? '',
    /^AG1: the bound of a member leaves no room to round 7 coordinates$/,
  );
});

test('[CH4] the cap is recomputed: the last round still fits, one more does not', () => {
  const rounds = BigInt(run.charter.limits.rounds);
  const { sigma } = run.charter.aggregation;
  assert.match(
    objectionTo(withAggregation({ sigma: sigma / 2n }), text, 1) ?? '',
    new RegExp(
      `^CH4: its ${rounds} rounds would spend ε [\\d.]+, the cap is ${(Number(run.charter.limits.epsilonCap) / 1e18).toFixed(2)}$`,
    ),
  );
  const last = { ...run, rho: (rounds - 1n) * priceOf(run.charter.aggregation) };
  assert.equal(objectionTo(last, text, 1), undefined);
  assert.match(
    objectionTo({ ...run, rho: rounds * priceOf(run.charter.aggregation) }, text, 1) ?? '',
    /^CH4: one more round/,
  );
  assert.match(objectionTo(withLimits({ epsilonCap: 1n }), text, 1) ?? '', /^CH4: .*the cap is 0\.00$/);
});

test('[LG1] the price is that of the struct: Δ² / 2hσ², rounded up, and one wad', () => {
  const { recordBound, sigma, honest } = run.charter.aggregation;
  const exact = (recordBound ** 2n * 10n ** 18n) / (2n * BigInt(honest) * sigma ** 2n);
  assert.ok(priceOf(run.charter.aggregation) === exact + 1n || priceOf(run.charter.aggregation) === exact + 2n);
});

test('[CH3] trees in a struct with other rounds than they have levels, or too small a record bound, are refused', () => {
  const compiled = compileCharter(
    { text: treesText, terms: smallTerms(4, 3) },
    run.charter.members,
    `0x${'ab'.repeat(32)}`,
  );
  const trees: RunView = { ...run, charter: compiled.charter };
  assert.equal(objectionTo(trees, compiled.text, 100), undefined);
  const objection = (charter: Partial<RunView['charter']>): string =>
    objectionTo({ ...trees, charter: { ...trees.charter, ...charter } }, compiled.text, 100) ?? '';
  const { limits, aggregation } = trees.charter;
  assert.match(
    objection({ limits: { ...limits, rounds: 5 } }),
    /^CH3: the text's trees take 4 rounds, the struct has 5$/,
  );
  assert.match(
    objection({ aggregation: { ...aggregation, recordBound: 1n } }),
    /^AG1: the bound of a record leaves no room/,
  );
});
