/**
 * The least reverse proxy: `node proxy.ts PORT PREFIX TARGET` takes PREFIX away and passes the rest on. It stands for the
 * one with TLS that docs/two-machines.md configures.
 */
import { createServer, request } from 'node:http';

const [port, prefix, target] = process.argv.slice(2);
if (port === undefined || prefix === undefined || target === undefined)
  throw new RangeError('usage: node proxy.ts PORT PREFIX TARGET');

createServer((incoming, outgoing) => {
  const { method, url = '', headers } = incoming;
  if (!url.startsWith(`${prefix}/`)) {
    outgoing.writeHead(404).end();
    return;
  }
  const passed = request(target + url.slice(prefix.length), { headers, ...(method && { method }) }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  passed.on('error', () => outgoing.destroy());
  incoming.pipe(passed);
}).listen(Number(port));
