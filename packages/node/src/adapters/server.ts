/** HTTP in front of routes: caps, time limits, JSON errors that say what to do next. Knows nothing of what is asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { match, refusal, type Reply, type Route } from '../api/route.ts';

export interface Traffic {
  sent(bytes: number): void;
  /** Sent as the answer to a request for a path; `useful`: it is what was asked for. */
  answered(path: string, useful: boolean, bytes: number): void;
  received(bytes: number): void;
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers one request without a network; what the server and the node's own loopback share. */
export async function answer(
  routes: readonly Route[],
  method: string,
  url: URL,
  readBody: (most: number) => Promise<Uint8Array | undefined>,
): Promise<Reply> {
  const found = match(routes, method, url.pathname);
  if (!found) return refusal(404, 'NO_SUCH_PATH', `nothing answers ${method} ${url.pathname} here`);
  const most = found.route.most();
  const body = await readBody(most);
  if (!body) return refusal(413, 'TOO_LONG', `send at most ${most} bytes`);
  return found.route.answer({ parts: found.parts, query: url.searchParams, body });
}

export const replyBytes = (body: unknown): Uint8Array =>
  body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body));

/** The whole body, or undefined when it is longer than `most` bytes. */
async function read(request: IncomingMessage, most: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > most) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function respond(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
  traffic: Traffic,
  trouble: (error: unknown) => void,
): Promise<void> {
  let reply: Reply;
  let path = '/';
  try {
    const url = new URL(request.url ?? '/', 'http://node');
    path = url.pathname;
    reply = await answer(routes, request.method ?? 'GET', url, async (most) => {
      const body = await read(request, most);
      traffic.received(body?.length ?? 0);
      return body;
    });
  } catch (error) {
    trouble(error);
    reply = refusal(500, 'INTERNAL', 'this node failed to answer; its log says why. Ask again, or another holder');
  }
  const bytes = replyBytes(reply.body);
  traffic.answered(path, reply.status === 200 && !reply.nothing, bytes.length);
  const json = reply.body instanceof Uint8Array ? {} : { 'content-type': 'application/json' };
  response.writeHead(reply.status, { 'content-length': bytes.length, ...json, ...reply.headers });
  response.end(bytes);
}

/** Listens on host:port (0: any free port). Throws what `listen` reports, such as EADDRINUSE. */
export async function serve(
  routes: readonly Route[],
  { host, port }: { readonly host: string; readonly port: number },
  traffic: Traffic,
  trouble: (error: unknown) => void,
): Promise<Listening> {
  const server: Server = createServer((request, response) => {
    void respond(routes, request, response, traffic, trouble);
  });
  // A member sends about a megabyte in well under a second; whoever needs half a minute holds a socket for nothing.
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
