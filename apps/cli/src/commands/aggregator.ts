import { type AggregatorConfig, endpointOf, startAggregator } from '@concord/node';
import {
  type ConcordClient,
  type Landed,
  registerAggregator,
  resign as resignStake,
  withdraw as withdrawStake,
} from '@concord/sdk';
import { liars } from '@concord/testing';
import { defineCommand } from 'citty';
import { parseEther } from 'viem';
import { connect, deploymentOf } from '../connect.ts';
import { createRenderer } from '../render.ts';
import { SettingError } from '../settings/checks.ts';
import { AGGREGATOR_PORT } from '../settings/defaults.ts';
import { readKey } from '../settings/keyFile.ts';
import { aggregatorConfig } from '../settings/nodeConfig.ts';
import { readSettings, type Settings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';
import { logLine } from './log.ts';
import { untilAsked } from './untilAsked.ts';

const json = { json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' } } as const;

function reached(settings: Settings): { readonly host: string; readonly port: number; readonly publicUrl?: string } {
  const publicUrl = settings.get('publicUrl');
  return {
    host: settings.need('host'),
    port: settings.get('port') ?? AGGREGATOR_PORT,
    ...(publicUrl !== undefined && { publicUrl }),
  };
}

function configured(args: Readonly<Record<string, unknown>>): AggregatorConfig {
  const settings = readSettings(args);
  const { charters, rounds, inference, fromBlock } = deploymentOf(settings);
  return {
    privateKey: readKey(settings.need('key')).privateKey,
    rpcUrl: settings.need('rpc'),
    contracts: { charters, rounds, inference },
    fromBlock: Number(fromBlock),
    ...reached(settings),
    confirmations: settings.need('confirmations'),
    pollMilliseconds: settings.need('poll'),
    folder: settings.need('store'),
  };
}

const runArgs = {
  config: { type: 'string', description: 'everything in one JSON file instead of folder and options' },
  ...settingArgs('rpc', 'deployment', 'key', 'store', 'host', 'port', 'publicUrl', 'confirmations', 'poll'),
} as const;

const run = verb(
  {
    example: 'concord aggregator --folder holder --host 0.0.0.0 --public-url https://holder.example',
    next: 'Keep it up: a drawn holder that is silent costs a round its attempt. To stop for good: “concord aggregator resign”, and wait for rounds that it sits in.',
  },
  defineCommand({
    meta: { name: 'run', description: 'Hold shares in committees that your registered stake is drawn into.' },
    args: runArgs,
    run: async ({ args }) => {
      const { cheat, ...config } =
        args.config === undefined ? { ...configured(args), cheat: undefined } : aggregatorConfig(args.config);
      const parts = cheat === undefined ? {} : liars[cheat]();
      const node = await startAggregator({ ...config, log: logLine }, parts);
      logLine('ready', { ...node.status(), endpoint: node.endpoint });
      await Promise.race([untilAsked(), node.ended]);
      await node.stop();
    },
  }),
);

/** One transaction of the aggregator's own account. */
async function pay(
  args: Readonly<Record<string, unknown>> & { readonly json?: boolean | undefined },
  act: (client: ConcordClient, settings: Settings) => Promise<Landed>,
  done: string,
): Promise<void> {
  const settings = readSettings(args);
  const { privateKey, address } = readKey(settings.need('key'));
  const { client } = await connect(settings, privateKey);
  const landed = await act(client, settings);
  const render = createRenderer({ json: args.json === true });
  render.line(`  ${address}: ${done} in block ${landed.block} for ${landed.gas} gas`, 'good');
  if (args.json === true) render.document({ aggregator: address, ...landed });
}

const payArgs = { ...settingArgs('rpc', 'deployment', 'key'), ...json } as const;

const register = verb(
  {
    example: 'concord aggregator register --stake 1 --folder holder --public-url https://holder.example',
    next: '“concord aggregator” in the same folder. The stake burns if the key ever signs two different things about one attempt: never run one key twice.',
  },
  defineCommand({
    meta: {
      name: 'register',
      description: 'Stake ether and announce where your node is reached; again to add more, to move, or to come back.',
    },
    args: {
      stake: { type: 'string', required: true, description: 'ether to add, such as 1 or 0.5' },
      ...payArgs,
      ...settingArgs('host', 'port', 'publicUrl'),
    },
    run: ({ args }) => {
      if (!/^\d+(\.\d{1,18})?$/.test(args.stake))
        throw new SettingError('--stake', `have “${args.stake}”, need ether as a decimal, such as 0.5`);
      const stake = parseEther(args.stake);
      return pay(
        args,
        (client, settings) => {
          const { port, ...where } = reached(settings);
          return registerAggregator(client, { endpoint: endpointOf(where, port), stake });
        },
        `registered with ${args.stake} ether more`,
      );
    },
  }),
);

const resign = verb(
  {
    example: 'concord aggregator resign --folder holder',
    next: 'Keep it running until rounds that it sits in are over; seven days later “concord aggregator withdraw”.',
  },
  defineCommand({
    meta: { name: 'resign', description: 'Leave the roster: no later draw has you.' },
    args: payArgs,
    run: ({ args }) => pay(args, resignStake, 'resigned'),
  }),
);

const withdraw = verb(
  { example: 'concord aggregator withdraw --folder holder', next: 'Nothing: the stake is back at the key’s address.' },
  defineCommand({
    meta: { name: 'withdraw', description: 'Take a resigned stake back, seven days after resigning at the earliest.' },
    args: payArgs,
    run: ({ args }) => pay(args, withdrawStake, 'withdrew its stake'),
  }),
);

/** `concord aggregator`: holds shares whenever its stake is drawn into a committee; its stake, in and out. */
export const aggregator = defineCommand({
  meta: {
    name: 'aggregator',
    description:
      'Hold shares in committees that your registered stake is drawn into; register, resign and withdraw that stake.',
  },
  args: runArgs,
  default: 'run',
  subCommands: { run, register, resign, withdraw },
});
