/**
 * Serves the example's page on 127.0.0.1. Its only other path is /rpc, the wallet's line to the chain, and the page's
 * content security policy lets it reach nothing else: the browser itself holds that the guard phones nobody.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import type { GuardStage } from './stage.ts';

const PAGE = new URL('./page/', import.meta.url);
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** The page's script as one minified file. */
export async function bundlePage(): Promise<Uint8Array> {
  const entryPoints = [fileURLToPath(new URL('page.ts', PAGE))];
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]!.contents;
}

export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** `port` 0 lets the system choose. */
export async function serveGuardPage(stage: GuardStage, port = 0): Promise<Served> {
  const { deployed, charterId, modelId, model, accounts } = stage;
  const { chainId, charters, rounds, inference, appeals } = deployed;
  const config = JSON.stringify({
    place: { chainId, charters, rounds, ...(appeals && { appeals }) },
    inference,
    charterId,
    modelId,
    model,
    accounts,
  });
  const files: Readonly<Record<string, readonly [type: string, body: Uint8Array | string]>> = {
    '/': ['text/html; charset=utf-8', readFileSync(new URL('index.html', PAGE))],
    '/page.css': ['text/css; charset=utf-8', readFileSync(new URL('page.css', PAGE))],
    '/page.js': ['text/javascript; charset=utf-8', await bundlePage()],
    '/config.json': ['application/json', config],
    '/model/charter': ['application/octet-stream', stage.bytes.text],
    '/model/state': ['application/octet-stream', stage.bytes.state],
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'POST' && pathname === '/rpc') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const headers = { 'content-type': 'application/json' };
        fetch(stage.rpcUrl, { method: 'POST', headers, body: Buffer.concat(chunks) }).then(
          async (answer) => response.writeHead(200, headers).end(Buffer.from(await answer.arrayBuffer())),
          () => response.writeHead(502).end(),
        );
      });
      return;
    }
    const found = request.method === 'GET' && Object.hasOwn(files, pathname) ? files[pathname] : undefined;
    if (!found) return void response.writeHead(404).end();
    const headers = { 'content-type': found[0], 'content-security-policy': POLICY, 'cache-control': 'no-store' };
    response.writeHead(200, headers).end(found[1]);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
