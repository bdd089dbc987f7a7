/** What the tools read: a chain, as it stands at every call, or archives, which never change. */
import {
  type BlobSource,
  type ConcordClient,
  decodeArchive,
  type Deployment,
  emptyView,
  endpointsOf,
  type Fact,
  fold,
  type Hex,
  type RunView,
} from '@concord/sdk';
import { archivedRecords, readArchive, type Records, recordsOf } from '../audit.ts';
import { readProposed } from '../charterFile.ts';
import { type Connection, type Now, viewNow } from '../connect.ts';
import { SettingError } from '../settings/checks.ts';

/** A run as the tools see it. */
export interface Found {
  readonly run: RunView;
  readonly now: Pick<Now, 'view' | 'time'>;
  readonly facts: readonly Fact[];
  readonly deployment: Deployment;
  readonly blobs: BlobSource;
}

export interface Source {
  readonly kind: 'chain' | 'archive';
  /** Only of a chain: asks contracts, carries votes. */
  readonly client?: ConcordClient;
  /** Every run there is, now. */
  runs(): Promise<readonly Found[]>;
  /** Everything that an audit needs. */
  records(runId: Hex): Promise<Records>;
}

/** Charter texts at hand, by digest: a charter that is up for vote is served by nobody yet. Throws SettingError. */
export function textsIn(files: readonly string[]): ReadonlyMap<Hex, Uint8Array> {
  return new Map(files.map((file) => [readProposed(file).digest, readProposed(file).bytes]));
}

const withTexts =
  (texts: ReadonlyMap<Hex, Uint8Array>, blobs: BlobSource): BlobSource =>
  async (digest) =>
    texts.get(digest) ?? blobs(digest);

/** Reads the chain at every call. `source`: where to ask for bytes instead of the announced endpoints. */
export function chainSource(
  { client, fromBlock }: Connection,
  texts: ReadonlyMap<Hex, Uint8Array>,
  source?: string,
): Source {
  return {
    kind: 'chain',
    client,
    async runs() {
      const now = await viewNow(client, fromBlock);
      return [...now.view.runs.values()].map((run) => {
        const endpoints = source === undefined ? [...run.endpoints.values(), ...now.view.endpoints.values()] : [source];
        const blobs = withTexts(texts, endpointsOf([...new Set(endpoints)]));
        return { run, now, facts: now.facts, deployment: client.deployment, blobs };
      });
    },
    async records(runId) {
      const records = await recordsOf(client, runId, fromBlock, source);
      return { ...records, blobs: withTexts(texts, records.blobs) };
    },
  };
}

/** Archives, offline: time stands still at the moment at which each was written. Throws ArchiveError, SettingError. */
export function archiveSource(files: readonly string[], texts: ReadonlyMap<Hex, Uint8Array>): Source {
  const archives = files.map((file) => {
    const bytes = readArchive(file);
    const { facts, deployment, blobs, now: time, runId } = decodeArchive(bytes);
    const view = facts.reduce(fold, emptyView);
    const run = view.runs.get(runId);
    if (!run) throw new SettingError('--archive', `${file} holds no charter ${runId}: get the archive again`);
    const found: Found = {
      ...{ run, facts, deployment, now: { view, time } },
      blobs: withTexts(texts, async (digest) => blobs.get(digest)),
    };
    return { found, records: archivedRecords(bytes) };
  });
  const byRun = new Map(archives.map((each) => [each.found.run.charterId, each]));
  if (byRun.size < archives.length) throw new SettingError('--archive', 'two archives are of the same run: name one');
  return {
    kind: 'archive',
    runs: async () => archives.map(({ found }) => found),
    records: async (runId) => byRun.get(runId)!.records,
  };
}
