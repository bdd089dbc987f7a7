/** The story, told: scene after scene, each line read from the chain or from the processes. */
import { fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type CharterText, decodeRunState } from '@concord/protocol';
import { emptyView, fetchBlob, fold, type Hex, type RunView, watchFacts } from '@concord/sdk';
import type { BaselineResult, BaselineTask, Spread } from './baselines.ts';
import type { DemoFacts } from './document.ts';
import type { NamedFederation } from './federation.ts';
import { judge } from './judge.ts';
import { askTheChain } from './onChain.ts';
import { createProgress, epsilonOf, type Progress } from './progress.ts';
import { belongsTo, type Cheat, type CharterFile, firstDeath, setStage, type Stage } from './story.ts';
import { memberStatus } from './status.ts';
import { auditRun } from '../audit.ts';
import { type Renderer, score, thousands } from '../render.ts';

export interface DemoOptions {
  readonly render: Renderer;
  readonly folder: string;
  readonly federation: NamedFederation;
  readonly file: CharterFile;
  readonly seeds: number;
  readonly keep: boolean;
  readonly committee?: number;
  readonly cheat?: Cheat;
}

const PREDICTIONS = 200;

/** Starts the child that computes the rows of the table that only a holder of all files can. */
function startBaselines(task: BaselineTask): { readonly result: Promise<BaselineResult>; stop(): void } {
  const child = fork(fileURLToPath(new URL('./baselines.ts', import.meta.url)), { serialization: 'advanced' });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const result = new Promise<BaselineResult>((resolve, reject) => {
    child.once('message', (message) => resolve(message as BaselineResult));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the baselines ended with exit code ${code}`)));
  });
  result.catch(() => undefined);
  child.send(task);
  return { result, stop: () => child.kill() };
}

/** Follows the run until its last round is final. */
async function follow(stage: Stage, progress: Progress, onFact: (run: RunView) => void): Promise<RunView> {
  let view = emptyView;
  const options = { fromBlock: stage.fromBlock, confirmations: 0, pollMilliseconds: 60 };
  for await (const event of watchFacts(stage.client, options)) {
    if (event.type !== 'fact' || !belongsTo(stage.charterId, event.fact)) continue;
    view = fold(view, event.fact);
    const run = view.runs.get(stage.charterId)!;
    onFact(run);
    if (run.passed !== undefined) progress.tell(event.fact, run);
    if (run.finished) return run;
  }
  throw new Error('the chain went silent before the run was finished');
}

function showCharter(render: Renderer, text: CharterText): void {
  render.title(`The charter: ${text.name}`);
  render.prose(text.purpose, '  ');
  for (const { id, sentence, enforcedBy } of text.clauses) {
    render.prose(sentence, `  ${id.padEnd(5)}`);
    render.line(`       enforced by: ${enforcedBy}`, 'faint');
  }
}

export async function runDemo(options: DemoOptions): Promise<DemoFacts> {
  const { render, folder, federation, file } = options;
  const started = performance.now();
  const now = (): number => performance.now();
  render.line('Concord', 'strong');
  render.line(`  data: ${federation.name}${federation.synthetic ? ' – SYNTHETIC, about nobody' : ''}`, federation.synthetic ? 'warn' : 'plain');
  const rows = federation.members.map(({ name, table }) => {
    const label = table.header.indexOf(federation.schema.label);
    return { name, rows: table.rows.length, positives: table.rows.filter((row) => row[label] === '1').length };
  });
  for (const { name, rows: count, positives } of rows)
    render.line(`  ${name.padEnd(16)} ${String(count).padStart(6)} records, ${String(positives).padStart(5)} of them illicit`, 'faint');

  const stage = await setStage({
    folder,
    federation,
    file,
    ...(options.cheat && { cheat: options.cheat }),
    ...(options.committee !== undefined && { committee: options.committee }),
    onStep: (text) => render.line(`  ${text}`, 'faint'),
  });
  const { text } = stage.compiled;
  const { limits: terms, aggregation: struct } = stage.compiled.charter;
  const baselines = startBaselines({
    schema: text.schema,
    members: federation.members.map(({ table }) => table),
    test: federation.test,
    rules: { charter: text, rounds: terms.rounds, recordBound: Number(struct.recordBound), d: struct.d },
    sigma: Number(struct.sigma),
    honest: struct.honest,
    seeds: options.seeds,
  });
  try {
    showCharter(render, text);
    render.title('The vote');
    const progress = createProgress(render, stage.members.length, now);
    const nameOf = (address: string): string => stage.members.find((member) => member.address === address)?.name ?? address;
    let voted = 0;
    let passedAt = 0;
    const onFact = (run: RunView): void => {
      for (const [voter, support] of [...run.votes].slice(voted)) {
        render.line(`  ${nameOf(voter.toLowerCase()).padEnd(16)} ${support ? 'yes' : 'no'}`);
        voted += 1;
      }
      if (run.passed !== undefined && passedAt === 0) {
        passedAt = now();
        render.line(`  passed: more than half of ${run.charter.members.length}; carried by the relayer, members paid nothing`, 'good');
        render.title('Training: every round is one sum over all members, opened once, noised, paid from the budget');
      }
    };
    const run = await Promise.race([follow(stage, progress, onFact), firstDeath(stage.children)]);
    const training = (now() - passedAt) / 1000;

    const settled = run.attempts.findLast((attempt) => attempt.settled)?.settled;
    if (settled === undefined) throw new Error('the run is finished without a settled round');
    const { endpoints } = stage;
    const state = decodeRunState(await fetchBlob(endpoints, settled.blob));
    const judged = judge(state, text.schema, text.training.featureLimit, federation.test);

    render.title('The model on chain');
    const onChain = await askTheChain(stage.client, stage.charterId, state, judged, PREDICTIONS);
    render.line(`  registered as ${onChain.modelId.slice(0, 18)}… for ${thousands(onChain.registerGas)} gas`);
    render.line(
      `  a contract scored ${onChain.asked} held-out accounts for ${thousands(onChain.predictGas)} gas each: ${onChain.equal ? 'bit for bit what TypeScript computes' : 'NOT what TypeScript computes'}`,
      onChain.equal ? 'good' : 'bad',
    );

    render.title('A stranger verifies, from the chain and the published bytes alone');
    const verifying = now();
    const report = await auditRun({ client: stage.client, runId: stage.charterId, fromBlock: stage.fromBlock, sources: endpoints, render });
    const verifySeconds = (now() - verifying) / 1000;

    const statuses = await Promise.all(stage.members.map(({ endpoint }) => memberStatus(endpoint)));
    const bytesPerMember = statuses.reduce((sum, each) => sum + each.bytesSent, 0) / statuses.length;
    render.status('  computing the rows of the table that no member could …');
    const { baselines: rowsOfAll, centralSeconds } = await baselines.result;

    const { limits, aggregation } = run.charter;
    const privacy = {
      epsilon: epsilonOf(run),
      cap: Number(limits.epsilonCap) / 1e18,
      delta: 10 ** -limits.deltaExponent,
      unit: aggregation.unit === 1 ? ('record' as const) : ('member' as const),
      noiseMultiplier: (Number(aggregation.sigma) * Math.sqrt(aggregation.honest)) / Number(aggregation.recordBound),
      honestNoiseContributors: aggregation.honest,
    };
    const gas = [...progress.gasByPhase.values()].reduce((a, b) => a + b, 0n);
    const facts: DemoFacts = {
      dataset: { name: federation.name, source: federation.source, real: !federation.synthetic },
      members: rows,
      baselines: rowsOfAll,
      privately: judged.scores,
      privacy,
      rounds: progress.rounds,
      gas: { total: gas, byPhase: progress.gasByPhase },
      bytesPerMember,
      seconds: { total: (now() - started) / 1000, training, central: centralSeconds },
      onChain,
      verify: { verdict: report.verdict, seconds: verifySeconds, clauses: report.clauses, refused: report.refused },
      ...(options.cheat && { cheat: options.cheat }),
      versions: { concord: '0.1.0', protocol: 'concord/v1', charter: String(run.charter.version) },
    };
    showTable(render, facts);
    showEnding(render, facts, nameOf);
    if (options.keep) {
      const { rpcUrl, charters, rounds, inference } = stage.clientOptions;
      render.title('Everything keeps running (Ctrl-C stops it). From another terminal:');
      render.line(`  npm run concord -- verify --rpc ${rpcUrl} --charters ${charters} --rounds ${rounds} --inference ${inference} --run ${stage.charterId as Hex}`);
      await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()));
    }
    return facts;
  } finally {
    baselines.stop();
    await stage.stop();
  }
}

function showTable(render: Renderer, facts: DemoFacts): void {
  const { baselines, privately, privacy } = facts;
  render.title('What each could do alone, and what they can do together');
  const found = ({ recallAt1PercentFalseAlarms }: typeof privately): number => recallAt1PercentFalseAlarms;
  const spreadOf = ({ mean, deviation }: Spread): string => `${score(found(mean))} ± ${score(found(deviation))}`;
  const rows = facts.members.map((member, i) => {
    const { mean } = baselines.alone[i]!;
    const cells = [score(mean.accuracy), score(mean.auc), spreadOf(baselines.alone[i]!)];
    return [`${member.name} alone`, ...cells, spreadOf(baselines.alonePrivate[i]!)];
  });
  render.table(
    [
      ['scams found at 1 % false alarms, beside accuracy and AUC', 'accuracy', 'AUC', 'no privacy', `ε = ${privacy.epsilon.toFixed(2)}`],
      ...rows,
      ['together: this run', score(privately.accuracy), score(privately.auc), '', score(found(privately))],
      ['together, other seeds', '', '', spreadOf(baselines.together), spreadOf(baselines.privately)],
      ['all records in one place', score(baselines.pooled.mean.accuracy), score(baselines.pooled.mean.auc), spreadOf(baselines.pooled), ''],
      ['always guess “ordinary”', score(baselines.majority), '', '', ''],
    ],
    ['faint', ...rows.map(() => 'plain' as const), 'strong', 'plain', 'plain', 'faint'],
  );
  render.prose(
    'Only “this run” comes from the processes above. The demo holds all files, so it can compute the other rows, which no member could: same model, means over seeds, one process.',
    '  ',
  );
  const bestPrivate = Math.max(...baselines.alonePrivate.map(({ mean }) => found(mean)));
  const bestAlone = Math.max(...baselines.alone.map(({ mean }) => found(mean)));
  render.prose(
    found(privately) > bestPrivate
      ? `At the same ε no member alone comes near: the best finds ${score(bestPrivate)}.`
      : `At the same ε the best member alone finds ${score(bestPrivate)}: joining did not pay in this run.`,
    '  ',
  );
  if (found(privately) <= bestAlone)
    render.prose(
      `Without any privacy the best member alone finds ${score(bestAlone)}, as much as this run or more; what limits the run is the number of rounds first and the noise second.`,
      '  ',
    );
  render.line();
  render.line(
    `  privacy   ε = ${privacy.epsilon.toFixed(3)} of ${privacy.cap} at δ = ${privacy.delta}, ${privacy.unit} level, zero-out adjacency, z = ${privacy.noiseMultiplier.toFixed(2)}, ${privacy.honestNoiseContributors} honest noise contributor counted on`,
  );
  const perRound = facts.rounds.reduce((sum, { gas }) => sum + gas, 0n) / BigInt(Math.max(1, facts.rounds.length));
  render.line(`  gas       ${thousands(perRound)} a round, ${thousands(facts.gas.total)} in total`);
  render.line(`  bytes     ${(facts.bytesPerMember / 1e6).toFixed(1)} MB sent by a member`);
  render.line(
    `  seconds   ${facts.seconds.total.toFixed(0)} in all, ${facts.seconds.training.toFixed(0)} of them training; one central process needs ${facts.seconds.central.toFixed(1)} (${(facts.seconds.training / facts.seconds.central).toFixed(1)} ×)`,
  );
}

/** The verdict; and who broke a clause although the run survived it. */
function showEnding(render: Renderer, { verify, rounds }: DemoFacts, nameOf: (address: string) => string): void {
  render.line();
  const first = verify.refused[0];
  if (first !== undefined) {
    const count = verify.refused.filter(({ member }) => member === first.member).length;
    const sentence = verify.clauses.find(({ id }) => id === first.clause)?.sentence ?? '';
    render.line(`  BROKEN  ${first.clause}  by ${nameOf(first.member)}: ${sentence}`, 'bad');
    render.prose(first.why, '          → ');
    render.prose(
      `Its reports were kept out in ${count} of ${rounds.length} rounds; sums, model and budget are those of the others.`,
      '          ',
    );
  }
  render.line(`  ${verify.verdict}${first === undefined ? '' : ' for the run, FAIL for the member that lied'}`, first === undefined && verify.verdict === 'PASS' ? 'good' : 'bad');
}
