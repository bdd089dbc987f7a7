import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { merkleRoot, predict as predictExactly, type RunState, runStateHash, startState } from '@concord/protocol';
import { bytesToHex, hexToBytes, keccak256 } from 'viem';
import { smallTerms, smallText } from '../../../testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../../testing/src/devnet.ts';
import { type ConcordClient, createConcordClient } from '../client.ts';
import { compileCharter, type CompiledCharter } from '../compileCharter.ts';
import { TransactionError } from '../errors.ts';
import type { Address, Fact, Hex, Seat } from '../facts.ts';
import { charterIdOf, committeeHashOf } from '../identity.ts';
import { getFacts } from '../logs.ts';
import { cutPieces } from '../pieces.ts';
import { PromiseError, promisedFile, promisedShare } from '../promises.ts';
import { addressOf, type Statement, sign } from '../signing.ts';
import { type AttemptView, currentAttempt, emptyView, fold, type RunView, runPhaseAt } from '../view.ts';
import { castVote } from './castVote.ts';
import { closeNoise } from './closeNoise.ts';
import { closeUploads } from './closeUploads.ts';
import { crossCheck } from './crossCheck.ts';
import { answer, demand, forfeit, slashWithheld } from './demand.ts';
import { type Deployed, deploy } from './deploy.ts';
import { openRound } from './openRound.ts';
import { estimatePredictGas, predict } from './predict.ts';
import { propose } from './propose.ts';
import { queryRound } from './queryRound.ts';
import { recordUnmasked } from './recordUnmasked.ts';
import { recordVerified } from './recordVerified.ts';
import { registerModel } from './registerModel.ts';
import { seat } from './seat.ts';
import { settle } from './settle.ts';
import { dueTo, payOut, useModel } from './useModel.ts';
import { voidAttempt } from './voidAttempt.ts';

const word = (text: string): Hex => keccak256(new TextEncoder().encode(text));
const fileOf = (name: string) => cutPieces(new TextEncoder().encode(name));

let devnet: Devnet;
let deployed: Deployed;
let client: ConcordClient;
let compiled: CompiledCharter;
let runId: Hex;
let keys: Hex[];
let holders: Address[];

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 50, accounts: 4 });
  const all = devnet.accounts.map(({ privateKey }) => privateKey);
  keys = all.slice(1).sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
  holders = keys.map(addressOf);
  const options = { rpcUrl: devnet.rpcUrl, account: all[0]!, pollMilliseconds: 20 };
  deployed = await deploy(options);
  client = await createConcordClient({ ...options, ...deployed });
  compiled = compileCharter({ text: smallText, terms: smallTerms(1, 3) }, holders, word('matrix'));
  runId = charterIdOf(compiled.charter);
});
after(() => devnet.stop());

const signAll = (statement: Statement): Promise<Hex[]> =>
  Promise.all(keys.map((key) => sign(key, client.deployment, statement)));

const view = async (): Promise<RunView> => {
  const facts = await getFacts(client, deployed.block, await client.reader.getBlockNumber());
  return facts.reduce(fold, emptyView).runs.get(runId)!;
};

/** Of each holder, in seat order. */
const filesOf = (those: readonly Address[]): readonly Uint8Array[] =>
  those.map((holder) => hexToBytes(fileOf(`file of ${holder}`).digest));

/** Everything that the contract asks for between SEAT and FINAL; what the roots stand for is not its business. */
async function play(modelHash: Hex): Promise<void> {
  const { round, attempt } = currentAttempt(await view())!;
  const at = { runId, round, attempt };
  const preimage = (purpose: string, i: number): Hex => word(`${purpose} ${round} ${i}`);
  const seats = holders.map(
    (holder, i): Seat => ({
      holder,
      sealKey: word(`key ${i}`),
      openCommit: keccak256(preimage('open', i)),
      queryCommit: keccak256(preimage('query', i)),
    }),
  );
  const signatures = seats.map(({ holder: _, ...rest }, i) =>
    sign(keys[i]!, client.deployment, { kind: 'Seat', ...at, ...rest }),
  );
  await seat(client, { runId, seats, signatures: await Promise.all(signatures) });
  const committeeHash = committeeHashOf(seats);

  const noise = { ...at, committeeHash, root: word('noise'), blob: word('noise blob') };
  await closeNoise(client, { ...noise, holders, signatures: await signAll({ kind: 'NoiseClosed', ...noise }) });
  await retryEarly(() => openRound(client, { runId, preimages: holders.map((_, i) => preimage('open', i)) }));
  const uploads = { ...at, committeeHash, root: word('uploads'), blob: word('upload blob') };
  await closeUploads(client, { ...uploads, holders, signatures: await signAll({ kind: 'UploadsClosed', ...uploads }) });
  await retryEarly(() => queryRound(client, { runId, preimages: holders.map((_, i) => preimage('query', i)) }));

  const found = {
    ...{ verifierRoot: bytesToHex(merkleRoot(filesOf(holders))), acceptRoot: word('accept'), blob: word('files') },
    ...{ updates: 3, noises: 3 },
  };
  const verified = { kind: 'Verified', ...at, committeeHash, uploadRoot: uploads.root, ...found } as const;
  await recordVerified(client, { runId, ...found, holders, signatures: await signAll(verified) });
  const shareDigests = holders.map((_, i) => fileOf(`share ${i}`).digest);
  const unmasked = shareDigests.map((shareDigest, i) =>
    sign(keys[i]!, client.deployment, { kind: 'Unmasked', ...at, acceptRoot: found.acceptRoot, shareDigest }),
  );
  await recordUnmasked(client, { runId, holders, shareDigests, signatures: await Promise.all(unmasked) });
  const settled = { aggregateRoot: word('sum'), modelHash, blob: word('state') };
  const statement = { kind: 'Settled', ...at, acceptRoot: found.acceptRoot, ...settled } as const;
  await settle(client, { runId, ...settled, holders, signatures: await signAll(statement) });
}

/** The beacon needs a block that may not be mined yet; the error says so. */
async function retryEarly(land: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await land();
      return;
    } catch (error) {
      if (!(error instanceof TransactionError && error.code === 'BeaconEarly')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

const refused =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof TransactionError && error.code === code;

test('[RD1][RD2] every transition lands through the SDK, and the view follows the contract', async () => {
  const { charter, text } = compiled;
  await propose(client, charter);
  const signatures = await signAll({ kind: 'Vote', charterId: runId, support: true });
  for (const [i, voter] of holders.slice(0, 2).entries())
    await castVote(client, { charterId: runId, voter, support: true, signature: signatures[i]! });
  const start = startState(text, hexToBytes(charter.textDigest));
  start.optimizer.model.parameters.set([70_000, -20_000, 5, 123]);
  const last: RunState = { ...start, round: 2, statistics: { recordCount: 3, constants: constantsOf(3) } };

  await play(word('a state'));
  const half = await view();
  assert.equal(half.model, word('a state'));
  assert.equal(currentAttempt(half)?.round, 1);
  assert.equal(runPhaseAt(half, half.attempts[1]!.began), 'SEAT');
  await assert.rejects(voidAttempt(client, runId), refused('WrongPhase'));
  await assert.rejects(registerModel(client, runId, last, compiled.textBytes), refused('NotFinal'));

  await play(bytesToHex(runStateHash(last)));
  const run = await view();
  assert.equal(run.finished, true);
  const { modelId } = await registerModel(client, runId, last, compiled.textBytes);
  const facts = await getFacts(client, deployed.block, await client.reader.getBlockNumber());
  assert.equal(facts.length, 1 + 2 + 2 * 8 + 2);
  const [registered, offered] = [facts.at(-2)!, facts.at(-1)!];
  assert(offered.kind === 'offered');
  assert.deepEqual(offered.terms, { callers: [], price: 0n, purpose: 'any', until: 0n });
  assert(registered.kind === 'registered' && registered.modelId === modelId && registered.runId === runId);

  // [RD13] Logs that an RPC leaves out are told from a run that lacks them.
  const { block } = registered.origin;
  await crossCheck(client, facts, runId, block);
  const without = (kind: Fact['kind']): readonly Fact[] =>
    facts.filter((fact, i) => fact.kind !== kind || i < facts.findLastIndex((each) => each.kind === kind));
  await assert.rejects(
    crossCheck(client, without('settled'), runId, block),
    /CONTRADICTION: .* of a model 0x.*, the contract holds 0x/,
  );
  await assert.rejects(
    crossCheck(client, without('verified'), runId, block),
    /CONTRADICTION: .* of a spent ρ of \d+, the contract holds \d+/,
  );
  await assert.rejects(
    crossCheck(client, without('voted'), runId, block),
    /CONTRADICTION: .* passed: false, the contract holds true/,
  );
  await assert.rejects(crossCheck(client, [], runId, block), /CONTRADICTION/);
  await crossCheck(client, [], word('nothing proposed'), block);

  const features = [65_536, -32_768, 7];
  const expected = predictExactly(last.optimizer.model, Int32Array.from(features));
  assert.notEqual(expected, 0);
  assert.equal(await predict(client, modelId, features), expected);
  await assert.rejects(predict(client, word('none'), features), refused('UnknownModel'));
  await assert.rejects(predict(client, modelId, [1]), refused('WrongFeatureCount'));
  const { score } = await useModel(client, { runId, purpose: 'whatever it likes', features, price: 0n });
  assert.equal(score, expected);
  await assert.rejects(useModel(client, { runId, purpose: 'any', features, price: 1n }), refused('WrongPrice'));
  assert.equal(await dueTo(client, runId, holders[0]!), 0n);
  await assert.rejects(payOut(client, runId, holders[0]!), refused('NothingDue'));
  const later = await getFacts(client, block, await client.reader.getBlockNumber());
  assert(later.at(-1)!.kind === 'used');
  assert((await estimatePredictGas(client, modelId, features)) > 21_000n);
});

test('[CM10] promised bytes are asked for and published through the SDK, and the view knows', async () => {
  const run = await view();
  const [first] = run.attempts as [AttemptView];
  const name = `file of ${holders[1]}`;
  const promise = await promisedFile(client, run, first, holders[1]!, filesOf(holders));
  assert.equal(promise.digest, fileOf(name).digest);
  await demand(client, promise);
  await demand(client, promise, { list: fileOf(name).list });
  const share = await promisedShare(client, run, first, 3);
  assert.equal(share.holder, holders[2]);
  await demand(client, share, { list: fileOf('share 2').list, index: 0 });
  const open = [...(await view()).demands];
  assert.deepEqual(
    open.map(([, { holder, state, round, attempt }]) => [holder, state, round, attempt]),
    [1, 1, 2].map((i) => [holders[i], 'open', 0, 0]),
  );
  const [list, piece, other] = open.map(([id]) => id) as [Hex, Hex, Hex];
  await assert.rejects(demand(client, promise), refused('AlreadyDemanded'));
  await assert.rejects(answer(client, piece, new Uint8Array(3)), refused('WrongAnswer'));
  await assert.rejects(forfeit(client, other), refused('TooEarly'));
  await assert.rejects(slashWithheld(client, other), refused('NotDemanded'));
  await answer(client, list, fileOf(name).list);
  await answer(client, piece, fileOf(name).pieces[0]!);
  await assert.rejects(answer(client, piece, fileOf(name).pieces[0]!), refused('NotDemanded'));
  const states = [...(await view()).demands.values()].map(({ state }) => state);
  assert.deepEqual(states, ['answered', 'answered', 'open']);
});

test('[CM10] what nobody promised is not asked for', async () => {
  const run = await view();
  const [first] = run.attempts as [AttemptView];
  const lacks = (error: unknown): boolean => error instanceof PromiseError && error.code === 'NO_PROMISE';
  await assert.rejects(promisedShare(client, run, first, 4), lacks);
  await assert.rejects(promisedFile(client, run, first, addressOf(word('stranger')), filesOf(holders)), lacks);
  await assert.rejects(promisedFile(client, run, first, holders[0]!, filesOf(holders.toReversed())), lacks);
});

const constantsOf = (width: number) => ({
  mean: new Int32Array(width),
  deviation: new Int32Array(width).fill(65_536),
});
