/** `concord <verb>`: one file a verb in commands/. */
import { defineCommand, runMain } from 'citty';
import { aggregator } from './commands/aggregator.ts';
import { archive } from './commands/archive.ts';
import { demand } from './commands/demand.ts';
import { demo } from './commands/demo.ts';
import { member } from './commands/member.ts';
import { relayer } from './commands/relayer.ts';
import { verify } from './commands/verify.ts';

const main = defineCommand({
  meta: {
    name: 'concord',
    version: '0.1.0',
    description: 'Train a model together under a charter that code enforces and anyone can verify.',
  },
  subCommands: { demo, member, aggregator, relayer, verify, archive, demand },
});

await runMain(main);
