/**
 * Three machines in one: network namespaces with a bridge in the first, each with its own loopback, ports and address.
 * What listens on 127.0.0.1 in one cannot be reached from another, as between real machines. Needs root on Linux.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Machine {
  readonly name: string;
  readonly ip: string;
  /** Runs a command there to its end. Throws with what it said when it fails. */
  run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): string;
  /** Starts a command there that writes to a log file: `run` blocks this process, which could not read from a pipe. */
  start(
    logFile: string,
    command: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): ChildProcess;
}

const ip = (...args: string[]): void => {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${(error?.message ?? stderr).trim()}`);
};

/** Addresses of the first network that is set aside for documentation and tests between networks (RFC 2544). */
const SUBNET = '198.18.77';

function machine(name: string, number: number): Machine {
  const inside = (command: string, args: readonly string[]): string[] => ['netns', 'exec', name, command, ...args];
  return {
    name,
    ip: `${SUBNET}.${number}`,
    run(command, args, env = {}) {
      const options = { encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 26 } as const;
      const { status, stdout, stderr } = spawnSync('ip', inside(command, args), options);
      if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
      return stdout;
    },
    start(logFile, command, args, env = {}) {
      const log = openSync(logFile, 'a');
      const child = spawn('ip', inside(command, args), {
        env: { ...process.env, ...env },
        stdio: ['ignore', log, log],
      });
      closeSync(log);
      return child;
    },
  };
}

/**
 * So many machines on one network, and how to take them down. Throws when this system does not allow it, having left
 * nothing behind.
 */
export function createMachines(count: number): { readonly machines: readonly Machine[]; remove(): void } {
  const machines = Array.from({ length: count }, (_, i) => machine(`concord-${process.pid}-${i + 1}`, i + 1));
  const made: Machine[] = [];
  const remove = (): void => {
    for (const { name } of made.splice(0)) spawnSync('ip', ['netns', 'delete', name]);
  };
  try {
    for (const each of machines) {
      ip('netns', 'add', each.name);
      made.push(each);
      ip('-n', each.name, 'link', 'set', 'lo', 'up');
    }
    const [hub, ...others] = machines;
    ip('-n', hub!.name, 'link', 'add', 'bridge0', 'type', 'bridge');
    ip('-n', hub!.name, 'address', 'add', `${hub!.ip}/24`, 'dev', 'bridge0');
    ip('-n', hub!.name, 'link', 'set', 'bridge0', 'up');
    for (const [i, other] of others.entries()) {
      ip('-n', hub!.name, 'link', 'add', `port${i}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', other.name);
      ip('-n', hub!.name, 'link', 'set', `port${i}`, 'master', 'bridge0', 'up');
      ip('-n', other.name, 'address', 'add', `${other.ip}/24`, 'dev', 'eth0');
      ip('-n', other.name, 'link', 'set', 'eth0', 'up');
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { machines, remove };
}
