#!/usr/bin/env node
// Concord runs TypeScript as it stands, which needs Node 24; a system with an older one uses the copy that npm installed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const current = Number(process.versions.node.split('.')[0]);
const own = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
if (current < 24 && !existsSync(own)) {
  console.error(`Concord needs Node 24; this is ${process.version}. Run npm ci in the checkout, or install Node 24.`);
  process.exit(1);
}
const { status, signal } = spawnSync(current < 24 ? own : process.execPath, [main, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? (signal ? 130 : 1));
