/** The guard with a model of trees: on a real chain, and bit for bit what the SDK and the contract say of the same accounts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inferenceAbi } from '@concord/contracts';
import { walletSchema } from '@concord/datasets';
import {
  encodeRunState,
  leavesAt,
  NO_SPLIT,
  type RunState,
  runStateHash,
  startState,
  treeWidth,
} from '@concord/protocol';
import { type FinalModel, predictHere, readCharterText, registerModel } from '@concord/sdk';
import { seededRandom } from '@concord/trainer';
import { bytesToHex, sha256 } from 'viem';
import { smallTerms, smallText, treesText } from '../../testing/src/charter.ts';
import { type Devnet, startDevnet } from '../../testing/src/devnet.ts';
import { type FinishedRun, finishedRun } from '../../testing/src/finishedRun.ts';
import { addressNamed, live, mineAtOnce, ORDINARY, rpcOf, SCAM } from '../../testing/src/pastLives.ts';
import { COLUMN_NAMES } from './features.ts';
import { type Guard, guard } from './guard.ts';
import { pathsOf } from './model/paths.ts';
import { scoreOf } from './model/score.ts';
import type { Hex, Provider } from './provider.ts';

const shape = { kind: 'trees', inputs: walletSchema.columns.length, trees: 24, depth: 4 } as const;
const edges = [0, 1, 4_000, 16_384, 32_768, 50_000];
const text = {
  ...treesText,
  schema: { ...walletSchema, basis: 'plain' },
  model: shape,
  training: { ...treesText.training, together: 24, featuresPerTree: 12, edges },
  use: { callers: 'anybody', price: '0', purpose: 'any', until: 0 },
};

/** Trees with divisions at the charter's edges, some that divide nothing, and leaves of any size. */
function anyTrees(seed: number): Int32Array {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const parameters = new Int32Array(shape.trees * treeWidth(shape.depth));
  for (let tree = 0; tree < parameters.length; tree += treeWidth(shape.depth)) {
    for (let at = tree; at < tree + leavesAt(shape.depth); at += 2) {
      const divides = random.uniform() < 0.8;
      parameters.set(divides ? [below(shape.inputs), edges[below(edges.length)]!] : [0, NO_SPLIT], at);
    }
    for (let leaf = 0; leaf < 2 ** shape.depth; leaf++)
      parameters[tree + leavesAt(shape.depth) + leaf] = below(2 ** 18) - 2 ** 17;
  }
  return parameters;
}

const account = (seed: number): ReadonlyMap<string, number> => {
  const random = seededRandom(seed);
  const value = (): number => (random.uniform() < 0.3 ? 0 : Number(Math.exp(12 * random.uniform() - 3).toPrecision(6)));
  return new Map([...COLUMN_NAMES].map((name) => [name, value()]));
};

let devnet: Devnet;
let run: FinishedRun;
let wallet: Provider;
let state: RunState;
let final: FinalModel;
let guarded: Guard;
const [scam, ordinary] = [addressNamed('scam'), addressNamed('ordinary')];

before(async () => {
  devnet = await startDevnet({ blockMilliseconds: 1_000, accounts: 5 });
  const rpc = rpcOf(devnet.rpcUrl);
  await mineAtOnce(rpc);
  const keys = devnet.accounts.map(({ privateKey }) => privateKey);
  const start = startState(text as never, new Uint8Array(32));
  const model = { shape, parameters: anyTrees(7) };
  state = { round: shape.depth, optimizer: { ...start.optimizer, model } };
  const finalState = bytesToHex(runStateHash(state));
  run = await finishedRun({ rpcUrl: devnet.rpcUrl, keys, text, terms: smallTerms(shape.depth, 3), finalState });
  await live(rpc, scam, SCAM);
  await live(rpc, ordinary, ORDINARY);
  wallet = { request: ({ method, params }) => rpc(method, (params ?? []) as readonly unknown[]) };
  const { chainId, charters, rounds } = run.deployed;
  const source = async () => ({ text: run.textBytes, state: encodeRunState(state) });
  guarded = guard(wallet, {
    model: { place: { chainId, charters, rounds }, charterId: run.runId, source },
    limits: { milliseconds: 20_000 },
    decide: () => 'reject',
  });
  const read = readCharterText(run.textBytes, sha256(run.textBytes));
  final = { runId: run.runId, modelId: '0x', charter: undefined as never, text: read, textBytes: run.textBytes, state };
});
after(() => devnet.stop());

test('[GU8][GU10] trees that the chain vouches for are served: verdicts have reasons, and scores are the contract’s', async () => {
  const { modelId } = await registerModel(run.client, run.runId, state, run.textBytes);
  const model = await guarded.change(run.runId, async () => ({ text: run.textBytes, state: encodeRunState(state) }));
  assert.equal(model.modelId, modelId);
  assert.equal(model.standardization, undefined);
  for (const to of [scam, ordinary]) {
    const verdict = await guarded.check({ method: 'eth_sendTransaction', params: [{ to, value: '0x1' }] });
    assert.equal(verdict.level, verdict.score! > 0 ? 'warn' : 'allow');
    assert.equal(verdict.modelId, modelId);
    assert.match(verdict.reasons.join('\n'), /: .+ \(.*speaks (for|against) a scam\)\./);
  }
  for (let seed = 0; seed < 20; seed++) {
    const { score, features } = scoreOf(model, account(seed));
    const call = { address: run.deployed.inference, abi: inferenceAbi, functionName: 'predict' } as const;
    assert.equal(await run.client.reader.readContract({ ...call, args: [modelId, [...features]] }), score);
  }
});

test('[GU10] the guard’s score of trees is bit for bit the SDK’s, and the paths account for all of it', async () => {
  const model = await guarded.change(run.runId, async () => ({ text: run.textBytes, state: encodeRunState(state) }));
  for (let seed = 0; seed < 300; seed++) {
    const columns = account(1_000 + seed);
    const { score, features, raising, lowering } = scoreOf(model, columns);
    assert.equal(score, predictHere(final, Object.fromEntries(columns)).score);
    const { base, steps } = pathsOf(shape, model.model.parameters, features);
    const weights = [...steps.values()].flat().map(({ weight }) => weight);
    assert.equal(
      weights.reduce((a, b) => a + b, base),
      score,
    );
    assert(raising.length <= 3 && lowering.length <= 3 && raising.length + lowering.length > 0);
  }
});

test('[GU8] trees that are not those of the run are refused, and so are those of a run that do not fit its charter', async () => {
  const flipped = encodeRunState(state);
  flipped[flipped.length - 3]! ^= 1;
  const refused = (runId: Hex, bytes: Uint8Array) =>
    assert.rejects(
      guarded.change(runId, async () => ({ text: run.textBytes, state: bytes })),
      { code: 'BYTES' },
    );
  await refused(run.runId, flipped);
  const half: RunState = structuredClone(state);
  const fewer = { ...shape, trees: 12 };
  Object.assign(half.optimizer, { model: { shape: fewer, parameters: anyTrees(7).slice(0, 12 * treeWidth(4)) } });
  const other = await finishedRun({
    ...{
      rpcUrl: devnet.rpcUrl,
      keys: devnet.accounts.map(({ privateKey }) => privateKey),
      deployed: run.deployed,
      text,
    },
    ...{ terms: { ...smallTerms(shape.depth, 3), votingSeconds: 601 }, finalState: bytesToHex(runStateHash(half)) },
  });
  await refused(other.runId, encodeRunState(half));
});

test('[GU8] a run that ended before its model learned anything is refused: it would call everybody ordinary', async () => {
  const untrained = async (read: unknown, ended: RunState, votingSeconds: number): Promise<void> => {
    const other = await finishedRun({
      ...{ rpcUrl: devnet.rpcUrl, keys: devnet.accounts.map(({ privateKey }) => privateKey), text: read },
      ...{ deployed: run.deployed, terms: { ...smallTerms(4, 3), votingSeconds } },
      finalState: bytesToHex(runStateHash(ended)),
    });
    await assert.rejects(
      guarded.change(other.runId, async () => ({ text: other.textBytes, state: encodeRunState(ended) })),
      { code: 'UNTRAINED' },
    );
  };
  await untrained(text, { ...startState(text as never, new Uint8Array(32)), round: shape.depth - 1 }, 602);
  const width = smallText.model.inputs;
  const constants = { mean: new Int32Array(width), deviation: new Int32Array(width).fill(1) };
  const counted = { ...startState(smallText, new Uint8Array(32)), round: 1, statistics: { recordCount: 1, constants } };
  await untrained(smallText, counted, 603);
});
