/** A deployment as verbs name it: an RPC and the file that “concord deploy” wrote. */
import { existsSync, readFileSync } from 'node:fs';
import {
  type Address,
  ChainError,
  type ChainView,
  type Charter,
  type ConcordClient,
  createConcordClient,
  decodeDeployment,
  type DeploymentFile,
  emptyView,
  type Fact,
  fold,
  getFacts,
  type Hex,
  type RunView,
} from '@concord/sdk';
import { hash, SettingError } from './settings/checks.ts';
import type { Settings } from './settings/settings.ts';

/** Reads the deployment file. Throws SettingError or DeploymentFileError. */
export function deploymentOf(settings: Settings): DeploymentFile {
  const path = settings.need('deployment');
  if (!existsSync(path))
    throw new SettingError('deployment', `${path} is not there: ask whoever deployed for it, or run “concord deploy”`);
  return decodeDeployment(readFileSync(path, 'utf8'));
}

export interface Connection {
  readonly client: ConcordClient;
  /** Facts begin here. */
  readonly fromBlock: bigint;
}

/** A client of the deployment, with an account to pay or without. Throws when the RPC is dead or of another chain. */
export async function connect(settings: Settings, account?: Hex): Promise<Connection> {
  const rpcUrl = settings.need('rpc');
  const { chainId, fromBlock, ...contracts } = deploymentOf(settings);
  const client = await createConcordClient({ rpcUrl, ...contracts, ...(account && { account }) }).catch(
    (error: unknown) => {
      // RPCs that answer and contradict each other say so best themselves.
      if (error instanceof ChainError && error.code !== 'NO_ANSWER') throw error;
      throw new SettingError('rpc', `nobody answers at ${rpcUrl}: check the address, and that the chain’s node runs`);
    },
  );
  if (client.deployment.chainId !== chainId)
    throw new SettingError(
      'rpc',
      `${rpcUrl} is of chain ${client.deployment.chainId}, the deployment of chain ${chainId}: use a node of that chain`,
    );
  return { client, fromBlock };
}

export interface Now {
  readonly facts: readonly Fact[];
  readonly view: ChainView;
  readonly block: bigint;
  /** Block time, seconds. */
  readonly time: number;
}

/** The whole view at the head. */
export async function viewNow(client: ConcordClient, fromBlock: bigint): Promise<Now> {
  const head = await client.reader.getBlock();
  const facts = await getFacts(client, fromBlock, head.number);
  return { facts, view: facts.reduce(fold, emptyView), block: head.number, time: Number(head.timestamp) };
}

const listed = (runs: readonly RunView[]): string =>
  runs
    .map(
      ({ charterId, charter, passed }) =>
        `${charterId} (${charter.members.length} members, ${passed ? 'passed' : 'not passed'})`,
    )
    .join('; ');

/**
 * The run that is meant: by its id, by the digest of a charter's text, or the only one there is; among several of one
 * text, the one that `voter` voted for. Throws SettingError.
 */
export function runMeant(
  { view }: Pick<Now, 'view'>,
  meant: { readonly id?: string | undefined; readonly textDigest?: Hex | undefined; readonly voter?: Address },
): RunView {
  const runs = [...view.runs.values()];
  if (meant.id !== undefined) {
    const id = hash(meant.id, '--run');
    const run = view.runs.get(id);
    if (run) return run;
    throw new SettingError('--run', `no charter ${id} was proposed here; there are: ${listed(runs) || 'none'}`);
  }
  const fits = (charter: Charter): boolean => meant.textDigest === undefined || charter.textDigest === meant.textDigest;
  const found = runs.filter(({ charter }) => fits(charter));
  const { voter } = meant;
  const voted = voter === undefined ? [] : found.filter(({ votes }) => votes.get(voter) === true);
  const [only] = voted.length === 1 ? voted : found;
  if (only && (found.length === 1 || voted.length === 1)) return only;
  if (found.length > 1) throw new SettingError('--run', `several are meant, pass one: ${listed(found)}`);
  throw new SettingError(
    meant.textDigest === undefined ? '--run' : 'charter',
    meant.textDigest === undefined
      ? 'no charter was proposed on this deployment yet: see “concord propose --help”'
      : `no charter with this text (${meant.textDigest}) was proposed on this deployment: compare file and deployment with the proposer’s`,
  );
}
