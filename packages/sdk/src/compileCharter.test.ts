import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkParams, endingOf, epsilonWad, OPEN_USE } from '@concord/protocol';
import { sha256, stringToBytes } from 'viem';
import { averagingText, cappedText, memberTerms, smallTerms, smallText, treesText } from '../../testing/src/charter.ts';
import { stageMembers } from '../../testing/src/stages.ts';
import { paramsOf } from './attempt.ts';
import { type CharterTerms, CharterTermsError, compileCharter, readCharterText } from './compileCharter.ts';
import { priceOf } from './price.ts';
import { leastGasCap } from './runEnd.ts';

const members = stageMembers(6);
const seed = `0x${'ab'.repeat(32)}` as const;
const compile = (text: unknown, terms: CharterTerms) => compileCharter({ text, terms }, members, seed).charter;

test('[CH4] both algorithms get the least noise that keeps all rounds within ε, at the level that they protect', () => {
  for (const { limits, aggregation } of [
    compile(smallText, smallTerms(9, 3)),
    compile(averagingText, memberTerms(9, 3)),
  ]) {
    assert.equal(checkParams(paramsOf(aggregation), members.length), undefined);
    const spends = (sigma: bigint): bigint =>
      epsilonWad(BigInt(limits.rounds) * priceOf({ ...aggregation, sigma }), BigInt(limits.deltaExponent));
    assert.ok(spends(aggregation.sigma) <= limits.epsilonCap);
    assert.ok(spends(aggregation.sigma - 1n) > limits.epsilonCap);
  }
});

test('[LR20] the unit follows from the algorithm: a charter that protects members says nothing of records', () => {
  const { unit, recordBound, maxRecords, bound } = compile(averagingText, memberTerms(9, 3)).aggregation;
  assert.deepEqual(
    { unit, recordBound, maxRecords, bound },
    { unit: 2, recordBound: 0n, maxRecords: 0, bound: 1n << 17n },
  );
  assert.equal(compile(smallText, smallTerms(9, 3)).aggregation.unit, 1);
  assert.throws(() => compile(averagingText, smallTerms(9, 3)), /maxRecords: have 100, need none: fedAvg/);
  assert.throws(() => compile(smallText, memberTerms(9, 3)), /maxRecords: have undefined, need an integer/);
});

test('[LR20] the member bound gets coarser until its noise can be proven', () => {
  const columns = Array.from({ length: 2_000 }, (_, i) => ({ name: `x${i}`, transform: 'identity', bound: 1 }));
  const wide = {
    ...averagingText,
    schema: { ...averagingText.schema, columns },
    model: { kind: 'mlp', inputs: 2_000, hidden: 100 },
  };
  const { aggregation } = compile(wide, { ...memberTerms(50, 3), epsilon: 1 });
  assert.equal(checkParams(paramsOf(aggregation), members.length), undefined);
  assert.ok(aggregation.bound < 1n << 17n);
});

test('[DP15] an ε that the struct cannot say is refused, and the largest one can be voted for', () => {
  const terms = memberTerms(2, 3);
  for (const epsilon of [0, -1, Number.NaN, 18.45, 1e6])
    assert.throws(() => compile(averagingText, { ...terms, epsilon }), CharterTermsError, `${epsilon}`);
  assert.ok(compile(averagingText, { ...terms, epsilon: 18.44 }).limits.epsilonCap < 1n << 64n);
});

test('[LR32] trees get as many rounds as they have levels, none of them for statistics, and room for their histograms', () => {
  const { limits, aggregation } = compile(treesText, smallTerms(4, 3));
  assert.deepEqual([limits.rounds, aggregation.d, aggregation.unit], [4, 2 * 2 * 2 * 6 * 2, 1]);
  for (const rounds of [3, 5])
    assert.throws(() => compile(treesText, smallTerms(rounds, 3)), /trainingRounds: have \d, need 4: /);
});

test('[CH10] every compiled text ends with its terms of use, and no other place for them is read', () => {
  const paid = { callers: 'anybody', price: '5', purpose: 'a test', until: 9 } as const;
  const readAs = (text: string) => readCharterText(stringToBytes(text), sha256(stringToBytes(text))).use;
  const written = (text: unknown) =>
    new TextDecoder().decode(compileCharter({ text, terms: smallTerms(9, 3) }, members, seed).textBytes);
  for (const [use, text] of [
    [OPEN_USE, smallText],
    [paid, { use: paid, ...smallText }],
  ] as const) {
    assert.ok(written(text).endsWith(endingOf(use)));
    assert.deepEqual(readAs(written(text)), use);
  }
  const honest = written(smallText);
  // Of two, JSON reads the last, and so does the contract.
  const twice = honest.replace('"version"', `"use": ${JSON.stringify(paid)},\n "version"`);
  assert.deepEqual(readAs(twice), OPEN_USE);
  const elsewhere = JSON.stringify({ use: OPEN_USE, ...JSON.parse(honest) }, undefined, 1);
  for (const text of [elsewhere, `${elsewhere}\n`, honest.trimEnd(), JSON.stringify(JSON.parse(honest))])
    assert.throws(() => readAs(text), { code: 'CHARTER_TEXT', path: 'use' });
  assert.equal(readAs(JSON.stringify(smallText)), undefined);
});

test('[RD16] a gas cap pays for the first round at least, or there is none', () => {
  const with_ = (gasCap: number) => compile(smallText, { ...smallTerms(9, 3), gasCap });
  const least = Number(leastGasCap(with_(0)));
  assert.equal(with_(least).limits.gasCap, BigInt(least));
  assert.throws(() => with_(least - 1), /gasCap: have 1083999, need 0 \(no cap\) or at least 1084000/);
  for (const gasCap of [-1, 0.5, Number.NaN])
    assert.throws(() => with_(gasCap), /gasCap: have .+, need an integer of at least 0/);
});

test('[CH8] caps stand in the text before its terms of use, and are the text’s to say', () => {
  const caps = { memberBytes: 5_000_000, memberSeconds: 3_600 };
  const { text, textBytes, charter } = compileCharter(
    { text: cappedText(caps), terms: smallTerms(9, 3) },
    members,
    seed,
  );
  assert.deepEqual(text.caps, caps);
  assert.deepEqual(readCharterText(textBytes, charter.textDigest).caps, caps);
  assert.match(
    new TextDecoder().decode(textBytes),
    /"caps": \{\s+"memberBytes": 5000000,\s+"memberSeconds": 3600\s+\},\s+"use":/,
  );
  const bad: readonly (readonly [object, RegExp])[] = [
    [
      { ...cappedText(caps), version: 1, training: smallText.training },
      /caps: need none: a text that has caps is of version 2/,
    ],
    [cappedText({ ...caps, memberBytes: 0 }), /caps.memberBytes: need an integer in 1 … 9007199254740991/],
    [cappedText({ ...caps, memberSeconds: 2 ** 32 }), /caps.memberSeconds: need an integer in 1 … 4294967295/],
    [{ ...cappedText(caps), caps: { memberBytes: 5 } }, /caps.memberSeconds/],
    [
      { ...cappedText(caps), caps: { ...caps, memberGas: 5 } },
      /caps.memberGas: need one of memberBytes, memberSeconds/,
    ],
    [{ ...cappedText(caps), caps: [] }, /caps: need an object/],
  ];
  for (const [broken, why] of bad) assert.throws(() => compile(broken, smallTerms(9, 3)), why);
});
