/** Children of the demo: real processes with a log file each, restarted never, stopped always. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const COMPILE_CACHE = fileURLToPath(new URL('../../../../.concord/compile-cache', import.meta.url));

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves with what ended it, when it ends. */
  readonly ended: Promise<string>;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Starts `concord <verb> --config <file>`; its output goes to <folder>/<name>.log. */
export function startChild(name: string, verb: string, configFile: string, folder: string): Child {
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const child: ChildProcess = spawn(process.execPath, ['--no-warnings', MAIN, verb, '--config', configFile], {
    stdio: ['ignore', log, log],
    // Two dozen processes start from the same sources: they compile them once.
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, CONCORD_PARENT: String(process.pid) },
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  return {
    name,
    pid: child.pid ?? -1,
    ended,
    logFile,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** The last lines that a child wrote, for an error message. */
export const lastWords = (child: Child, lines = 5): string =>
  readFileSync(child.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
