import { type MemberConfig, startMember } from '@concord/node';
import { liars } from '@concord/testing';
import { defineCommand } from 'citty';
import { confirm } from '../ask.ts';
import { deploymentOf } from '../connect.ts';
import { consider, considerArgs } from '../consider.ts';
import { createRenderer } from '../render.ts';
import { SettingError } from '../settings/checks.ts';
import { MEMBER_PORT } from '../settings/defaults.ts';
import { memberConfig } from '../settings/nodeConfig.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';
import { argvOf } from './argv.ts';
import { logLine } from './log.ts';
import { untilAsked } from './untilAsked.ts';

// A node writes events, not a document.
const { json: _json, ...askArgs } = considerArgs;

/** Settings as a node takes them; asks for consent unless this key has voted yes on chain. */
async function configured(
  args: Parameters<typeof consider>[0] & { readonly yes?: boolean | undefined },
): Promise<MemberConfig> {
  const render = createRenderer({ json: true });
  const { run, own, bytes } = await consider(args, render);
  const agreed =
    run.votes.get(own.address) === true ||
    (await confirm(`Take part in this run as ${own.address}?`, args.yes === true));
  if (!agreed) throw new SettingError('member', 'not started: you did not agree to the charter');
  const settings = readSettings(args);
  const { charters, rounds, inference, fromBlock } = deploymentOf(settings);
  const publicUrl = settings.get('publicUrl');
  return {
    privateKey: own.privateKey,
    rpcUrl: settings.need('rpc'),
    contracts: { charters, rounds, inference },
    fromBlock: Number(fromBlock),
    host: settings.need('host'),
    port: settings.get('port') ?? MEMBER_PORT,
    confirmations: settings.need('confirmations'),
    pollMilliseconds: settings.need('poll'),
    folder: settings.need('store'),
    dataFile: settings.need('data'),
    charterText: new TextDecoder().decode(bytes),
    charterId: run.charterId,
    relayerUrl: settings.need('relayer'),
    ...(publicUrl !== undefined && { publicUrl }),
  };
}

/** `concord member`: one member that is also an aggregator, until it is asked to stop. */
export const member = verb(
  {
    example: 'concord member --folder hospital-a --host 0.0.0.0 --public-url https://concord.hospital-a.example',
    next: 'Leave it running until “concord status” says that the run is finished, and as long as its bytes should be served. Killed, it goes on where it was: start it again in the same folder.',
  },
  defineCommand({
    meta: {
      name: 'member',
      description:
        'Hold records, train on them, and (without a committee) hold one share of every round. Shows the charter; asks first unless you voted yes.',
    },
    args: {
      config: {
        type: 'string',
        description: 'everything in one JSON file instead of folder and options; nothing is asked',
      },
      ...askArgs,
      ...settingArgs('store', 'confirmations', 'poll'),
      'train-command': {
        type: 'string',
        description:
          'a program of yours that trains in every round: reads CONCORD_PARAMETERS, CONCORD_ROUND_FILE, writes CONCORD_UPDATE',
      },
      shell: { type: 'boolean', description: 'run the train command by /bin/sh; without it no shell sees it' },
    },
    run: async ({ args }) => {
      const command = args['train-command'];
      if (command === undefined && args.shell === true)
        throw new SettingError('shell', 'have no --train-command, need one to run');
      const trainCommand = command === undefined ? {} : { trainCommand: argvOf(command, args.shell === true) };
      const { cheat, ...config } =
        args.config === undefined ? { ...(await configured(args)), cheat: undefined } : memberConfig(args.config);
      const parts = cheat === undefined ? {} : liars[cheat]();
      const node = await startMember({ ...config, ...trainCommand, log: logLine }, parts);
      logLine('ready', { ...node.status(), endpoint: node.endpoint });
      await Promise.race([untilAsked(), node.ended]);
      await node.stop();
    },
  }),
);
