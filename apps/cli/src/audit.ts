/** The auditor, shown to people: every clause in plain words with its verdict. */
import { existsSync, readFileSync } from 'node:fs';
import {
  type Address,
  type Archive,
  type AttemptName,
  type BlobSource,
  type Clause,
  type ConcordClient,
  createConcordClient,
  crossCheck,
  decodeArchive,
  factOf,
  fetchBlob,
  getLogs,
  heardFrom,
  type Hex,
  recording,
  type Said,
  type SettledSource,
  type UnmaskedSource,
  type Verification,
  verifyRun,
} from '@concord/sdk';
import { loadKernels, nodePlatform } from '@concord/node';
import { type Connection, connect, runMeant, viewNow } from './connect.ts';
import type { Renderer, Tone } from './render.ts';
import { address, hash, integer, SettingError } from './settings/checks.ts';
import { readSettings, settingArgs } from './settings/settings.ts';

const TONES: Readonly<Record<Clause['verdict'], Tone>> = {
  PASS: 'good',
  FAIL: 'bad',
  INCOMPLETE: 'warn',
  'NOT ENFORCED IN THIS VERSION': 'faint',
};

/** What an audit reads: the chain's logs, and where bytes come from. */
export interface Records extends Omit<Archive, 'blobs'> {
  readonly blobs: BlobSource;
  /** What holders say that they signed; an archive does not have it. */
  readonly settledBy?: SettledSource;
  readonly unmaskedBy?: UnmaskedSource;
  /** The same of what they found when they verified. */
  readonly verifiedBy?: (attempt: AttemptName) => Promise<readonly Said<'Verified'>[]>;
}

const CONTRACTS = ['charters', 'rounds', 'inference'] as const;

/** Options of every command that reads a run from a chain. */
export const chainArgs = {
  ...settingArgs('rpc', 'deployment'),
  charters: { type: 'string', description: 'address of the charters contract, instead of a deployment file' },
  rounds: { type: 'string', description: 'address of the rounds contract, instead of a deployment file' },
  inference: { type: 'string', description: 'address of the inference contract, instead of a deployment file' },
  run: { type: 'string', description: 'run id (= charter id), 32 bytes in hex; needless where there is only one' },
  'from-block': {
    type: 'string',
    description: 'block in which the contracts were deployed, or earlier, beside addresses (default: 0)',
  },
  'chain-id': { type: 'string', description: 'id that the chain must have; a deployment file says it' },
  source: {
    type: 'string',
    description: 'where to ask for bytes instead of the announced endpoints, such as an IPFS gateway',
  },
} as const;

type ChainArgs = Readonly<Record<string, unknown>> & {
  readonly [K in (typeof CONTRACTS)[number] | 'run' | 'from-block' | 'chain-id' | 'source']?: string | undefined;
};

/**
 * The deployment as the command line names it: three addresses, or a file; with an account, one that can pay. Throws
 * SettingError naming what lacks.
 */
export async function named(args: ChainArgs, account?: Hex): Promise<Connection> {
  const settings = readSettings(args);
  const given = CONTRACTS.filter((name) => args[name] !== undefined);
  if (given.length === 0) return connect(settings, account);
  const missing = CONTRACTS.filter((name) => args[name] === undefined);
  if (missing.length > 0)
    throw new SettingError(
      missing.map((name) => `--${name}`).join(', '),
      'needed beside the others, or pass --deployment FILE',
    );
  const at = (name: (typeof CONTRACTS)[number]): Address => address(args[name], `--${name}`);
  const contracts = { charters: at('charters'), rounds: at('rounds'), inference: at('inference') };
  const chainId = args['chain-id'];
  const client = await createConcordClient({
    ...{ rpcUrl: settings.need('rpc'), ...contracts },
    ...(chainId !== undefined && { chainId: integer(1)(chainId, '--chain-id') }),
    ...(account && { account }),
  });
  return { client, fromBlock: BigInt(integer(0)(args['from-block'] ?? 0, '--from-block')) };
}

/** Reads a run as the command line names it. Throws SettingError naming the options that lack. */
export async function recordsNamed(args: ChainArgs): Promise<Records> {
  const { client, fromBlock } = await named(args);
  const given = args.run === undefined ? undefined : hash(args.run, '--run');
  const runId = given ?? runMeant(await viewNow(client, fromBlock), {}).charterId;
  return recordsOf(client, runId, fromBlock, args.source);
}

/**
 * A run's records from a chain, bytes from `source` or the endpoints that its members and aggregators announced.
 * Throws ChainError when an RPC contradicts itself or the others: that is no fault of the run, and no verdict on it.
 */
export async function recordsOf(
  client: ConcordClient,
  runId: Hex,
  fromBlock: bigint,
  source?: string,
): Promise<Records> {
  const { deployment } = client;
  const head = await client.reader.getBlock();
  const logs = await getLogs(client, fromBlock, head.number);
  const facts = logs.map((log) => factOf(deployment, log));
  await crossCheck(client, facts, runId, head.number);
  const announced = facts.flatMap((fact) =>
    'endpoint' in fact && (fact.kind !== 'joined' || fact.charterId === runId) ? [fact.endpoint] : [],
  );
  // The last one announced is where somebody who moved answers now.
  const sources = source === undefined ? [...new Set(announced.reverse())] : [source];
  const blobs: BlobSource = (digest) => fetchBlob(sources, digest).catch(() => undefined);
  const settledBy: SettledSource = (attempt) => heardFrom(sources, deployment, 'Settled', attempt);
  const unmaskedBy: UnmaskedSource = (attempt) => heardFrom(sources, deployment, 'Unmasked', attempt);
  const verifiedBy = (attempt: AttemptName) => heardFrom(sources, deployment, 'Verified', attempt);
  return { deployment, runId, now: Number(head.timestamp), logs, blobs, settledBy, unmaskedBy, verifiedBy };
}

/** The bytes of an archive. Throws SettingError when the file is not there. */
export function readArchive(path: string): Uint8Array {
  if (!existsSync(path))
    throw new SettingError('--archive', `${path} is not there: check the path, or write one with “concord archive”`);
  return readFileSync(path);
}

/** An archive's records, offline. Throws ArchiveError. */
export function archivedRecords(bytes: Uint8Array): Records {
  const { blobs, ...archive } = decodeArchive(bytes);
  return { ...archive, blobs: async (digest) => blobs.get(digest) };
}

/** Verifies a run's records; `kept` has every blob that this took, so that an archive can be made of it. */
export async function audit(
  records: Records,
  onRound?: (round: number) => void,
): Promise<Verification & { readonly kept: ReadonlyMap<Hex, Uint8Array> }> {
  const { deployment, runId, now, logs, settledBy, unmaskedBy } = records;
  const { source, kept } = recording(records.blobs);
  const components = { platform: nodePlatform, kernels: loadKernels() };
  const facts = logs.map((log) => factOf(deployment, log));
  const report = await verifyRun({
    ...{ runId, facts, deployment, now, components },
    blobs: source,
    ...(settledBy && { settledBy }),
    ...(unmaskedBy && { unmaskedBy }),
    ...(onRound && { onRound }),
  });
  return { ...report, kept };
}

export function showClauses(clauses: readonly Clause[], render: Renderer): void {
  for (const clause of clauses) {
    const mark = clause.verdict === 'NOT ENFORCED IN THIS VERSION' ? 'NOT ENFORCED' : clause.verdict;
    render.prose(clause.sentence, `  ${render.paint(mark.padEnd(12), TONES[clause.verdict])} ${clause.id.padEnd(5)} `);
    if (clause.evidence !== undefined) render.prose(clause.evidence, `${' '.repeat(20)}→ `);
  }
}
