import { endpointOf } from '@concord/node';
import { handJoin } from '@concord/sdk';
import { defineCommand } from 'citty';
import { confirm } from '../ask.ts';
import { consider, considerArgs } from '../consider.ts';
import { createRenderer } from '../render.ts';
import { MEMBER_PORT } from '../settings/defaults.ts';
import { verb } from '../verb.ts';

/** `concord join`: where a member is reached, signed here, carried by a relayer. */
export const join = verb(
  {
    example:
      'concord join --folder hospital-a --relayer http://10.0.0.5:7600 --public-url https://concord.hospital-a.example',
    next: 'Only needed before the first start or to move: “concord member” announces its own address when it starts.',
  },
  defineCommand({
    meta: {
      name: 'join',
      description: 'Announce on chain where your node is reached: shows the charter, asks, signs. The relayer pays.',
    },
    args: considerArgs,
    run: async ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      const { run, own, signer, settings } = await consider(args, render);
      const [host, publicUrl, port] = [
        settings.need('host'),
        settings.get('publicUrl'),
        settings.get('port') ?? MEMBER_PORT,
      ];
      const endpoint = endpointOf({ host, ...(publicUrl !== undefined && { publicUrl }) }, port);
      if (!(await confirm(`Join as ${own.address}, reached at ${endpoint}?`, args.yes === true))) {
        render.line('  nothing was sent', 'warn');
        process.exitCode = 1;
        return;
      }
      const { transaction } = await handJoin(signer, run.charterId, endpoint);
      render.line(`  joined at ${endpoint}: ${transaction ?? 'it stood on chain already'}`, 'good');
      if (args.json === true) render.document({ charterId: run.charterId, member: own.address, endpoint });
    },
  }),
);
