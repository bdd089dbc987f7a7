import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { encodeRunState, predict as predictExactly, type RunState, runStateHash, startState } from '@concord/protocol';
import { bytesToHex, hexToBytes } from 'viem';
import { smallTerms, smallText } from '../../../testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../../testing/src/devnet.ts';
import { fileOf, filesOf, pass, type PlayedRun, play, viewOf, word } from '../../../testing/src/played.ts';
import { type ConcordClient, createConcordClient } from '../client.ts';
import { compileCharter, type CompiledCharter } from '../compileCharter.ts';
import { TransactionError } from '../errors.ts';
import type { Address, Fact, Hex } from '../facts.ts';
import { finalModelIn } from '../finalModel.ts';
import { charterIdOf } from '../identity.ts';
import { getFacts } from '../logs.ts';
import { predictHere } from '../predict.ts';
import { PromiseError, promisedFile, promisedShare } from '../promises.ts';
import { addressOf } from '../signing.ts';
import { type AttemptView, currentAttempt, type RunView, runPhaseAt } from '../view.ts';
import { crossCheck } from './crossCheck.ts';
import { answer, demand, forfeit, slashWithheld } from './demand.ts';
import { type Deployed, deploy } from './deploy.ts';
import { predictOnChain } from './predict.ts';
import { estimatePredictGas, predictFeatures } from './predictFeatures.ts';
import { registerModel } from './registerModel.ts';
import { dueTo, payOut, useModel } from './useModel.ts';
import { voidAttempt } from './voidAttempt.ts';

let devnet: Devnet;
let deployed: Deployed;
let client: ConcordClient;
let compiled: CompiledCharter;
let runId: Hex;
let played: PlayedRun;
let holders: Address[];

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 50, accounts: 4 });
  const all = devnet.accounts.map(({ privateKey }) => privateKey);
  const keys = all.slice(1).sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
  holders = keys.map(addressOf);
  const options = { rpcUrl: devnet.rpcUrl, account: all[0]!, pollMilliseconds: 20 };
  deployed = await deploy(options);
  client = await createConcordClient({ ...options, ...deployed });
  compiled = compileCharter({ text: smallText, terms: smallTerms(1, 3) }, holders, word('matrix'));
  runId = charterIdOf(compiled.charter);
  played = { client, fromBlock: deployed.block, runId, keys };
});
after(() => devnet.stop());

const view = (): Promise<RunView> => viewOf(played);

const refused =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof TransactionError && error.code === code;

test('[RD1][RD2][BD1] every transition lands through the SDK, the view follows the contract, and its model is told alike', async () => {
  const { charter, text } = compiled;
  await pass(played, compiled);
  const start = startState(text, hexToBytes(charter.textDigest));
  start.optimizer.model.parameters.set([70_000, -20_000, 5, 123]);
  const last: RunState = { ...start, round: 2, statistics: { recordCount: 3, constants: constantsOf(3) } };

  await play(played, word('a state'));
  const half = await view();
  assert.equal(half.model, word('a state'));
  assert.equal(currentAttempt(half)?.round, 1);
  assert.equal(runPhaseAt(half, half.attempts[1]!.began), 'SEAT');
  await assert.rejects(voidAttempt(client, runId), refused('WrongPhase'));
  await assert.rejects(registerModel(client, runId, last, compiled.textBytes), refused('NotFinal'));

  await play(played, bytesToHex(runStateHash(last)));
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
  assert.equal(await predictFeatures(client, modelId, features), expected);
  await assert.rejects(predictFeatures(client, word('none'), features), refused('UnknownModel'));
  await assert.rejects(predictFeatures(client, modelId, [1]), refused('WrongFeatureCount'));
  const { score } = await useModel(client, { runId, purpose: 'whatever it likes', features, price: 0n });
  assert.equal(score, expected);
  await assert.rejects(useModel(client, { runId, purpose: 'any', features, price: 1n }), refused('WrongPrice'));
  assert.equal(await dueTo(client, runId, holders[0]!), 0n);
  await assert.rejects(payOut(client, runId, holders[0]!), refused('NothingDue'));
  const later = await getFacts(client, block, await client.reader.getBlockNumber());
  assert(later.at(-1)!.kind === 'used');
  assert((await estimatePredictGas(client, modelId, features)) > 21_000n);

  // The model as a stranger reads it from chain and bytes: what it says here is what the contract says.
  const served = new Map([
    [run.attempts.at(-1)!.settled!.blob, encodeRunState(last)],
    [charter.textDigest, compiled.textBytes],
  ]);
  const blobs = async (digest: Hex) => served.get(digest);
  const model = await finalModelIn(facts, { modelId }, blobs);
  for (let i = 0; i < 40; i++) {
    const values = { a: Math.sin(i) * 1.2, b: i % 7 === 0 ? null : 10 ** (i % 9) * (-1) ** i, c: `${i / 13 - 1}` };
    const [here, there] = [predictHere(model, values), await predictOnChain(client, model, values)];
    assert.equal(here.score, there.score, `[BD1] record ${i}`);
    assert.deepEqual({ ...here, by: 'contract' }, there);
  }
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
