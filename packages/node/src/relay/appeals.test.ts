/** What a relayer carries against models, and what it serves of it, on a real chain. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addressOf,
  appealText,
  encodeAppeal,
  type Hex,
  type SignedAppeal,
  type SignedWithdrawal,
  signAppeal,
  signWithdrawal,
} from '@concord/sdk';
import { keccak256, toHex } from 'viem';
import { smallTerms, smallText } from '../../../testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../../testing/src/devnet.ts';
import { type FinishedRun, finishedRun } from '../../../testing/src/finishedRun.ts';
import { type AppealDesk, appealDesk } from './appeals.ts';

const word = (text: string): Hex => keccak256(toHex(text));
const modelHash = word('final state');
const text = 'I am a shop: many pay me once.';
let devnet: Devnet;
let run: FinishedRun;

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 100, accounts: 4 });
  run = await finishedRun({
    rpcUrl: devnet.rpcUrl,
    keys: devnet.accounts.map(({ privateKey }) => privateKey),
    ...{ text: smallText, terms: smallTerms(1, 3), finalState: modelHash },
  });
});
after(() => devnet.stop());

const signedBy = (name: string, more: object = {}): Promise<SignedAppeal> =>
  signAppeal(
    { privateKey: word(name), deployment: run.deployed },
    { runId: run.runId, modelHash, text: `${name}: ${text}`, ...more },
  );
async function ask(desk: AppealDesk, body: SignedAppeal | SignedWithdrawal | string): Promise<readonly unknown[]> {
  const bytes = new TextEncoder().encode(typeof body === 'string' ? body : encodeAppeal(body));
  const reply = await desk.route.answer({ parts: {}, query: new URLSearchParams(), body: bytes });
  const { code, already } = reply.body as { code?: unknown; already?: unknown };
  return [reply.status, code ?? (already === true ? 'already' : 'carried')];
}
const served = (desk: AppealDesk, { text: said }: SignedAppeal): string | undefined => {
  const bytes = desk.text(appealText(said).digest.slice(2));
  return bytes && new TextDecoder().decode(bytes);
};
const nonce = (): Promise<number> =>
  run.client.reader.getTransactionCount({ address: addressOf(devnet.accounts[0]!.privateKey) });

test('[GU14] an appeal is carried for an account without gas, its text is served, and again by a relayer that forgot it', async () => {
  const desk = appealDesk(run.client, 5, () => 0);
  const signed = await signedBy('first');
  assert.equal(served(desk, signed), undefined);
  assert.deepEqual(await ask(desk, signed), [200, 'carried']);
  assert.equal(served(desk, signed), signed.text);
  const before = await nonce();
  assert.deepEqual(await ask(desk, signed), [200, 'already']);
  const restarted = appealDesk(run.client, 1, () => 0);
  assert.deepEqual(await ask(restarted, signed), [200, 'already']);
  assert.equal(served(restarted, signed), signed.text);
  assert.equal(await nonce(), before, 'nothing was paid for twice');
  const withdrawal = await signWithdrawal({ privateKey: word('first'), deployment: run.deployed }, run.runId);
  assert.deepEqual(await ask(desk, withdrawal), [200, 'carried']);
  assert.equal(served(desk, signed), undefined);
  assert.deepEqual(await ask(desk, signed), [422, 'AlreadyAppealed']);
});

test('[GU14] what cannot land costs no gas, and nobody’s place in the day', async () => {
  const desk = appealDesk(run.client, 1, () => 0);
  const signed = await signedBy('second');
  const before = await nonce();
  assert.deepEqual(await ask(desk, { ...signed, account: addressOf(word('third')) }), [422, 'SIGNATURE']);
  assert.deepEqual(await ask(desk, { ...signed, text: 'words in its mouth' }), [422, 'SIGNATURE']);
  assert.deepEqual(await ask(desk, { ...signed, chainId: 1 }), [422, 'ELSEWHERE']);
  assert.deepEqual(await ask(desk, { ...signed, appeals: run.deployed.rounds }), [422, 'ELSEWHERE']);
  // A contract is asked, and this one does not know the question.
  assert.deepEqual(await ask(desk, { ...signed, account: run.deployed.rounds }), [422, 'BadSignature']);
  assert.deepEqual(await ask(desk, await signedBy('second', { modelHash: word('no') })), [422, 'BadSignature']);
  assert.deepEqual(await ask(desk, await signedBy('second', { runId: word('no') })), [422, 'NotPassed']);
  for (const body of ['', '{}', '[]', JSON.stringify({ ...JSON.parse(encodeAppeal(signed)), text: 7 })])
    assert.deepEqual(await ask(desk, body), [400, 'FILE']);
  const hidden = JSON.stringify({ ...JSON.parse(encodeAppeal(signed)), text: 'a\u202eb' });
  assert.deepEqual(await ask(desk, hidden), [400, 'TEXT']);
  assert.equal(await nonce(), before);
  assert.equal(served(desk, signed), undefined);
  assert.deepEqual(await ask(desk, signed), [200, 'carried']);
  assert.deepEqual(await ask(desk, await signedBy('fourth')), [503, 'ENOUGH']);
});

test('[GU14] a relayer carries as many a day as it was told, and none unless told', async () => {
  let now = 0;
  const desk = appealDesk(run.client, 2, () => now);
  const [a, b, c] = (await Promise.all(['a', 'b', 'c'].map((name) => signedBy(name)))) as [
    SignedAppeal,
    SignedAppeal,
    SignedAppeal,
  ];
  assert.deepEqual(await ask(desk, a), [200, 'carried']);
  assert.deepEqual(await ask(desk, a), [200, 'already']);
  assert.deepEqual(await ask(desk, b), [200, 'carried']);
  assert.deepEqual(await ask(desk, c), [503, 'ENOUGH']);
  assert.deepEqual(
    await ask(
      appealDesk(run.client, 0, () => now),
      c,
    ),
    [503, 'NOT_HERE'],
  );
  const { appeals: _, ...older } = run.client.deployment;
  assert.deepEqual(
    await ask(
      appealDesk({ ...run.client, deployment: older }, 9, () => now),
      c,
    ),
    [503, 'NOT_HERE'],
  );
  now = 86_400_000;
  assert.deepEqual(await ask(desk, c), [200, 'carried']);
});
