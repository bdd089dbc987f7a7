import { existsSync, writeFileSync } from 'node:fs';
import { deploy as deployContracts, encodeDeployment } from '@concord/sdk';
import { defineCommand } from 'citty';
import { createRenderer, thousands } from '../render.ts';
import { SettingError } from '../settings/checks.ts';
import { readKey } from '../settings/keyFile.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';

/** `concord deploy`: the contracts on a chain, once for everybody; nobody owns them. */
export const deploy = verb(
  {
    example: 'concord deploy --rpc http://10.0.0.5:8545 --folder relayer',
    next: 'Send the deployment file to every member and aggregator: it is public, and all verbs find the contracts by it. Then “concord relayer” in the same folder.',
  },
  defineCommand({
    meta: {
      name: 'deploy',
      description:
        'Put the contracts on a chain and write the deployment file. Nobody owns them afterwards, not even you; the key pays the gas.',
    },
    args: {
      ...settingArgs('rpc', 'key', 'deployment'),
      json: { type: 'boolean', description: 'write the deployment as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const settings = readSettings(args);
      const path = settings.need('deployment');
      const rpcUrl = settings.need('rpc');
      if (existsSync(path))
        throw new SettingError('deployment', `${path} is there already: use it, or name another with --deployment`);
      const { privateKey, address } = readKey(settings.need('key'));
      const { block, gas, ...deployed } = await deployContracts({ rpcUrl, account: privateKey });
      const text = encodeDeployment({ ...deployed, fromBlock: block });
      writeFileSync(path, text, { flag: 'wx' });
      const render = createRenderer({ json: args.json === true });
      render.line(
        `  chain ${deployed.chainId}, block ${block}: contracts deployed for ${thousands(gas)} gas, paid by ${address}`,
      );
      for (const name of ['charters', 'rounds', 'inference', 'appeals', 'market'] as const)
        render.line(`  ${name.padEnd(10)} ${deployed[name]}`);
      render.line(`  written to ${path}`);
      if (args.json === true) render.document({ ...JSON.parse(text), gas });
    },
  }),
);
