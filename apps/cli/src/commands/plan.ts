import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeCharterText } from '@concord/protocol';
import {
  type Budget,
  dayPicture,
  frontPicture,
  goalOf,
  gridOf,
  type Holders,
  holdersOf,
  pageOf,
  parseBudget,
  parseGoal,
  type Plan,
  plan as answer,
  type Prices,
  roundPicture,
  svgFile,
} from '@concord/planner';
import { defineCommand } from 'citty';
import { calibrated, piloted, reused, taught, withEarlierRows } from '../plan/ground.ts';
import { chainBehind } from '../plan/gasHistory.ts';
import { readPrices } from '../plan/prices.ts';
import { showPlan } from '../plan/showPlan.ts';
import { readTask, taskArgs } from '../plan/task.ts';
import { writtenDraft } from '../plan/writeDraft.ts';
import { createRenderer, type Renderer } from '../render.ts';
import { integer, SettingError, url } from '../settings/checks.ts';
import { verb } from '../verb.ts';

const HOLDERS = /^(members|\d+)$/;

/** “members,8,16”: who else may hold the shares. */
function readHolders(said: string | undefined): readonly Holders[] {
  return (said?.split(',') ?? []).map((each) => {
    const word = each.trim();
    if (!HOLDERS.test(word))
      throw new SettingError(
        '--holders',
        `have “${word}”, need “members” or numbers of pairs from 2 to 64, such as “members,8”`,
      );
    return word === 'members' ? 'members' : integer(2, 64)(word, '--holders');
  });
}

/** The person's prices, and before them the chain that an RPC tells of. */
async function pricesOf(path: string | undefined, rpc: string | undefined, render: Renderer): Promise<Prices> {
  const prices = readPrices(path);
  if (rpc === undefined) return prices;
  render.status('  reading the gas price of the last day from the chain …');
  const chain = await chainBehind(url(rpc, '--rpc'), prices.chains[0]!);
  return { ...prices, chains: [chain, ...prices.chains] };
}

/** The draft's holders are one of the choices always; a budget's error says which piece it is about. */
const budgetOf = (said: string | undefined): Budget => (said === undefined ? {} : parseBudget(said));

function writeFolder(folder: string, plan: Plan): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const files: readonly (readonly [string, string])[] = [
    ['plan.json', `${JSON.stringify(plan, undefined, 1)}\n`],
    ['plan.html', pageOf(plan)],
    ['front.svg', svgFile(frontPicture(plan))],
    ['round.svg', svgFile(roundPicture(plan))],
    ['day.svg', svgFile(dayPicture(plan))],
  ];
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  return files.map(([name]) => join(folder, name));
}

/** Writes the planned draft, and says which lines changed. */
function writeDraft(from: string, to: string, plan: Plan, render: Renderer): void {
  const { text, changes } = writtenDraft(readFileSync(from, 'utf8'), plan.draft);
  writeFileSync(to, text, { flag: 'wx' });
  render.title('The planned draft');
  for (const { path, was, becomes } of changes) render.line(`  ${path}: ${was} → ${becomes}`);
  if (changes.length === 0) render.line('  nothing changes');
  render.line(`  written to ${to}`, 'good');
  const { choice } = plan.recommended;
  if (choice.epsilon !== undefined || (choice.committee?.shares ?? 'members') !== holdersOf(plan.question.draft))
    render.prose('Clauses are in your words: correct those that name ε, or who holds the shares.', '  ');
}

/** `concord plan`: what a draft costs, what it is worth, and which numbers would be better. */
export const plan = verb(
  {
    example:
      'concord plan charter.yaml --data data.csv --budget "20 USD, eps 4, 2 h" --out plan --write charter-planned.yaml',
    next: 'Open plan/plan.html. Ask again with another --budget or --goal in seconds: “--reuse plan/plan.json”. Then “concord charter check” the written draft and “concord propose” it.',
  },
  defineCommand({
    meta: {
      name: 'plan',
      description:
        'Say what a charter draft costs in money, gas, bytes, time and ε, what its model is expected to be worth, and which choices no other beats. Measures this machine for two seconds and tries the training out on your records, in this process; needs no chain.',
    },
    args: {
      file: { type: 'positional', required: true, description: 'charter draft, YAML' },
      ...taskArgs,
      budget: {
        type: 'string',
        description: 'what may be spent: “20 USD, eps 4, 2 h”, also “3 Mgas”, “2 GB a member”',
      },
      goal: {
        type: 'string',
        description:
          'a measure and its least value, “auc 0.95”, or only the measure (default: that of the text’s acceptance, else auc)',
      },
      prices: {
        type: 'string',
        description: 'price list, YAML (default: the example prices that are shipped, which are not today’s)',
      },
      rpc: {
        type: 'string',
        description: 'JSON-RPC address: read the gas price by the hour from that chain’s last day, and plan for it too',
      },
      holders: {
        type: 'string',
        description: 'who else may hold the shares, “members,8,16” (pairs of drawn aggregators); without it as drafted',
      },
      seconds: {
        type: 'string',
        default: '60',
        description: 'about how long the pilot may take; at least what one try of everything takes',
      },
      reuse: {
        type: 'string',
        description: 'plan.json of the same draft: takes its calibration and pilot instead of making new ones',
      },
      out: { type: 'string', description: 'folder for plan.json, plan.html and pictures' },
      write: { type: 'string', description: 'the draft with the recommended numbers; must not be there yet' },
      json: { type: 'boolean', description: 'write the plan as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      const budget = budgetOf(args.budget);
      const asked = args.goal === undefined ? undefined : parseGoal(args.goal);
      const task = readTask(withEarlierRows(args));
      const { draft, members, rows, records } = task;
      if (rows === undefined)
        throw new SettingError(
          '--rows',
          'how many records do members hold? Pass --data with your own records, or --rows “2000,1500,1200”',
        );
      const goal = asked && goalOf(asked);
      const seconds = integer(1, 3_600)(args.seconds, '--seconds');
      const holders = readHolders(args.holders);
      if (args.write !== undefined && existsSync(args.write))
        throw new SettingError('--write', `${args.write} is there already: name another file`);
      if (args.write !== undefined && !existsSync(dirname(args.write)))
        throw new SettingError('--write', `${dirname(args.write)} is not there: make it with mkdir`);
      if (args.out !== undefined && existsSync(args.out) && !statSync(args.out).isDirectory())
        throw new SettingError('--out', `${args.out} is a file: name a folder`);
      const metric = asked?.metric ?? decodeCharterText(draft.text).acceptance?.measure ?? 'auc';
      const earlier = args.reuse === undefined ? undefined : reused(args.reuse, task);
      if (goal && (earlier ? earlier.pilots[0]?.pilot.origin === 'synthetic' : records === undefined))
        throw new SettingError(
          '--goal',
          `made-up records say nothing about ${goal.least}: pass --data with real ones, or only the measure, “${goal.metric}”`,
        );
      const prices = await pricesOf(args.prices, args.rpc, render);
      const calibration = earlier?.calibration ?? (await calibrated(render));
      const grid = gridOf(draft, {
        ...{ chains: prices.chains, budget, holders },
        ...(prices.absence !== undefined && { absence: prices.absence }),
      });
      const pilots =
        earlier?.pilots ??
        (await piloted({ ...task, rows }, { metric, seconds, calibration, trainings: grid.training }, render));
      const assumed = records !== undefined && args.rows === undefined && records.length < members.length;
      const first = pilots[0]!.pilot;
      const leftOut = pilots.reduce((sum, { pilot }) => sum + pilot.leftOut.length, 0);
      const notes = [
        ...(assumed
          ? [`The other members are taken to hold about as many records as you, ${rows[0]}: say otherwise with --rows.`]
          : []),
        first.warning,
        ...(leftOut > 0
          ? [
              `The pilot ran out of time in ${leftOut} of its steps, so it is less sure than it could be: give it more with --seconds.`,
            ]
          : []),
      ];
      const known = { prices, calibration, pilots, notes, ...taught(pilots, metric) };
      const found = answer(
        { draft, members, records: rows, grid, budget, invented: first.origin === 'synthetic', ...(goal && { goal }) },
        known,
      );
      showPlan(render, found);
      if (args.out !== undefined) {
        const files = writeFolder(args.out, found);
        render.line();
        render.line(`  written: ${files.join(', ')}`, 'good');
      }
      if (args.write !== undefined) writeDraft(args.file, args.write, found, render);
      if (args.json === true) render.document(found);
      else if (args.write === undefined) {
        render.line();
        render.prose(
          'Next: “--write charter-planned.yaml” writes your draft with the recommended numbers, “--out plan” a page to show to others.',
          '  ',
        );
      }
      process.exitCode = found.misses.length === 0 ? 0 : 1;
    },
  }),
);
