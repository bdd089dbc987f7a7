import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartersAbi, courtAbi, inferenceAbi, marketAbi, roundsAbi } from '@concord/contracts';
import { encodeErrorResult, RpcRequestError, stringToHex } from 'viem';
import { adviceFor } from './advice.ts';
import { TransactionError, toTransactionError } from './errors.ts';

/** Errors of the libraries that the contracts stand on: no call of the SDK can cause them. */
const FOREIGN = ['InvalidShortString', 'StringTooLong', 'SafeCastOverflowedUintDowncast'];
const about = { abi: roundsAbi, functionName: 'seat' };

/** What a node answers to a call that reverts with these bytes. */
const answer = (data: unknown): RpcRequestError =>
  new RpcRequestError({
    body: {},
    url: 'http://127.0.0.1',
    error: { code: 3, message: 'execution reverted', data } as never,
  });

test('every error of the contracts comes with advice of its own', () => {
  const names = [...chartersAbi, ...roundsAbi, ...inferenceAbi, ...courtAbi, ...marketAbi].flatMap((item) =>
    item.type === 'error' ? [item.name] : [],
  );
  const fallback = adviceFor('no such error');
  for (const name of names) if (!FOREIGN.includes(name)) assert.notEqual(adviceFor(name), fallback, name);
});

test('a refusal is data: what it has, what it needs, and what to do', () => {
  const data = encodeErrorResult({ abi: roundsAbi, errorName: 'CommitteeTooSmall', args: [2n, 3n] });
  const error = toTransactionError(answer(data), about);
  assert.deepEqual([error.code, error.have, error.need], ['CommitteeTooSmall', 2n, 3n]);
  assert.match(error.message, /^seat refused: CommitteeTooSmall, have 2, need 3\. Collect more seats/);
});

test('a floor names its rule in words', () => {
  const rule = stringToHex('AG1 sigma', { size: 32 });
  const data = encodeErrorResult({ abi: chartersAbi, errorName: 'FloorBroken', args: [rule, 2n, 3n] });
  const error = toTransactionError(answer(data), { abi: chartersAbi, functionName: 'propose' });
  assert.deepEqual(error.values, { rule: 'AG1 sigma', have: 2n, need: 3n });
});

test('what the contract did not say is not guessed', () => {
  assert.equal(toTransactionError(answer('0xdeadbeef'), about).code, 'REVERTED');
  assert.equal(toTransactionError(new Error('connection refused'), about).code, 'NOT_SENT');
  assert.equal(toTransactionError(undefined, about).code, 'NO_ACCOUNT');
  const known = new TransactionError('WrongPhase', 'seat', {});
  assert.equal(toTransactionError(known, about), known);
});
