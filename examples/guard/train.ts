/**
 * Makes the model that this example ships (`node examples/guard/train.ts`): the wallets charter's own training rule over
 * the real data, six members, ε = 4, integer sums and charged noise, simulated in one process without shares and proofs.
 * What comes out is protected like a run's model; the records stay where they are.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readCharterFile } from '../../apps/cli/src/demo/examples.ts';
import { modelOf } from '../../apps/cli/src/demo/comparison.ts';
import { judge } from '../../apps/cli/src/demo/judge.ts';
import { simulateRun } from '../../packages/planner/src/index.ts';
import { loadWallets } from '../../packages/datasets/src/index.ts';
import { encodeRunState } from '../../packages/protocol/src/index.ts';
import { compileCharter, rulesOf } from '../../packages/sdk/src/index.ts';
import { readRecords } from '../../packages/trainer/src/index.ts';

const SEED = 1;
/** Of a hundred ordinary accounts in the members' records this many may be warned of. */
const FALSE_ALARMS = 0.01;

const federation = await loadWallets({});
if (!federation) throw new Error('have no wallets data, need it in CONCORD_DATA or ../shared/data');
const holders = federation.members.map((_, i): `0x${string}` => `0x${String(i + 1).padStart(40, '0')}`);
const { charter, text, textBytes } = compileCharter(readCharterFile('wallets'), holders, `0x${'ab'.repeat(32)}`);
const rules = rulesOf(charter, text);
const noise = Number(charter.aggregation.sigma) * Math.sqrt(holders.length);
const records = federation.members.map(({ table }) => readRecords(table, text.schema));
const state = simulateRun(records, { rules, model: modelOf(rules), noise, seed: SEED });

const pooled = { header: federation.test.header, rows: federation.members.flatMap(({ table }) => table.rows) };
const trained = judge(state, text, pooled);
const ordinary = trained.logits.filter((_, i) => trained.labels[i] === 0).sort((a, b) => a - b);
const warnAbove = ordinary[Math.floor((1 - FALSE_ALARMS) * ordinary.length)]!;
const { scores, logits, labels } = judge(state, text, federation.test);
const share = (label: number): number => {
  const those = logits.filter((_, i) => labels[i] === label);
  return those.filter((logit) => logit > warnAbove).length / those.length;
};
const folder = new URL('./model/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('state.bin', folder), encodeRunState(state));
writeFileSync(new URL('charter.json', folder), textBytes);
const facts = {
  seed: SEED,
  warnAbove,
  heldOut: { accounts: labels.length, scamsFound: share(1), falseAlarms: share(0), auc: scores.auc },
};
writeFileSync(new URL('model.json', folder), `${JSON.stringify(facts, undefined, 2)}\n`);
console.log(facts);
