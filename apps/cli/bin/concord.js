#!/usr/bin/env node
// Concord runs TypeScript as it stands, which needs Node 24; a system with an older one uses the copy that npm installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../src/main.ts', import.meta.url);
const own = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= 24) {
  // The only warning is that node:sqlite is young.
  process.removeAllListeners('warning');
  await import(main.href);
} else if (existsSync(own)) {
  const child = spawn(own, ['--no-warnings', fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Whoever stops the program means the one that works. A terminal's Ctrl-C reaches both by itself.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined);
  child.once('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
} else {
  console.error(`Concord needs Node 24; this is ${process.version}. Run npm ci in the checkout, or install Node 24.`);
  process.exit(1);
}
