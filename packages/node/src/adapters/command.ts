/** A program of the owner's own, run without a shell, for a limited time, and gone with all that it started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export interface CommandOptions {
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** Ends the program at once. */
  readonly signal: AbortSignal;
}

/** The program did not end well. `output` is the end of what it wrote. */
export class CommandError extends Error {
  readonly code: 'NOT_STARTED' | 'EXIT' | 'TIME' | 'ABORTED';
  readonly output: string;
  constructor(code: CommandError['code'], message: string, output = '') {
    super(output === '' ? message : `${message}; its last words: ${output}`);
    this.name = 'CommandError';
    this.code = code;
    this.output = output;
  }
}

/** Characters of output that are kept. */
const KEPT = 2_000;
/** Milliseconds in which the last output of a program that has ended is waited for. */
const LAST_WORDS = 200;

/** The program leads a process group of its own, so that what it started ends with it. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

/** Resolves when `argv` (program, then arguments; looked up in PATH) has ended with status 0. Throws CommandError. */
export async function runCommand(argv: readonly string[], { env, seconds, signal }: CommandOptions): Promise<void> {
  const [program = '', ...args] = argv;
  const said = `the train command “${argv.join(' ')}”`;
  if (signal.aborted) throw new CommandError('ABORTED', `${said} was not started: the attempt is over`);
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-KEPT);
    });
  const closed = once(child, 'close').catch(() => undefined);
  let ended: 'TIME' | 'ABORTED' | undefined;
  const end = (why: typeof ended) => (): void => {
    ended ??= why;
    killGroup(child);
  };
  const onAbort = end('ABORTED');
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(end('TIME'), seconds * 1_000);
  try {
    const [code, how] = (await once(child, 'exit').catch((error: Error) => {
      throw new CommandError('NOT_STARTED', `${said} cannot be started (${error.message}): name a program that can`);
    })) as [number | null, string | null];
    killGroup(child);
    await Promise.race([closed, delay(LAST_WORDS)]);
    if (ended === 'TIME')
      throw new CommandError(
        'TIME',
        `${said} took longer than the ${seconds} s that are left to train and was ended`,
        output,
      );
    if (ended === 'ABORTED') throw new CommandError('ABORTED', `${said} was ended: the attempt is over`);
    if (code !== 0)
      throw new CommandError('EXIT', `${said} ended with ${how ?? `status ${code}`}, need status 0`, output);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    killGroup(child);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}
