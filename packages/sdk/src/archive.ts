/**
 * A run in one file: the logs that the chain keeps and every blob that an audit asked for, to be verified offline and
 * for as long as somebody keeps it. Its logs are what the archivist read: a stranger with a chain compares them.
 *
 * Layout: "concord-archive-1\n" ‖ u32 length ‖ JSON header ‖ u32 count ‖ per blob: u32 length ‖ bytes.
 */
import { ascii, concat, Reader, u32 } from '@concord/protocol';
import { isHash, isHex, sha256 } from 'viem';
import type { Deployment, Fact, Hex } from './facts.ts';
import { factOf, type RawLog } from './logs.ts';
import type { BlobSource } from './verify/evidence.ts';

export interface Archive {
  readonly deployment: Deployment;
  readonly runId: Hex;
  /** Seconds: the chain's time when the logs were read. */
  readonly now: number;
  readonly logs: readonly RawLog[];
  readonly blobs: ReadonlyMap<Hex, Uint8Array>;
}

/** These bytes are no archive of this version. */
export class ArchiveError extends Error {
  readonly code = 'ARCHIVE';
  constructor(what: string, options?: ErrorOptions) {
    super(`${what}; get the archive again, or read the run from the chain`, options);
    this.name = 'ArchiveError';
  }
}

const MAGIC = ascii('concord-archive-1\n');

/** A source that keeps what it gave: run an audit with it, then archive `kept`. */
export function recording(source: BlobSource): { readonly source: BlobSource; readonly kept: Map<Hex, Uint8Array> } {
  const kept = new Map<Hex, Uint8Array>();
  const recorded: BlobSource = async (digest) => {
    const bytes = kept.get(digest) ?? (await source(digest));
    if (bytes) kept.set(digest, bytes);
    return bytes;
  };
  return { source: recorded, kept };
}

/** The archive's bytes: blobs in the order of their digests, so that equal runs give equal files. */
export function encodeArchive({ deployment, runId, now, logs, blobs }: Archive): Uint8Array {
  const { chainId, charters, rounds, inference } = deployment;
  const rows = logs.map(({ address, topics, data, origin }) => {
    const { block, blockHash, time, transaction, logIndex, gas } = origin;
    return [address, topics, data, Number(block), blockHash, time, transaction, logIndex, Number(gas)];
  });
  const json = JSON.stringify({ deployment: { chainId, charters, rounds, inference }, runId, now, logs: rows });
  const header = new TextEncoder().encode(json);
  const contents = [...blobs.keys()].sort().map((digest) => blobs.get(digest)!);
  const pieces = contents.flatMap((bytes) => [u32(bytes.length), bytes]);
  return concat(MAGIC, u32(header.length), header, u32(contents.length), ...pieces);
}

/** Total: the archive of these bytes and the facts that its logs tell. Throws ArchiveError. */
export function decodeArchive(bytes: Uint8Array): Archive & { readonly facts: readonly Fact[] } {
  const reader = new Reader(bytes);
  if (!reader.take(MAGIC.length).every((byte, i) => byte === MAGIC[i])) throw new ArchiveError('not an archive');
  const header = reader.take(lengthIn(reader, bytes));
  const count = lengthIn(reader, bytes);
  const blobs = new Map<Hex, Uint8Array>();
  for (let i = 0; i < count; i++) {
    const blob = reader.take(lengthIn(reader, bytes));
    blobs.set(sha256(blob), blob);
  }
  if (!reader.complete) throw new ArchiveError('the archive is cut short, or has bytes after its end');
  const read = headerOf(header);
  try {
    return { ...read, blobs, facts: read.logs.map((log) => factOf(read.deployment, log)) };
  } catch (error) {
    throw new ArchiveError('a log in it is none of these contracts’ events', { cause: error });
  }
}

/** A u32 that cannot be larger than all the bytes there are. */
function lengthIn(reader: Reader, bytes: Uint8Array): number {
  const length = reader.uint(4);
  if (length > bytes.length) throw new ArchiveError(`a part claims ${length} of ${bytes.length} bytes`);
  return length;
}

const need = (holds: boolean, what: string): void => {
  if (!holds) throw new ArchiveError(`the archive's header has no ${what}`);
};
const addressIn = (value: unknown, what: string): Hex => {
  need(isHex(value) && value.length === 42, what);
  return value as Hex;
};
const hashIn = (value: unknown, what: string): Hex => {
  need(typeof value === 'string' && isHash(value), what);
  return value as Hex;
};
const integerIn = (value: unknown, what: string): number => {
  need(Number.isSafeInteger(value) && (value as number) >= 0, what);
  return value as number;
};

type Json = Readonly<Record<string, unknown>>;
const objectIn = (value: unknown, what: string): Json => {
  need(typeof value === 'object' && value !== null, what);
  return value as Json;
};
const listIn = (value: unknown, what: string): readonly unknown[] => {
  need(Array.isArray(value), what);
  return value as readonly unknown[];
};

function headerOf(bytes: Uint8Array): Omit<Archive, 'blobs'> {
  let json: Json;
  try {
    json = objectIn(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), 'object');
  } catch (error) {
    throw new ArchiveError('the archive has no readable header', { cause: error });
  }
  const deployment = objectIn(json['deployment'], 'deployment');
  return {
    deployment: {
      chainId: integerIn(deployment['chainId'], 'chain id'),
      charters: addressIn(deployment['charters'], 'address of Charters'),
      rounds: addressIn(deployment['rounds'], 'address of Rounds'),
      inference: addressIn(deployment['inference'], 'address of Inference'),
    },
    runId: hashIn(json['runId'], 'run id'),
    now: integerIn(json['now'], 'time'),
    logs: listIn(json['logs'], 'list of logs').map(logIn),
  };
}

function logIn(row: unknown): RawLog {
  const [address, topics, data, block, blockHash, time, transaction, logIndex, gas] = listIn(row, 'row for each log');
  const words = listIn(topics, 'topics').map((topic) => hashIn(topic, 'topic of 32 bytes'));
  need(words.length > 0 && isHex(data), 'data of a log');
  return {
    address: addressIn(address, 'address of a log'),
    topics: words as [Hex, ...Hex[]],
    data: data as Hex,
    origin: {
      block: BigInt(integerIn(block, 'block number')),
      blockHash: hashIn(blockHash, 'block hash'),
      time: integerIn(time, 'block time'),
      transaction: hashIn(transaction, 'transaction hash'),
      logIndex: integerIn(logIndex, 'log index'),
      gas: BigInt(integerIn(gas, 'gas')),
    },
  };
}
