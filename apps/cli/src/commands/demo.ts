import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { CHEATS, shortened } from '../demo/cheats.ts';
import { runDemo } from '../demo/run.ts';
import { cardText } from '../model/cardText.ts';
import { createRenderer } from '../render.ts';
import { isRefusedProposal, showRefusedProposal } from '../demo/refusedProposal.ts';
import { type DemoFacts, type FinishedFacts, isFinished, toDocument } from '../demo/document.ts';
import { EXAMPLE_NAMES, EXAMPLES, loadFederation, readCharterFile } from '../demo/examples.ts';

/** The document, and beside it the card of the model, if there is one. */
function leave(out: string, document: unknown, facts: DemoFacts | FinishedFacts): void {
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
  writeFileSync(out, json(document));
  if (!isFinished(facts)) return;
  const stem = out.replace(/\.json$/, '');
  writeFileSync(`${stem}.card.json`, json(facts.card));
  writeFileSync(`${stem}.card.md`, cardText(facts.card));
}

/** `npm start`: the whole story on one machine, from a voted charter to a verified model that a contract calls. */
export const demo = defineCommand({
  meta: {
    name: 'demo',
    description: 'Organisations learn together: chain, members, vote, private training, verdict; one machine.',
  },
  args: {
    example: {
      type: 'string',
      description: EXAMPLE_NAMES.map((name) => `${name} (${EXAMPLES[name].title})`).join(', '),
      default: 'wallets',
    },
    rounds: { type: 'string', description: 'training rounds instead of the charter’s' },
    epsilon: { type: 'string', description: 'privacy budget ε instead of the charter’s' },
    seeds: { type: 'string', description: 'seeds of the non-private rows of the table', default: '3' },
    data: { type: 'string', description: 'folder with the data sets (default: CONCORD_DATA, else ../shared/data)' },
    cheat: { type: 'string', description: `one party lies: ${CHEATS.join(', ')}; ends in a red verdict, exit code 1` },
    committee: { type: 'string', description: 'separate staked aggregators, drawn each round: SHARESx2, such as 8x2' },
    keep: { type: 'boolean', description: 'leave everything running and print how to verify from another terminal' },
    json: { type: 'boolean', description: 'write the facts as one JSON document, alone on stdout' },
    out: {
      type: 'string',
      description: 'write the JSON document to this file, and the model card beside it (.card.json, .card.md)',
    },
  },
  run: async ({ args }) => {
    const render = createRenderer({ json: args.json === true });
    const name = EXAMPLE_NAMES.find((each) => each === args.example);
    if (name === undefined)
      throw new Error(`--example: have “${args.example}”, need one of ${EXAMPLE_NAMES.join(', ')}`);
    const file = readCharterFile(name);
    const number = (name: string, text: string | undefined, least: number): number | undefined => {
      if (text === undefined) return undefined;
      const value = Number(text);
      if (!(value >= least)) throw new Error(`--${name}: have “${text}”, need a number of at least ${least}`);
      return value;
    };
    const rounds = number('rounds', args.rounds, 1);
    const epsilon = number('epsilon', args.epsilon, 0.01);
    const shares = args.committee === undefined ? undefined : Number(/^(\d+)x2$/.exec(args.committee)?.[1]);
    if (shares !== undefined && !(shares >= 2 && shares <= 16))
      throw new Error(`--committee: have “${args.committee}”, need SHARESx2 with 2 to 16 shares, such as 8x2`);
    const cheat = CHEATS.find((each) => each === args.cheat);
    if (args.cheat !== undefined && cheat === undefined)
      throw new Error(`--cheat: have “${args.cheat}”, need one of ${CHEATS.join(', ')}`);
    if (shares !== undefined && (cheat === 'lying-sum' || cheat === 'wrong-model'))
      throw new Error(`--cheat ${cheat}: have --committee, need a demo whose members hold the shares: leave it out`);
    const terms = {
      ...(cheat === undefined ? file.terms : shortened(file.terms, cheat)),
      ...(rounds !== undefined && { trainingRounds: Math.floor(rounds) }),
      ...(epsilon !== undefined && { epsilon }),
    };
    // Only staked holders can be slashed.
    const committee = shares ?? (cheat === 'two-sets' ? 3 : undefined);
    const folder = mkdtempSync(join(tmpdir(), 'concord-'));
    const federation = await loadFederation(EXAMPLES[name], {
      folder: args.data,
      download: process.stdout.isTTY === true,
    });
    const playing = runDemo({
      render,
      folder,
      example: EXAMPLES[name],
      federation,
      file: { text: file.text, terms },
      seeds: Math.floor(number('seeds', args.seeds, 1) ?? 3),
      keep: args.keep === true,
      ...(cheat && { cheat }),
      ...(committee !== undefined && { committee }),
    });
    const facts = await playing.catch((error: unknown) => {
      if (!isRefusedProposal(error)) throw error;
      return showRefusedProposal(render, error);
    });
    if ('refused' in facts) {
      if (args.json === true) render.document({ ...(cheat && { cheat }), ...facts });
      if (args.keep !== true) rmSync(folder, { recursive: true, force: true });
      process.exitCode = 1;
      return;
    }
    const document = toDocument(facts);
    if (args.json === true) render.document(document);
    if (args.out !== undefined) leave(args.out, document, facts);
    if (args.keep !== true) rmSync(folder, { recursive: true, force: true });
    process.exitCode = facts.verify.verdict === 'PASS' && cheat === undefined ? 0 : 1;
  },
});
