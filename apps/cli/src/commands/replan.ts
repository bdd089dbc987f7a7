import { replan as answer, type Budget, parseBudget, ReplanError } from '@concord/planner';
import { emptyView, fold, getFacts, readCharterText } from '@concord/sdk';
import { defineCommand } from 'citty';
import { sourcesOf, textBytesOf } from '../appeal/read.ts';
import { connect, type Now, runMeant } from '../connect.ts';
import { plannedFor } from '../plan/earlierPlan.ts';
import { chainBehind } from '../plan/gasHistory.ts';
import { calibrated } from '../plan/ground.ts';
import { readPrices } from '../plan/prices.ts';
import { showReplan } from '../plan/showReplan.ts';
import { createRenderer } from '../render.ts';
import { integer, SettingError } from '../settings/checks.ts';
import { readSettings, type Settings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';

/** Facts that lie as deep as nodes want them, and the chain's clock. */
async function confirmed(settings: Settings): Promise<Now> {
  const { client, fromBlock } = await connect(settings);
  const head = await client.reader.getBlock();
  const block = head.number - BigInt(settings.need('confirmations'));
  const facts = block < fromBlock ? [] : await getFacts(client, fromBlock, block);
  return { facts, view: facts.reduce(fold, emptyView), block, time: Number(head.timestamp) };
}

const budgetOf = (said: string | undefined): Budget => {
  const budget = said === undefined ? {} : parseBudget(said);
  if (budget.epsilon !== undefined)
    throw new SettingError('--budget', 'ε is fixed by the charter: leave “eps” out, what is left of it is told anyway');
  return budget;
};

function rowsOf(said: string, members: number): readonly number[] {
  const rows = said.split(',').map((each) => integer(1)(each.trim(), '--rows'));
  if (rows.length !== 1 && rows.length !== members)
    throw new SettingError(
      '--rows',
      `have ${rows.length} numbers for ${members} members: give one for each, or one for all`,
    );
  return rows.length === 1 ? new Array<number>(members).fill(rows[0]!) : rows;
}

/** `concord replan`: what is left of a run, as things are now. */
export const replan = verb(
  {
    example:
      'concord replan --rpc http://10.0.0.5:8545 --deployment deployment.json --budget "5 USD" --plan plan/plan.json',
    next: 'Start relayers again with the “--max-gas-price” it says. Ask again after a few rounds: what is left is measured better with each. “concord status” says whom the run waits for now.',
  },
  defineCommand({
    meta: {
      name: 'replan',
      description:
        'Say what the rest of a running run will cost and take as things are, whether a cap ends it before its last round, when to go on, and how dear gas may be for a relayer to stay within a budget. Reads the chain and changes nothing.',
    },
    args: {
      ...settingArgs('rpc', 'deployment', 'charter', 'confirmations'),
      run: { type: 'string', description: 'charter id; needed where there are several runs' },
      budget: {
        type: 'string',
        description: 'what the rest may take: “5 USD”, “2 Mgas”, “3 h”, “2 GB a member”; what was spent is not counted',
      },
      plan: {
        type: 'string',
        description:
          'plan.json that the run was begun with: takes its calibration and records, and says what moved since',
      },
      rows: {
        type: 'string',
        description:
          'how many records members hold, “2000,1500”, or one number for all (default: as in --plan, else as many as the charter allows)',
      },
      prices: {
        type: 'string',
        description:
          'price list, YAML; its first chain says what the RPC does not (default: that of --plan, else the example prices that are shipped, which are not today’s)',
      },
      json: { type: 'boolean', description: 'write the answer as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      const budget = budgetOf(args.budget);
      const settings = readSettings(args);
      const now = await confirmed(settings);
      const run = runMeant(now, { id: args.run });
      const { charter } = run;
      const planned = args.plan === undefined ? undefined : plannedFor(args.plan, charter);
      const textBytes = await textBytesOf(settings, run, sourcesOf(settings, run, now.view, undefined));
      const compiled = { charter, textBytes, text: readCharterText(textBytes, charter.textDigest) };
      const most = charter.aggregation.unit === 1 ? charter.aggregation.maxRecords : 1;
      const records =
        args.rows === undefined
          ? (planned?.records ?? new Array<number>(charter.members.length).fill(most))
          : rowsOf(args.rows, charter.members.length);
      const said = args.prices === undefined && planned ? planned.prices : readPrices(args.prices);
      const like = said.chains.find(({ name }) => planned && name === planned.chain) ?? said.chains[0]!;
      render.status('  reading the gas price of the last day from the chain …');
      const rpc = settings.need('rpc');
      const chain = await chainBehind(typeof rpc === 'string' ? rpc : rpc[0]!, like);
      const calibration = planned?.calibration ?? (await calibrated(render));
      try {
        const found = answer(
          { compiled, run, facts: now.facts, time: now.time, budget, records },
          { prices: { ...said, chains: [chain] }, calibration, ...(planned && { planned }) },
        );
        showReplan(render, found);
        if (args.json === true) render.document(found);
        else {
          render.line();
          render.prose(
            found.relayer.maxGasPrice !== undefined
              ? `Next: start relayers with “concord relayer --max-gas-price ${found.relayer.maxGasPrice}”.`
              : args.budget !== undefined
                ? 'Next: ask again after a few rounds.'
                : 'Next: ask again after a few rounds, or with --budget “5 USD” for the gas price that relayers should wait for.',
            '  ',
          );
        }
        process.exitCode = found.relayer.keeps && found.ends.every(({ spare }) => spare >= 0) ? 0 : 1;
      } catch (error) {
        if (error instanceof ReplanError) throw new SettingError('--run', `${run.charterId}: ${error.message}`);
        throw error;
      }
    },
  }),
);
