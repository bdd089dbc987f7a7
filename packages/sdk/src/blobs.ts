/**
 * Content-addressed bytes: a SHA-256 digest on chain, a CID on the way (CIDv1, raw, sha2-256), and any server that
 * speaks the trustless-gateway paths as a source. Who serves them is never trusted: the hash is.
 */
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { bytesToHex, hexToBytes, sha256 } from 'viem';
import type { Hex } from './facts.ts';

const RAW = 0x55;
const SHA2_256 = 0x12;

/** The CID of the bytes that have this SHA-256, base32 text. */
export const cidOf = (digest: Hex): string => CID.createV1(RAW, create(SHA2_256, hexToBytes(digest))).toString();

/** The SHA-256 in a CID; undefined unless it is a CIDv1 with codec raw and a sha2-256, in base32. */
export function digestOfCid(text: string): Hex | undefined {
  try {
    const cid = CID.parse(text);
    const { code, digest } = cid.multihash;
    const ours = cid.version === 1 && cid.code === RAW && code === SHA2_256 && digest.length === 32;
    return ours && cid.toString() === text ? bytesToHex(digest) : undefined;
  } catch {
    return undefined;
  }
}

/** Why a source did not give the bytes. */
export interface SourceFailure {
  readonly source: string;
  readonly reason: string;
}

/** No source gave bytes with the digest. */
export class BlobError extends Error {
  readonly code = 'BLOB_NOT_FOUND';
  readonly digest: Hex;
  readonly failures: readonly SourceFailure[];
  constructor(digest: Hex, failures: readonly SourceFailure[]) {
    const tried = failures.map(({ source, reason }) => `${source}: ${reason}`).join('; ') || 'no source was given';
    super(
      `no source has the bytes of ${digest} (${cidOf(digest)}): ${tried}. Ask those who promised them, or add a source.`,
    );
    this.name = 'BlobError';
    this.digest = digest;
    this.failures = failures;
  }
}

export interface FetchBlobOptions {
  /** Most bytes accepted; 256 MiB unless told. */
  readonly limit?: number;
  /** For each source, milliseconds; 10,000 unless told. */
  readonly timeoutMilliseconds?: number;
  readonly signal?: AbortSignal;
  /** How a request is made: a page may forbid redirects, cookies and referrers. */
  readonly request?: Pick<RequestInit, 'redirect' | 'credentials' | 'referrerPolicy'>;
}

/** Reads a body, at most `limit` bytes of it. Throws RangeError beyond. */
async function readBody(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // By hand: not every browser can iterate over a stream.
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    length += part.value.length;
    if (length > limit) {
      await reader?.cancel();
      throw new RangeError(`more than ${limit} bytes`);
    }
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/**
 * The bytes with this digest from the first source (an endpoint without trailing slash) that has them. Throws BlobError
 * with what every source answered.
 */
export async function fetchBlob(
  sources: readonly string[],
  digest: Hex,
  { limit = 1 << 28, timeoutMilliseconds = 10_000, signal, request }: FetchBlobOptions = {},
): Promise<Uint8Array> {
  const failures: SourceFailure[] = [];
  for (const source of sources) {
    signal?.throwIfAborted();
    try {
      const timeout = AbortSignal.timeout(timeoutMilliseconds);
      const response = await fetch(`${source}/ipfs/${cidOf(digest)}?format=raw`, {
        ...request,
        headers: { accept: 'application/vnd.ipld.raw' },
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      if (!response.ok) {
        await response.body?.cancel();
        failures.push({ source, reason: `HTTP ${response.status}` });
        continue;
      }
      const bytes = await readBody(response, limit);
      if (sha256(bytes) === digest) return bytes;
      failures.push({ source, reason: 'bytes with another digest' });
    } catch (error) {
      signal?.throwIfAborted();
      failures.push({ source, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new BlobError(digest, failures);
}
