/** `concord <verb>`: one file a verb in commands/. */
import { type ArgsDef, type CommandDef, defineCommand, runMain } from 'citty';
import { aggregator } from './commands/aggregator.ts';
import { archive } from './commands/archive.ts';
import { demo } from './commands/demo.ts';
import { member } from './commands/member.ts';
import { relayer } from './commands/relayer.ts';
import { verify } from './commands/verify.ts';
import { createRenderer } from './render.ts';

/** Errors with a code say in their message what to do next: a stack would only hide it. */
const plainly = <A extends ArgsDef>(command: CommandDef<A>): CommandDef<A> => ({
  ...command,
  run: async (context) => {
    try {
      await command.run?.(context);
    } catch (error) {
      if (!(error instanceof Error) || typeof (error as { code?: unknown }).code !== 'string') throw error;
      createRenderer({ json: true }).line(error.message, 'bad');
      process.exit(1);
    }
  },
});

const main = defineCommand({
  meta: {
    name: 'concord',
    version: '0.1.0',
    description: 'Train a model together under a charter that code enforces and anyone can verify.',
  },
  subCommands: {
    demo: plainly(demo),
    member: plainly(member),
    aggregator: plainly(aggregator),
    relayer: plainly(relayer),
    verify: plainly(verify),
    archive: plainly(archive),
  },
});

await runMain(main);
