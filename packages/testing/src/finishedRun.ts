/**
 * A run that the real contracts hold finished, in seconds: all members' keys sign every phase here (played.ts), so the
 * state that the run ends with is whatever this is told. For tests, benches and examples of what comes after a run.
 */
import {
  addressOf,
  charterIdOf,
  compileCharter,
  type CharterTerms,
  type ConcordClient,
  createConcordClient,
  deploy,
  type Deployed,
  type Hex,
} from '@concord/sdk';
import { pass, play, word } from './played.ts';

export interface FinishedRun {
  readonly deployed: Deployed;
  readonly client: ConcordClient;
  readonly runId: Hex;
  readonly textBytes: Uint8Array;
}

export interface FinishedRunOptions {
  readonly rpcUrl: string;
  /** The first pays; the others are the members. */
  readonly keys: readonly Hex[];
  readonly text: unknown;
  readonly terms: CharterTerms;
  /** Hash of the state that the run ends with (LR10). */
  readonly finalState: Hex;
  /** SHA-256 of that state's bytes, where somebody serves them. */
  readonly finalBlob?: Hex;
  /** Contracts of an earlier run; deployed anew without it. */
  readonly deployed?: Deployed;
}

/** Deploys, proposes, votes and settles every round. Throws TransactionError when a contract refuses. */
export async function finishedRun(options: FinishedRunOptions): Promise<FinishedRun> {
  const { rpcUrl, text, terms, finalState } = options;
  const [account, ...rest] = options.keys;
  const keys = rest.sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
  const common = { rpcUrl, account: account!, pollMilliseconds: 10 };
  const deployed = options.deployed ?? (await deploy(common));
  const client = await createConcordClient({ ...common, ...deployed });
  const compiled = compileCharter({ text, terms }, keys.map(addressOf), word('matrix'));
  const runId = charterIdOf(compiled.charter);
  const run = { client, fromBlock: deployed.block, runId, keys };
  await pass(run, compiled);
  const last = compiled.charter.limits.rounds - 1;
  for (let round = 0; round < last; round++) await play(run, word(`state ${round}`));
  await play(run, finalState, options.finalBlob);
  return { deployed, client, runId, textBytes: compiled.textBytes };
}
