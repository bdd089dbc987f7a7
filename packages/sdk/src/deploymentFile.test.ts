import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDeployment, DeploymentFileError, encodeDeployment } from './deploymentFile.ts';

const file = {
  chainId: 31_337,
  fromBlock: 7n,
  charters: `0x${'1a'.repeat(20)}`,
  rounds: `0x${'2b'.repeat(20)}`,
  inference: `0x${'3c'.repeat(20)}`,
  appeals: `0x${'4d'.repeat(20)}`,
} as const;

test('a deployment file says again what was written into it', () => {
  assert.deepEqual(decodeDeployment(encodeDeployment(file)), file);
  const later = { ...file, market: `0x${'4d'.repeat(20)}` } as const;
  assert.deepEqual(decodeDeployment(encodeDeployment(later)), later);
});

test('a file of before there were appeals says what it always said', () => {
  const { appeals: _, ...older } = file;
  assert.deepEqual(decodeDeployment(encodeDeployment(older)), older);
  assert.ok(!encodeDeployment(older).includes('appeals'));
});

test('everything else is refused by the first key that does not fit', () => {
  const json = JSON.parse(encodeDeployment(file));
  const { rounds: _, ...lacking } = json;
  const cases: readonly (readonly [text: string, key: string])[] = [
    ['{', 'file'],
    ['[]', 'file'],
    [JSON.stringify(lacking), 'rounds'],
    [JSON.stringify({ ...json, concord: 2 }), 'concord'],
    [JSON.stringify({ ...json, chainId: '31337' }), 'chainId'],
    [JSON.stringify({ ...json, fromBlock: -1 }), 'fromBlock'],
    [JSON.stringify({ ...json, charters: '0x12' }), 'charters'],
    [JSON.stringify({ ...json, appeals: null }), 'appeals'],
    [JSON.stringify({ ...json, market: 7 }), 'market'],
    [JSON.stringify({ ...json, owner: 'me' }), 'owner'],
  ];
  for (const [text, key] of cases)
    assert.throws(
      () => decodeDeployment(text),
      (error: unknown) => error instanceof DeploymentFileError && error.key === key,
      text,
    );
});
