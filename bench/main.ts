/** `npm run bench -- <name> [--json]`: runs one bench and prints its rows. */
import { loadKernels } from '../packages/node/src/adapters/kernels.ts';

interface Options {
  readonly json: boolean;
}

const BENCHES: Readonly<Record<string, (options: Options) => Promise<void>>> = {
  async allocation(options) {
    (await import('./allocation.ts')).run(options);
  },
  async protocol(options) {
    (await import('./protocol.ts')).run(options);
  },
  async kernels({ json }) {
    const { formatKernelRows, kernelRows } = await import('./kernels.ts');
    const rows = kernelRows(loadKernels(), 2 ** 20);
    console.log(json ? JSON.stringify(rows, null, 1) : formatKernelRows(rows));
  },
  async hospitals(options) {
    await (await import('./hospitals.ts')).run(options);
  },
  async guard(options) {
    await (await import('./guard.ts')).run(options);
  },
  async inference(options) {
    (await import('./inference.ts')).run(options);
  },
  async plan(options) {
    await (await import('./plan.ts')).run(options);
    await (await import('./planCost.ts')).run(options);
    await (await import('./planLearning.ts')).run(options);
    (await import('./allocation.ts')).run(options);
  },
  async 'plan-naive'(options) {
    await (await import('./plan.ts')).run(options);
  },
  async 'plan-cost'(options) {
    await (await import('./planCost.ts')).run(options);
  },
  async learning({ json }) {
    const { formatLearningRow, learningRows } = await import('./learning.ts');
    for await (const row of learningRows(5)) console.log(json ? JSON.stringify(row) : formatLearningRow(row));
  },
  async adaptive({ json }) {
    const { adaptiveRows, formatAdaptiveRow } = await import('./adaptive.ts');
    for await (const row of adaptiveRows(20)) console.log(json ? JSON.stringify(row) : formatAdaptiveRow(row));
  },
  async 'plan-learning'(options) {
    await (await import('./planLearning.ts')).run(options);
  },
  async trees({ json }) {
    const { formatTreeRow, REFERENCE, treeRows } = await import('./trees.ts');
    if (json) console.log(JSON.stringify({ name: 'reference, one place', ...REFERENCE }));
    else
      console.log(
        `reference, one place: AUC ${REFERENCE.auc}  AP ${REFERENCE.averagePrecision}  recall ${REFERENCE.recallAt1PercentFalseAlarms}`,
      );
    for await (const row of treeRows(3)) console.log(json ? JSON.stringify(row) : formatTreeRow(row));
  },
};

const [name = '', ...flags] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined || flags.some((flag) => flag !== '--json')) {
  console.error(`npm run bench -- <${Object.keys(BENCHES).join(' | ')}> [--json]`);
  process.exitCode = 1;
} else await bench({ json: flags.includes('--json') });
