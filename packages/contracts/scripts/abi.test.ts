import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appealsAbi, chartersAbi, inferenceAbi, marketAbi, roundsAbi } from '../src/index.ts';
import { compiledFrom } from '../abi/bytecode.ts';
import { sourceDigest } from './abi.ts';
import { staleOutputs } from './outputs.ts';
import { paramsOutputs } from './params.ts';

test('the committed ABI and bytecode are of the sources beside them', () => {
  assert.equal(sourceDigest(), compiledFrom, 'run node packages/contracts/scripts/abi.ts and commit abi/');
});

test('[DP6] the generated table of orders is the one of spec/params', () => {
  assert.deepEqual(staleOutputs(paramsOutputs()), [], 'run node packages/contracts/scripts/params.ts');
});

test('no ABI names an entry twice', () => {
  for (const abi of [appealsAbi, chartersAbi, roundsAbi, inferenceAbi, marketAbi]) {
    const entries = abi.map((entry) => JSON.stringify({ ...entry, outputs: undefined }));
    assert.equal(new Set(entries).size, entries.length);
  }
});
