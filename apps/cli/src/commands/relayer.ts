import { type RelayerConfig, startRelayer } from '@concord/node';
import { defineCommand } from 'citty';
import { formatEther } from 'viem';
import { connect } from '../connect.ts';
import { createRenderer } from '../render.ts';
import { integer } from '../settings/checks.ts';
import { RELAYER_PORT } from '../settings/defaults.ts';
import { readKey } from '../settings/keyFile.ts';
import { relayerConfig } from '../settings/nodeConfig.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';
import { logLine } from './log.ts';
import { untilAsked } from './untilAsked.ts';

/** Settings as a node takes them; says who pays, and from what. */
async function configured(args: Readonly<Record<string, unknown>>): Promise<RelayerConfig> {
  const render = createRenderer({ json: true });
  const settings = readSettings(args);
  const { privateKey, address } = readKey(settings.need('key'));
  const { client, fromBlock } = await connect(settings, privateKey);
  const balance = await client.reader.getBalance({ address });
  render.line(
    `  ${address} pays for everything that lands; it has ${formatEther(balance)} ether`,
    balance === 0n ? 'bad' : 'plain',
  );
  if (balance === 0n)
    render.prose('Nothing can land until you send it some; it is asked for again every half minute.', '  ');
  const { chainId: _, ...contracts } = client.deployment;
  const maxGasPrice = settings.get('maxGasPrice');
  return {
    privateKey,
    rpcUrl: settings.need('rpc'),
    contracts,
    fromBlock: Number(fromBlock),
    host: settings.need('host'),
    port: settings.get('port') ?? RELAYER_PORT,
    confirmations: settings.need('confirmations'),
    pollMilliseconds: settings.need('poll'),
    appealsPerDay: integer(0)(args['appeals'] ?? 0, '--appeals'),
    ...(maxGasPrice !== undefined && { maxGasPrice }),
  };
}

/** `concord relayer`: carries signed statements to the chain and pays for it, until it is asked to stop. */
export const relayer = verb(
  {
    example: 'concord relayer --folder relayer --rpc http://127.0.0.1:8545 --host 0.0.0.0',
    next: 'Tell members its address (port 7600 unless told). It holds no secret of any run: kill it, move it, run two. It logs “low balance” when fewer than three rounds can be paid, and “held back” while gas is dearer than --max-gas-price and waiting costs nothing but time.',
  },
  defineCommand({
    meta: { name: 'relayer', description: 'Carry members’ signed votes and posts to the chain and pay the gas.' },
    args: {
      config: { type: 'string', description: 'everything in one JSON file instead of folder and options' },
      ...settingArgs('rpc', 'deployment', 'key', 'host', 'port', 'confirmations', 'poll', 'maxGasPrice'),
      appeals: {
        type: 'string',
        description: 'appeals against finished models to carry in a day, about 67 000 gas each (default: 0)',
      },
    },
    run: async ({ args }) => {
      const config = args.config === undefined ? await configured(args) : relayerConfig(args.config);
      const node = await startRelayer({ ...config, log: logLine });
      logLine('ready', { ...node.status(), endpoint: node.endpoint });
      await Promise.race([untilAsked(), node.ended]);
      await node.stop();
    },
  }),
);
