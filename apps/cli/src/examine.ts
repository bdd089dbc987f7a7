/** What a node needs of its machine, its chain and its files, looked at one by one; each finding says what to do. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { endpointOf } from '@concord/node';
import type { ConcordClient, DeploymentFile } from '@concord/sdk';
import { createPublicClient, http } from 'viem';
import { readProposed } from './charterFile.ts';
import { connect, deploymentOf, runMeant, viewNow } from './connect.ts';
import { readData, refusals } from './refusals.ts';
import { bytesText } from './render.ts';
import { AGGREGATOR_PORT, MEMBER_PORT, RELAYER_PORT } from './settings/defaults.ts';
import { readKey } from './settings/keyFile.ts';
import type { Settings } from './settings/settings.ts';

export interface Finding {
  readonly check: string;
  readonly result: 'ok' | 'look' | 'broken';
  readonly says: string;
}

export type Role = 'member' | 'aggregator' | 'relayer';
export const ROLES: readonly Role[] = ['member', 'aggregator', 'relayer'];
export const PORTS: Readonly<Record<Role, number>> = {
  member: MEMBER_PORT,
  aggregator: AGGREGATOR_PORT,
  relayer: RELAYER_PORT,
};

type Look = () => Promise<Omit<Finding, 'check'>> | Omit<Finding, 'check'>;
const ok = (says: string) => ({ result: 'ok', says }) as const;
const look = (says: string) => ({ result: 'look', says }) as const;
const broken = (says: string) => ({ result: 'broken', says }) as const;

/** Runs one look; what it throws is its finding. */
async function finding(check: string, act: Look): Promise<Finding> {
  try {
    return { check, ...(await act()) };
  } catch (error) {
    return { check, ...broken(error instanceof Error ? error.message : String(error)) };
  }
}

const LEAST_NODE = 24;
const LEAST_DISK = 1e9;
/** Seconds between this clock and the last block's before something is wrong with one of them. */
const MOST_SKEW = 120;

const node: Look = () =>
  Number(process.versions.node.split('.')[0]) >= LEAST_NODE
    ? ok(`Node ${process.versions.node}`)
    : broken(
        `Node ${process.versions.node}: install Node ${LEAST_NODE} or newer, or start it with “npm run concord --”, which brings its own`,
      );

const folder =
  (settings: Settings): Look =>
  () => {
    if (!existsSync(settings.folder)) return broken(`${settings.folder} is not there: make it with mkdir`);
    accessSync(settings.folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(settings.folder);
    const free = bavail * bsize;
    return free >= LEAST_DISK
      ? ok(`${settings.folder} is writable, ${bytesText(free)} free`)
      : look(
          `${settings.folder} has ${bytesText(free)} free: a run keeps all reports of its group, make room for ${bytesText(LEAST_DISK)}`,
        );
  };

const rpc =
  (settings: Settings): Look =>
  async () => {
    const urls = [settings.need('rpc')].flat();
    const ids = await Promise.all(
      urls.map((url) => {
        const reader = createPublicClient({ transport: http(url, { retryCount: 0, timeout: 5_000 }) });
        return reader.getChainId().catch(() => undefined);
      }),
    );
    const silent = urls.filter((_, i) => ids[i] === undefined);
    return silent.length > 0
      ? broken(`nobody answers at ${silent.join(', ')}: check the address, the chain’s node and the firewall`)
      : ok(urls.map((url, i) => `${url} answers, chain ${ids[i]}`).join('; '));
  };

const contracts =
  (client: ConcordClient): Look =>
  async () => {
    const { chainId: _, ...places } = client.deployment;
    for (const [name, address] of Object.entries(places)) {
      const code = await client.reader.getCode({ address });
      if (code === undefined)
        return broken(
          `no contract at ${address} (${name}): the deployment file is of another chain, or this node is behind`,
        );
    }
    return ok('there is code at every address of the deployment');
  };

const clock =
  (client: ConcordClient): Look =>
  async () => {
    const { timestamp, number } = await client.reader.getBlock();
    const skew = Math.round(Date.now() / 1000) - Number(timestamp);
    if (Math.abs(skew) <= MOST_SKEW) return ok(`block ${number} is ${skew} s old`);
    return look(
      skew > 0
        ? `block ${number} is ${skew} s old: the chain stands still, its node is behind, or this clock is fast (run an NTP service)`
        : `block ${number} is ${-skew} s in the future: this clock is slow (run an NTP service)`,
    );
  };

/** What another node says about itself, or undefined. */
async function statusAt(url: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const response = await fetch(`${url}/status`, { signal: AbortSignal.timeout(3_000) });
    return (await response.json()) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

const relayer =
  (settings: Settings): Look =>
  async () => {
    const url = settings.need('relayer');
    const status = await statusAt(url);
    if (status === undefined)
      return broken(`nobody answers at ${url}: ask whoever runs the relayer, or check the firewall`);
    if (status['relayer'] === undefined) return broken(`${url} answers, but is no relayer: check the port`);
    const left = status['roundsLeft'];
    const purse = `${url} answers; ${String(status['relayer'])} pays${status['balance'] === undefined ? '' : ` from ${String(status['balance'])} ether`}`;
    return typeof left === 'number' && left < 3
      ? look(`${purse}, which is good for ${left} rounds: send it some`)
      : ok(purse);
  };

const port =
  (settings: Settings, role: Role): Look =>
  async () => {
    const [host, number] = [settings.need('host'), settings.get('port') ?? PORTS[role]];
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      const probe = createServer();
      probe.once('error', resolve);
      probe.listen(number, host, () => probe.close(() => resolve(undefined)));
    });
    if (error === undefined) return ok(`${host}:${number} is free`);
    if (error.code !== 'EADDRINUSE')
      return broken(`cannot listen on ${host}:${number} (${error.code}): choose another with --host and --port`);
    return (await statusAt(`http://${host}:${number}`)) !== undefined
      ? ok(`${host}:${number}: a node answers there already`)
      : broken(`${host}:${number} is taken by another program: choose another with --port`);
  };

const reachable =
  (settings: Settings, role: Role): Look =>
  async () => {
    const publicUrl = settings.get('publicUrl');
    const host = settings.need('host');
    const endpoint = endpointOf(
      { host, ...(publicUrl !== undefined && { publicUrl }) },
      settings.get('port') ?? PORTS[role],
    );
    if (publicUrl === undefined)
      return host.startsWith('127.') || host === 'localhost'
        ? look(
            `others will be told ${endpoint}, which only this machine reaches: set host and publicUrl, unless all run on this machine`,
          )
        : ok(`others will be told ${endpoint}`);
    return (await statusAt(publicUrl)) === undefined
      ? look(
          `${publicUrl} does not answer from here: start the node, then check proxy, port and firewall from another machine`,
        )
      : ok(`${publicUrl} answers`);
  };

const charter =
  (settings: Settings, client: ConcordClient, { fromBlock }: DeploymentFile): Look =>
  async () => {
    const { digest, text } = readProposed(settings.need('charter'));
    const { address } = readKey(settings.need('key'));
    const run = runMeant(await viewNow(client, fromBlock), { textDigest: digest, voter: address });
    if (!run.charter.members.includes(address))
      return broken(`${address} is not one of the members of charter ${run.charterId}`);
    const { count } = readData(settings.need('data'), text);
    const refused = refusals(run.charter, text, count);
    return refused.length > 0
      ? broken(`the node would refuse it: ${refused.join('; ')}`)
      : ok(`“${text.name}” is on chain, you are a member, ${count} records fit its schema`);
  };

/** Everything that a node in this role needs, in the order in which to mend it. */
export async function examine(settings: Settings, role: Role): Promise<readonly Finding[]> {
  const findings = [
    await finding('node', node),
    await finding('folder', folder(settings)),
    await finding('key', () => ok(`${readKey(settings.need('key')).address}, readable by you alone`)),
    await finding('rpc', rpc(settings)),
  ];
  let client: ConcordClient | undefined;
  findings.push(
    await finding('deployment', async () => {
      client = (await connect(settings)).client;
      return ok(`of chain ${client.deployment.chainId}, as the RPC`);
    }),
  );
  if (client) findings.push(await finding('contracts', contracts(client)), await finding('clock', clock(client)));
  findings.push(await finding('port', port(settings, role)));
  if (role !== 'relayer') findings.push(await finding('reachable', reachable(settings, role)));
  if (role === 'member') {
    findings.push(await finding('relayer', relayer(settings)));
    if (client) findings.push(await finding('charter', charter(settings, client, deploymentOf(settings))));
  }
  return findings;
}
