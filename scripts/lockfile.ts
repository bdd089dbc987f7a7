/**
 * Keeps package-lock.json usable everywhere. npm drops the lock entries of optional packages of other operating systems
 * when a registry does not carry them, and `npm ci` then stops with EUSAGE; this adds them again (`npm run lock`, after
 * every `npm install`). `--check` fails when an entry is missing or an entry names a download host.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  version?: string;
  resolved?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> };

/** What the name of a platform package says about where it installs. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu'> {
  const os = /darwin|linux|win32|android|freebsd/.exec(name)?.[0];
  const cpu = /arm64|aarch64/.test(name) ? 'arm64' : /amd64|x64|x86_64/.test(name) ? 'x64' : undefined;
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }) };
}

const missing: Record<string, Entry> = {};
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] || !/^\d/.test(version)) continue;
    missing[key] = { version, ...platformOf(name), ...(entry.dev && { dev: true }), optional: true };
  }
}
const hosts = Object.entries(lock.packages).filter(([, entry]) => /^https?:/.test(entry.resolved ?? ''));

if (process.argv.includes('--check')) {
  for (const name of Object.keys(missing)) console.error(`package-lock.json lacks ${name}: run npm run lock`);
  for (const [name] of hosts) console.error(`package-lock.json names a download host for ${name}: see .npmrc`);
  process.exitCode = Object.keys(missing).length + hosts.length > 0 ? 1 : 0;
} else {
  for (const [, entry] of hosts) delete entry.resolved;
  const packages = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
  console.log(`package-lock.json: ${Object.keys(missing).length} entries added`);
}
