import { decodeCharterText } from '@concord/protocol';
import { goalOf, isBroken, lint as looked, type Metric, parseGoal, PilotError, type Warning } from '@concord/planner';
import { defineCommand } from 'citty';
import { calibrated, piloted, reused, taught, withEarlierRows } from '../plan/ground.ts';
import { readPrices } from '../plan/prices.ts';
import { readTask, type Task, taskArgs } from '../plan/task.ts';
import { createRenderer, type Renderer, type Tone } from '../render.ts';
import { integer } from '../settings/checks.ts';
import { verb } from '../verb.ts';

const TONES: Readonly<Record<Warning['result'], Tone>> = { ok: 'good', look: 'warn', broken: 'bad', unjudged: 'warn' };

/** Where nobody said how many records there are, the most that the charter allows: that work takes longest. */
const rowsOr = ({ rows, draft, members }: Task): readonly number[] =>
  rows ?? members.map(() => draft.terms.maxRecords ?? 1);

interface Learned {
  readonly task: Task;
  readonly reuse: string | undefined;
  readonly seconds: number;
  readonly metric: Metric;
}

/** Calibration, and where records or their numbers are known what a pilot says; trees have none. */
async function grounds({ task, reuse, seconds, metric }: Learned, render: Renderer) {
  const earlier = reuse === undefined ? undefined : reused(reuse, task);
  const calibration = earlier?.calibration ?? (await calibrated(render));
  const { rows } = task;
  if (!earlier && rows === undefined) return { calibration };
  try {
    const trainings = [{}];
    const pilots =
      earlier?.pilots ??
      (await piloted({ ...task, rows: rowsOr(task) }, { metric, seconds, calibration, trainings }, render));
    return {
      calibration,
      learned: (of: Metric) => taught(pilots, of),
      invented: pilots[0]?.pilot.origin === 'synthetic',
    };
  } catch (error) {
    if (!(error instanceof PilotError && error.code === 'ALGORITHM')) throw error;
    render.prose(`no pilot: ${error.message}`, '  ');
    return { calibration };
  }
}

/** `concord charter lint`: can the draft do what it says, and does it cost more than it must? */
export const lint = verb(
  {
    example: 'concord charter lint charter.yaml --data data.csv --goal "auc 0.8"',
    next: 'Correct what is broken. “concord plan” finds numbers that cost less for the same worth, and writes them with --write.',
  },
  defineCommand({
    meta: {
      name: 'lint',
      description:
        'Warn about a charter draft that cannot reach its own bar, does not fit under its caps, before its sunset or into its deadlines, or costs a third more than it must. Exit 1 when something is broken. Needs no chain.',
    },
    args: {
      file: { type: 'positional', required: true, description: 'charter draft, YAML' },
      ...taskArgs,
      goal: { type: 'string', description: 'beside the text’s acceptance: a measure and its least value, “auc 0.95”' },
      prices: {
        type: 'string',
        description: 'price list, YAML; its chains are judged too (default: the example prices that are shipped)',
      },
      seconds: {
        type: 'string',
        default: '60',
        description: 'about how long the pilot may take; at least what one try of everything takes',
      },
      reuse: { type: 'string', description: 'plan.json of the same draft: takes its calibration and pilot' },
      json: { type: 'boolean', description: 'write the warnings as JSON, alone on stdout' },
    },
    run: async ({ args }) => {
      const render = createRenderer({ json: args.json === true });
      const asked = args.goal === undefined ? undefined : parseGoal(args.goal);
      const task = readTask(withEarlierRows(args));
      const prices = readPrices(args.prices);
      const seconds = integer(1, 3_600)(args.seconds, '--seconds');
      const metric = asked?.metric ?? decodeCharterText(task.draft.text).acceptance?.measure ?? 'auc';
      const known = await grounds({ task, reuse: args.reuse, seconds, metric }, render);
      const subject = { draft: task.draft, members: task.members, records: rowsOr(task) };
      const warnings = looked(
        subject,
        { ...known, prices, now: Math.floor(Date.now() / 1_000) },
        asked && goalOf(asked),
      );
      const broken = isBroken(warnings);
      render.title(`Lint: ${decodeCharterText(task.draft.text).name}`);
      for (const { check, result, says } of warnings)
        render.prose(says, `  ${render.paint(result.padEnd(8), TONES[result])} ${check.padEnd(9)} `);
      render.line();
      render.line(broken ? '  this draft cannot do what it says' : '  nothing is broken', broken ? 'bad' : 'good');
      if (args.json === true) render.document({ version: 1, broken, prices: prices.origin, warnings });
      process.exitCode = broken ? 1 : 0;
    },
  }),
);
