/** Requests to other nodes over HTTP, with connections kept open. */
import http from 'node:http';
import https from 'node:https';
import type { Transport } from '../peers.ts';
import type { Traffic } from './server.ts';

/** Most bytes of an answer: well above the largest blob of a supported run. */
const LONGEST_ANSWER = 1 << 28;

/** A transport over node:http. Rejects on network errors, on time-outs and on answers of more than 256 MiB. */
export function httpTransport(traffic: Traffic): Transport & { close(): void } {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
  const transport: Transport = ({ method, url, body, signal, timeoutMilliseconds }) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const secure = target.protocol === 'https:';
      const request = (secure ? https : http).request(
        target,
        {
          method,
          agent: secure ? agents['https:'] : agents['http:'],
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
          headers: body ? { 'content-length': body.length, 'content-type': 'application/octet-stream' } : {},
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on('data', (chunk: Buffer) => {
            length += chunk.length;
            if (length > LONGEST_ANSWER) request.destroy(new RangeError(`more than ${LONGEST_ANSWER} bytes`));
            else chunks.push(chunk);
          });
          response.on('error', reject);
          response.on('end', () => {
            traffic.received(length);
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
          });
        },
      );
      request.on('error', reject);
      traffic.sent(body?.length ?? 0);
      request.end(body);
    });
  return Object.assign(transport, {
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  });
}
