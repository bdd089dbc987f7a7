import { anyMembers } from '@concord/planner';
import { charterFacts } from '@concord/sdk';
import { defineCommand } from 'citty';
import { compileDraft, readMembers, unreplaced } from '../charterFile.ts';
import { showCharter } from '../charterWords.ts';
import { readData, refusals } from '../refusals.ts';
import { createRenderer } from '../render.ts';
import { lint } from './lint.ts';
import { integer } from '../settings/checks.ts';
import { verb } from '../verb.ts';

const check = verb(
  {
    example: 'concord charter check charter.yaml --members members.txt --data data.csv',
    next: 'Show what it prints to those who will vote. “concord charter lint” says whether it can do what it says, “concord plan” what it costs in money and which numbers cost less. When all agree: “concord propose”.',
  },
  defineCommand({
    meta: {
      name: 'check',
      description:
        'Explain a charter draft in plain words: every clause, the noise that its ε takes, gas and bytes, and what a member’s node would refuse. Needs no chain.',
    },
    args: {
      file: { type: 'positional', required: true, description: 'charter draft, YAML' },
      members: { type: 'string', description: 'file with one address a line, or addresses with commas between' },
      count: { type: 'string', description: 'how many members, while their addresses are not known', default: '3' },
      data: {
        type: 'string',
        description: 'your own records, CSV: are they what the charter asks for? They do not leave this process',
      },
      json: { type: 'boolean', description: 'write the facts as JSON, alone on stdout' },
    },
    run: ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      const members =
        args.members === undefined ? anyMembers(integer(3, 255)(args.count, '--count')) : readMembers(args.members);
      const { charter, text } = compileDraft(args.file, members);
      showCharter(render, charter, text);
      const records = args.data === undefined ? undefined : readData(args.data, text).count;
      const refused = refusals(charter, text, records);
      const left = unreplaced(args.file);
      if (left.length > 0) {
        render.title('Not ready to be proposed');
        render.prose(
          `Lines ${left.join(', ')} still say REPLACE: correct what stands there by public knowledge, then take the word away.`,
          '  ',
        );
      }
      render.title('What a member’s node would refuse');
      if (records !== undefined) render.line(`  your ${records} records fit the schema`);
      for (const each of refused) render.prose(each, '  – ');
      if (refused.length === 0) render.line('  nothing', 'good');
      if (args.json === true)
        render.document({
          ...charterFacts(charter, text),
          ...(records !== undefined && { records }),
          unreplaced: left,
          refused,
        });
      process.exitCode = refused.length === 0 ? 0 : 1;
    },
  }),
);

/** `concord charter`: what a draft says. */
export const charter = defineCommand({
  meta: { name: 'charter', description: 'Explain a charter draft before anybody votes.' },
  subCommands: { check, lint },
});
