/**
 * MCP over streamable HTTP on the loopback address, without sessions: every request stands alone. A page in a browser can
 * make requests to this machine too, by its name or by a name that was turned to point here (DNS rebinding): so Host must be
 * ours, and an Origin, which browsers send, must be ours as well. [BD7]
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

const HOST = '127.0.0.1';
const PATH = '/mcp';
const MOST_BYTES = 1 << 20;

export interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } });
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers }).end(body);
}

/** Why a request is not answered, as an HTTP status and words; undefined: it is. */
export function objectionTo(
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  port: number,
): readonly [status: number, message: string] | undefined {
  const ours = [`${HOST}:${port}`, `localhost:${port}`];
  if (!ours.includes((headers.host ?? '').toLowerCase())) return [403, `Host: need ${ours.join(' or ')}`];
  const { origin } = headers;
  if (origin !== undefined && !ours.map((each) => `http://${each}`).includes(origin.toLowerCase()))
    return [403, 'Origin: pages of other sites are not answered'];
  if (url !== PATH) return [404, `need ${PATH}`];
  if (method !== 'POST') return [405, 'need POST: this server keeps no sessions and opens no streams of its own'];
  return undefined;
}

/** Serves on 127.0.0.1; port 0: one that is free. Rejects when the port is taken. */
export async function serveHttp(makeServer: () => McpServer, port: number): Promise<RunningServer> {
  const http = createServer((request, response) => {
    const bound = (http.address() as AddressInfo).port;
    const objection = objectionTo(request, bound);
    if (objection) return refuse(response, ...objection, objection[0] === 405 ? { allow: 'POST' } : {});
    const server = makeServer();
    const transport = new StreamableHTTPServerTransport({ maxRequestBodySize: MOST_BYTES });
    response.once('close', () => void server.close());
    server
      // The package's own types differ where an absent callback meets exactOptionalPropertyTypes.
      .connect(transport as unknown as Transport)
      .then(() => transport.handleRequest(request, response))
      .catch(() =>
        response.headersSent ? response.destroy() : refuse(response, 500, 'this request could not be answered'),
      );
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${(http.address() as AddressInfo).port}${PATH}`,
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
