/**
 * The world of the guard's example: an embedded chain, the contracts, a run that ended with the shipped model, and
 * accounts with a past. Six keys of this program sign every phase of the run; the training itself was simulated
 * (train.ts), and the page says so.
 */
import { readFileSync } from 'node:fs';
import { readCharterFile } from '../../apps/cli/src/demo/examples.ts';
import { decodeRunState, runStateHash } from '../../packages/protocol/src/index.ts';
import {
  addressOf,
  carryAppeal,
  type Deployed,
  type Hex,
  registerModel,
  signAppeal,
} from '../../packages/sdk/src/index.ts';
import { startDevnet } from '../../packages/testing/src/devnet.ts';
import { finishedRun } from '../../packages/testing/src/finishedRun.ts';
import { addressNamed, live, mineAtOnce, ORDINARY, rpcOf, SCAM } from '../../packages/testing/src/pastLives.ts';
import { bytesToHex, keccak256, toHex } from 'viem';

export interface ModelFacts {
  /** The bound above which the guard warns, 2^-16. */
  readonly warnAbove: number;
  readonly heldOut: {
    readonly accounts: number;
    readonly scamsFound: number;
    readonly falseAlarms: number;
    readonly auc: number;
  };
}

export interface GuardStage {
  readonly rpcUrl: string;
  readonly deployed: Deployed;
  readonly charterId: Hex;
  readonly modelId: Hex;
  readonly model: ModelFacts;
  readonly bytes: { readonly text: Uint8Array; readonly state: Uint8Array };
  readonly accounts: {
    readonly me: Hex;
    readonly scam: Hex;
    readonly ordinary: Hex;
    readonly fresh: Hex;
    readonly appellant: Hex;
  };
  stop(): Promise<void>;
}

/** Of an account that lives like the scam and says that it is none. */
const APPELLANT = keccak256(toHex('a stall at the market'));

const file = (name: string): Buffer => readFileSync(new URL(`model/${name}`, import.meta.url));

/** Everything up to accounts that can be paid; `onStep` hears what is being done. */
export async function setGuardStage(onStep: (text: string) => void): Promise<GuardStage> {
  const model = JSON.parse(file('model.json').toString()) as ModelFacts;
  const bytes = { text: file('charter.json'), state: file('state.bin') };
  const state = decodeRunState(bytes.state);
  const devnet = await startDevnet({ blockMilliseconds: 1_000, accounts: 8 });
  try {
    const rpc = rpcOf(devnet.rpcUrl);
    await mineAtOnce(rpc);
    onStep('chain runs; deploying the contracts and signing a run of 24 rounds …');
    const { text, terms } = readCharterFile('wallets');
    const run = await finishedRun({
      ...{ rpcUrl: devnet.rpcUrl, text, terms },
      keys: devnet.accounts.slice(0, 7).map(({ privateKey }) => privateKey),
      finalState: bytesToHex(runStateHash(state)),
    });
    const { modelId } = await registerModel(run.client, run.runId, state, run.textBytes);
    onStep('model registered; giving three accounts a past …');
    const accounts = {
      me: devnet.accounts[7]!.address,
      scam: addressNamed('scam'),
      ordinary: addressNamed('ordinary'),
      fresh: addressNamed('fresh'),
      appellant: addressOf(APPELLANT),
    };
    await live(rpc, accounts.scam, SCAM);
    await live(rpc, accounts.appellant, SCAM);
    await live(rpc, accounts.ordinary, ORDINARY);
    const { deployed, runId: charterId } = run;
    const appeal = { runId: charterId, modelHash: bytesToHex(runStateHash(state)), text: 'A stall: many pay me once.' };
    await carryAppeal(run.client, await signAppeal({ privateKey: APPELLANT, deployment: deployed }, appeal));
    return { rpcUrl: devnet.rpcUrl, deployed, charterId, modelId, model, bytes, accounts, stop: () => devnet.stop() };
  } catch (error) {
    await devnet.stop();
    throw error;
  }
}
