import { existsSync, writeFileSync } from 'node:fs';
import { handVote } from '@concord/sdk';
import { defineCommand } from 'citty';
import { confirm } from '../ask.ts';
import { type Considered, consider, considerArgs } from '../consider.ts';
import { createRenderer } from '../render.ts';
import { verb } from '../verb.ts';

/** The text that the member agreed to lies where “concord member” looks for it. */
function keep({ settings, bytes }: Considered): void {
  const path = settings.need('charter');
  if (!existsSync(path)) writeFileSync(path, bytes, { flag: 'wx' });
}

/** `concord vote`: a member’s vote, signed here, carried by a relayer. */
export const vote = verb(
  {
    example: 'concord vote --folder hospital-a --relayer http://10.0.0.5:7600',
    next: 'Start “concord member” in the same folder and leave it running; “concord status” says whether the charter has passed.',
  },
  defineCommand({
    meta: {
      name: 'vote',
      description:
        'Vote for (or against) a proposed charter: shows it in plain words, checks your data against it, asks, signs. The relayer pays.',
    },
    args: { ...considerArgs, against: { type: 'boolean', description: 'vote no' } },
    run: async ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      const considered = await consider(args, render);
      const { run, own, signer } = considered;
      const support = args.against !== true;
      const before = run.votes.get(own.address);
      if (before !== undefined) {
        render.line(`  you voted ${before ? 'yes' : 'no'} already; a member votes once`, 'warn');
      } else {
        if (!(await confirm(`Vote ${support ? 'YES' : 'NO'} as ${own.address}?`, args.yes === true))) {
          render.line('  nothing was sent', 'warn');
          process.exitCode = 1;
          return;
        }
        const { transaction } = await handVote(signer, run.charterId, support);
        render.line(`  voted ${support ? 'yes' : 'no'}: ${transaction ?? 'it stood on chain already'}`, 'good');
      }
      if (support) keep(considered);
      if (args.json === true)
        render.document({ charterId: run.charterId, voter: own.address, support: before ?? support });
    },
  }),
);
