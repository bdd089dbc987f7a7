import { digestOfCid } from '@concord/sdk';
import { refusal, type Route } from './route.ts';

/** GET /ipfs/<cid>?format=raw: a blob, in the form of IPFS trustless gateways. `blob` takes lower-case hex, no prefix. */
export const ipfsRoute = (blob: (digest: string) => Uint8Array | undefined): Route => ({
  method: 'GET',
  path: '/ipfs/:cid',
  most: () => 0,
  answer({ parts, query }) {
    if ((query.get('format') ?? 'raw') !== 'raw')
      return refusal(406, 'FORMAT', 'only raw blocks are served: ask with ?format=raw');
    const digest = digestOfCid(parts['cid'] ?? '');
    if (digest === undefined) return refusal(400, 'CID', 'need a CIDv1 (base32) of raw bytes under sha2-256');
    const body = blob(digest.slice(2));
    if (!body) return refusal(404, 'NO_SUCH_BLOB', 'this node does not have it: ask another holder of the run');
    return {
      status: 200,
      body,
      headers: {
        'content-type': 'application/vnd.ipld.raw',
        // What is named by its hash is public; without this no page could read it, and a guard runs in one (GU17).
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=29030400, immutable',
        etag: `"${parts['cid']}.raw"`,
      },
    };
  },
});
