/** A node is one of its own peers: requests to its own endpoint reach its routes without a network. */
import type { Route } from '../api/route.ts';
import type { Transport } from '../peers.ts';
import { answer, replyBytes } from './server.ts';

export const loopback =
  (transport: Transport, endpoint: string, routes: readonly Route[]): Transport =>
  async (request) => {
    if (!request.url.startsWith(`${endpoint}/`)) return transport(request);
    // A path in the endpoint is the proxy's in front of the node, which takes it away.
    const url = new URL(request.url.slice(endpoint.length), 'http://node');
    const reply = await answer(routes, request.method, url, async (most) => {
      const body = request.body ?? new Uint8Array(0);
      return body.length <= most ? body : undefined;
    });
    return { status: reply.status, body: replyBytes(reply.body) };
  };
