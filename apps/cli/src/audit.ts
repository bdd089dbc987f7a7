/** The auditor, shown to people: every clause in plain words with its verdict. */
import {
  type Address,
  type Archive,
  type AttemptName,
  type BlobSource,
  type Clause,
  type ConcordClient,
  createConcordClient,
  decodeArchive,
  factOf,
  fetchBlob,
  getLogs,
  heardFrom,
  type Hex,
  recording,
  type Said,
  type SettledSource,
  type Verification,
  verifyRun,
} from '@concord/sdk';
import { loadKernels, nodePlatform } from '@concord/node';
import type { Renderer, Tone } from './render.ts';

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
  /** The same of what they found when they verified. */
  readonly verifiedBy?: (attempt: AttemptName) => Promise<readonly Said<'Verified'>[]>;
}

/** Options of every command that reads a run from a chain. */
export const chainArgs = {
  rpc: { type: 'string', description: 'JSON-RPC address of any node of the chain' },
  charters: { type: 'string', description: 'address of the charters contract' },
  rounds: { type: 'string', description: 'address of the rounds contract' },
  inference: { type: 'string', description: 'address of the inference contract' },
  run: { type: 'string', description: 'run id (= charter id), 32 bytes in hex' },
  'from-block': { type: 'string', default: '0', description: 'block in which the contracts were deployed, or earlier' },
  source: { type: 'string', description: 'where to ask for bytes instead of the announced endpoints, such as an IPFS gateway' },
} as const;

const NEEDED = ['rpc', 'charters', 'rounds', 'inference', 'run'] as const;
type ChainArgs = { readonly [K in keyof typeof chainArgs]?: string | undefined };

/** Reads a run as the command line names it. Throws naming the options that lack. */
export async function recordsNamed(args: ChainArgs): Promise<Records> {
  const missing = NEEDED.filter((name) => args[name] === undefined);
  if (missing.length > 0) throw new Error(`need ${missing.map((name) => `--${name}`).join(', ')}: see --help`);
  const client = await createConcordClient({
    rpcUrl: args.rpc!,
    charters: args.charters!.toLowerCase() as Address,
    rounds: args.rounds!.toLowerCase() as Address,
    inference: args.inference!.toLowerCase() as Address,
  });
  return recordsOf(client, args.run!.toLowerCase() as Hex, BigInt(args['from-block'] ?? 0), args.source);
}

/** A run's records from a chain, bytes from `source` or the endpoints that its members and aggregators announced. */
export async function recordsOf(client: ConcordClient, runId: Hex, fromBlock: bigint, source?: string): Promise<Records> {
  const { deployment } = client;
  const head = await client.reader.getBlock();
  const logs = await getLogs(client, fromBlock, head.number);
  const announced = logs.flatMap((log) => {
    const fact = factOf(deployment, log);
    return 'endpoint' in fact && (fact.kind !== 'joined' || fact.charterId === runId) ? [fact.endpoint] : [];
  });
  // The last one announced is where somebody who moved answers now.
  const sources = source === undefined ? [...new Set(announced.reverse())] : [source];
  const blobs: BlobSource = (digest) => fetchBlob(sources, digest).catch(() => undefined);
  const settledBy: SettledSource = (attempt) => heardFrom(sources, deployment, 'Settled', attempt);
  const verifiedBy = (attempt: AttemptName) => heardFrom(sources, deployment, 'Verified', attempt);
  return { deployment, runId, now: Number(head.timestamp), logs, blobs, settledBy, verifiedBy };
}

/** An archive's records, offline. Throws ArchiveError. */
export function archivedRecords(bytes: Uint8Array): Records {
  const { blobs, ...archive } = decodeArchive(bytes);
  return { ...archive, blobs: async (digest) => blobs.get(digest) };
}

/** Verifies a run's records; `kept` has every blob that this took, so that an archive can be made of it. */
export async function audit(records: Records): Promise<Verification & { readonly kept: ReadonlyMap<Hex, Uint8Array> }> {
  const { deployment, runId, now, logs, settledBy } = records;
  const { source, kept } = recording(records.blobs);
  const components = { platform: nodePlatform, kernels: loadKernels() };
  const facts = logs.map((log) => factOf(deployment, log));
  const report = await verifyRun({
    ...{ runId, facts, deployment, now, components },
    blobs: source,
    ...(settledBy && { settledBy }),
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
