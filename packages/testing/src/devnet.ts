/**
 * A real chain for tests and demos: npm's anvil as a child process that mines every `blockMilliseconds`, whether or not
 * anything happens, and as soon as a transaction comes. Block timestamps are the wall clock's whole seconds, so
 * consecutive blocks may share one and the chain's clock neither runs ahead nor stands still.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Readable, Writable } from 'node:stream';

export type Hex = `0x${string}`;

/** A prefunded account: 10,000 ether. The keys are anvil's well-known ones, the same in every devnet. */
export interface DevnetAccount {
  readonly address: Hex;
  readonly privateKey: Hex;
}

export interface DevnetOptions {
  /** TCP port on 127.0.0.1; without it the system picks a free one. */
  readonly port?: number;
  /** Time between blocks, at least 10. */
  readonly blockMilliseconds: number;
  /** Also mines a transaction as soon as it comes. Not for chains that take blocks back: anvil then loses its place. */
  readonly atOnce?: boolean;
  readonly accounts: number;
}

export interface Devnet {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly accounts: readonly DevnetAccount[];
  /** Takes the last `depth` blocks back, with everything in them, and mines as many empty ones in their place. */
  takeBack(depth: number): Promise<void>;
  /** SIGSTOP: the chain answers nobody, and nothing is mined. */
  pause(): void;
  resume(): void;
  /** Ends the chain; resolves when its process is gone. May be called again. */
  stop(): Promise<void>;
}

/** The chain did not come up, or stopped before it was asked to. */
export class DevnetError extends Error {
  readonly code = 'DEVNET';
  /** What anvil printed, its last lines. */
  readonly output: string;
  constructor(what: string, output: string) {
    super(`${what}; anvil said:\n${output.trim() || '(nothing)'}`);
    this.name = 'DevnetError';
    this.output = output;
  }
}

const CHAIN_ID = 31337;
const STARTUP_MILLISECONDS = 20_000;
const KILL_MILLISECONDS = 3_000;
/** States of past blocks that anvil keeps in memory; more would go to disk in the user's home. */
const KEPT_STATES = 256;

/**
 * Becomes anvil, and leaves a `cat` behind that ends it when standard input closes: that happens however the parent
 * dies, so a chain never outlives the process that started it.
 */
const GUARD = 'exec 3<&0; (cat <&3 >/dev/null 2>&1; kill $$ 2>/dev/null) >/dev/null 2>&1 & exec "$@" 3<&- </dev/null';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Starts a chain and resolves once it answers.
 * @throws DevnetError when anvil is not installed for this system, cannot use the port, or is not up within 20 s.
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const { port = 0, blockMilliseconds, accounts, atOnce = false } = options;
  if (!(blockMilliseconds >= 10))
    throw new DevnetError(`blockMilliseconds is ${blockMilliseconds}, not 10 or more`, '');
  const child: Child = spawn(
    'sh',
    [
      ...['-c', GUARD, 'devnet', anvilBinary()],
      ...['--port', `${port}`, '--chain-id', `${CHAIN_ID}`, '--accounts', `${accounts}`, '--hardfork', 'prague'],
      ...['--block-time', `${blockMilliseconds / 1000}`, ...(atOnce ? ['--mixed-mining'] : [])],
      ...['--prune-history', `${KEPT_STATES}`, '--color', 'never'],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      child.stdin.destroy();
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const last = setTimeout(() => child.kill('SIGKILL'), KILL_MILLISECONDS);
    await exited;
    clearTimeout(last);
  };
  try {
    const banner = await bannerOf(child);
    const rpcUrl = `http://127.0.0.1:${banner.port}`;
    return {
      ...{ rpcUrl, chainId: CHAIN_ID, accounts: banner.accounts, stop },
      takeBack: (depth) => call(rpcUrl, 'anvil_reorg', [depth, []]),
      pause: () => void child.kill('SIGSTOP'),
      resume: () => void child.kill('SIGCONT'),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function call(rpcUrl: string, method: string, params: readonly unknown[]): Promise<void> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { error } = (await response.json()) as { readonly error?: { readonly message: string } };
  if (error) throw new DevnetError(`${method}: ${error.message}`, '');
}

/** The native binary beside npm's wrapper, which would stand between us and the chain's process. */
export function anvilBinary(): string {
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/anvil`);
  } catch {
    throw new DevnetError(`${name} is not installed: run npm ci on a system that anvil supports`, '');
  }
}

/** Reads what anvil prints until it listens, then lets the rest flow away. */
function bannerOf(child: Child): Promise<{ readonly port: number; readonly accounts: readonly DevnetAccount[] }> {
  let output = '';
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      for (const stream of [child.stdout, child.stderr]) stream.removeAllListeners('data').resume();
      child.removeListener('exit', onExit);
      act();
    };
    const onExit = (): void => settle(() => reject(new DevnetError('the chain ended before it listened', output)));
    const onLate = (): void =>
      settle(() => reject(new DevnetError(`the chain did not listen within ${STARTUP_MILLISECONDS} ms`, output)));
    const onData = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      const port = /Listening on \S+:(\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      settle(() => resolve({ port: Number(port), accounts: accountsIn(output) }));
    };
    const timer = setTimeout(onLate, STARTUP_MILLISECONDS);
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('exit', onExit);
    child.once('error', onExit);
  });
}

function accountsIn(banner: string): DevnetAccount[] {
  const listed = (digits: number): Hex[] =>
    [...banner.matchAll(new RegExp(`^\\(\\d+\\) (0x[0-9a-fA-F]{${digits}})\\b`, 'gm'))].map((match) => match[1] as Hex);
  const keys = listed(64);
  return listed(40).map((address, i) => {
    const privateKey = keys[i];
    if (privateKey === undefined) throw new DevnetError('there are fewer keys than accounts', banner);
    return { address, privateKey };
  });
}
