/** A program of this repository as people start it: a real process with its own arguments, environment and folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; none unless given. */
  readonly input?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const start = (file: string, args: readonly string[], { cwd, env, input }: ProgramOptions): ChildProcess => {
  // What the machine's owner has set must not decide a test.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('CONCORD_'));
  const child = spawn(process.execPath, ['--no-warnings', file, ...args], {
    ...(cwd !== undefined && { cwd }),
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'concord-compiled'), ...Object.fromEntries(inherited), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  return child;
};

/** Runs a program to its end. */
export function runProgram(file: string, args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = start(file, args, options);
    const heard = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        heard[name] += text;
      });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...heard }));
  });
}

export interface RunningProgram {
  /** What it has written so far, both streams. */
  text(): string;
  /** Resolves when it has written something that matches; rejects when it ends before. */
  says(pattern: RegExp): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a program that runs until it is stopped. */
export function startProgram(file: string, args: readonly string[], options: ProgramOptions = {}): RunningProgram {
  const child = start(file, args, options);
  let text = '';
  let ended = false;
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      ended = true;
      resolve();
    });
  });
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  return {
    text: () => text,
    async says(pattern) {
      while (!pattern.test(text)) {
        if (ended) throw new Error(`${args.join(' ')} ended before it said ${pattern}:\n${text}`);
        await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 50))]);
      }
    },
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}
