/**
 * The model's bytes by what they are, from wherever they are (GU17): those that the application brings along, else from
 * gateways that it names, each asked under the bytes' own hash. Nobody is believed; who lies, stalls or breaks off is
 * passed over. What has arrived stays, so a request whose time is over finds it the next time.
 */
import { decodeRunState, runStateHash } from '@concord/protocol';
import { fetchBlob } from '@concord/sdk';
import { bytesToHex, sha256 } from 'viem';
import type { Hex } from '../provider.ts';
import type { ModelSource } from './model.ts';

export interface GatewayOptions {
  /**
   * Asked in this order for `/ipfs/<cid>?format=raw`: IPFS trustless gateways, members' own endpoints. Each that is asked
   * learns which model is wanted, and from where.
   */
  readonly gateways: readonly string[];
  /** Bytes that the application has, in any order: charter's texts and run states. They are used where they fit. */
  readonly have?: readonly Uint8Array[];
  /** SHA-256 of the state's bytes, where the wallet's node may not know it. */
  readonly stateDigest?: Hex;
  /** Most bytes of text or state; 16 MiB unless told. */
  readonly limit?: number;
  /** For each gateway and each of the two, until its last byte; 3,000 unless told. */
  readonly timeoutMilliseconds?: number;
}

/** No redirect leads to whom the application did not name, and nothing tells a gateway more than it must know. */
const REQUEST = { redirect: 'error', credentials: 'omit', referrerPolicy: 'no-referrer' } as const;

function isState(bytes: Uint8Array, stateHash: Hex): boolean {
  try {
    return bytesToHex(runStateHash(decodeRunState(bytes))) === stateHash;
  } catch {
    return false;
  }
}

/** A source for `ModelOptions.source`. It rejects with BlobError, which names what every gateway answered. */
export function fromGateways(options: GatewayOptions): ModelSource {
  const { gateways, have = [], limit = 1 << 24, timeoutMilliseconds = 3_000 } = options;
  const sources = gateways.map((gateway) => gateway.replace(/\/+$/, ''));
  const arriving = new Map<Hex, Promise<Uint8Array>>();
  const arrived = (digest: Hex): Promise<Uint8Array> => {
    const known = arriving.get(digest);
    if (known) return known;
    const fresh = fetchBlob(sources, digest, { limit, timeoutMilliseconds, request: REQUEST });
    arriving.set(digest, fresh);
    fresh.catch(() => arriving.delete(digest));
    return fresh;
  };
  return async ({ textDigest, stateHash, stateDigest }) => {
    const stateOf = async (): Promise<Uint8Array> => {
      const digest = options.stateDigest ?? (await stateDigest());
      const bytes = await arrived(digest);
      // A node that names other bytes could otherwise fill the memory.
      if (!isState(bytes, stateHash)) arriving.delete(digest);
      return bytes;
    };
    const [text, state] = await Promise.all([
      have.find((bytes) => sha256(bytes) === textDigest) ?? arrived(textDigest),
      have.find((bytes) => isState(bytes, stateHash)) ?? stateOf(),
    ]);
    return { text, state };
  };
}
