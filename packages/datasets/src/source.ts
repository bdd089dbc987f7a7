/** Where public data comes from: a folder on this machine, or its source on the network if the caller allows that. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of a public data set, pinned by content. */
export interface Source {
  /** Path inside a data folder: `<data set>/<file>`. */
  readonly path: string;
  readonly sha256: string;
  /** An immutable public address of the same bytes. */
  readonly url: string;
}

export interface FindOptions {
  /** The data folder; default: the environment variable CONCORD_DATA. Searched first. */
  readonly folder?: string | undefined;
  /** Whether the file may be fetched from `source.url` (and kept in the repository's `.concord/data`). Default no. */
  readonly download?: boolean;
}

/** A data file that is not the pinned one, or could not be fetched. */
export class SourceError extends Error {
  readonly code: 'HASH' | 'DOWNLOAD';
  constructor(code: SourceError['code'], message: string) {
    super(message);
    this.name = 'SourceError';
    this.code = code;
  }
}

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const CACHE = join(REPOSITORY, '.concord', 'data');

function checked(source: Source, place: string, bytes: Uint8Array): Uint8Array {
  const have = createHash('sha256').update(bytes).digest('hex');
  if (have !== source.sha256)
    throw new SourceError('HASH', `${place} has SHA-256 ${have}, need ${source.sha256}: remove it or fetch it again`);
  return bytes;
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function download(source: Source): Promise<Uint8Array> {
  const response = await fetch(source.url).catch((cause: unknown) => {
    throw new SourceError('DOWNLOAD', `${source.url} cannot be reached (${String(cause)})`);
  });
  if (!response.ok) throw new SourceError('DOWNLOAD', `${source.url} answered ${response.status}`);
  const bytes = checked(source, source.url, new Uint8Array(await response.arrayBuffer()));
  const place = join(CACHE, source.path);
  await mkdir(dirname(place), { recursive: true });
  // Another process may read the same cache: the name appears only once the bytes are complete.
  await writeFile(`${place}.${process.pid}`, bytes);
  await rename(`${place}.${process.pid}`, place);
  return bytes;
}

/**
 * The bytes of a pinned file: from the given folder, `../shared/data` beside the repository or the cache of an earlier
 * download, else from the network if allowed, else undefined. Throws SourceError when bytes differ from the pinned hash
 * or an allowed download fails.
 */
export async function findSource(
  source: Source,
  { folder = process.env['CONCORD_DATA'], download: allowed = false }: FindOptions = {},
): Promise<Uint8Array | undefined> {
  const folders = [folder, join(REPOSITORY, '..', 'shared', 'data'), CACHE];
  for (const candidate of folders) {
    if (candidate === undefined || candidate === '') continue;
    const place = join(candidate, source.path);
    const bytes = await readIfThere(place);
    if (bytes !== undefined) return checked(source, place, bytes);
  }
  return allowed ? download(source) : undefined;
}
