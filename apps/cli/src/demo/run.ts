/** The story, told: scene after scene, each line read from the chain or from the processes. */
import { fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodeRunState, sensitivityOf, UNITS } from '@concord/protocol';
import { emptyView, type Fact, fetchBlob, fold, type Hex, rulesOf, type RunView, watchFacts } from '@concord/sdk';
import { readRecords } from '@concord/trainer';
import { requireAccepted } from '../model/acceptance.ts';
import { accusations } from './accusations.ts';
import type { BaselineResult } from './baselines.ts';
import type { Cheat } from './cheats.ts';
import type { ComparisonTask } from './comparison.ts';
import type { DemoFacts, FinishedFacts } from './document.ts';
import { type Example, type NamedFederation, testsByMember } from './examples.ts';
import { askTheGuard, showGuard } from './guardScene.ts';
import { judge } from './judge.ts';
import { askTheChain } from './onChain.ts';
import { createProgress, epsilonOf, type Progress } from './progress.ts';
import { showCharter, showEnding, showTable } from './scenes.ts';
import { belongsTo, type CharterFile, firstDeath, setStage, type Stage } from './story.ts';
import { memberStatus } from './status.ts';
import { type Slashing, slashTwoTongues } from './twoTongues.ts';
import { audit, recordsOf, showClauses } from '../audit.ts';
import { cardOf } from '../model/card.ts';
import { evaluateModel } from '../model/evaluation.ts';
import { type Renderer, thousands } from '../render.ts';

export interface DemoOptions {
  readonly render: Renderer;
  readonly folder: string;
  readonly example: Example;
  readonly federation: NamedFederation;
  readonly file: CharterFile;
  readonly seeds: number;
  readonly keep: boolean;
  readonly committee?: number;
  readonly cheat?: Cheat;
}

const PREDICTIONS = 200;

/** Starts the child that computes the rows of the table that only a holder of all files can. */
function startBaselines(task: ComparisonTask): { readonly result: Promise<BaselineResult>; stop(): void } {
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

/** Follows the run until its last round is final, or `over` says that there is nothing more to see. */
async function follow(
  stage: Stage,
  progress: Progress,
  onFact: (run: RunView) => void,
  over: (run: RunView, fact: Fact) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let view = emptyView;
  const options = { fromBlock: stage.fromBlock, confirmations: 0, pollMilliseconds: 60, signal };
  for await (const event of watchFacts(stage.client, options)) {
    if (event.type !== 'fact' || !belongsTo(stage.charterId, event.fact)) continue;
    view = fold(view, event.fact);
    const run = view.runs.get(stage.charterId)!;
    onFact(run);
    if (run.passed !== undefined) progress.tell(event.fact, run);
    if (run.finished || (await over(run, event.fact))) return;
  }
  throw new Error('the chain went silent before the run was finished');
}

/** Resolves when more than half of the members say why they will not vote: nobody waits for the end of that vote. */
async function refusedByMembers(stage: Stage, signal: AbortSignal): Promise<void> {
  for (;;) {
    await delay(500, undefined, { signal });
    const statuses = await Promise.all(stage.members.map(({ endpoint }) => memberStatus(endpoint)));
    if (2 * statuses.filter(({ objection }) => objection !== undefined).length > statuses.length) return;
  }
}

export async function runDemo(options: DemoOptions): Promise<DemoFacts | FinishedFacts> {
  const { render, folder, example, federation, file } = options;
  const started = performance.now();
  const now = (): number => performance.now();
  render.line('Concord', 'strong');
  render.line(
    `  data: ${federation.name}${federation.synthetic ? ' – SYNTHETIC, about nobody' : ''}`,
    federation.synthetic ? 'warn' : 'plain',
  );
  const rows = federation.members.map(({ name, table }) => {
    const label = table.header.indexOf(federation.schema.label);
    return { name, rows: table.rows.length, positives: table.rows.filter((row) => row[label] === '1').length };
  });
  for (const { name, rows: count, positives } of rows)
    render.line(
      `  ${name.padEnd(16)} ${String(count).padStart(6)} ${example.records}, ${String(positives).padStart(5)} of them ${example.positives}`,
      'faint',
    );

  const stage = await setStage({
    folder,
    federation,
    file,
    ...(options.cheat && { cheat: options.cheat }),
    ...(options.committee !== undefined && { committee: options.committee }),
    onStep: (text) => render.line(`  ${text}`, 'faint'),
  });
  const { text } = stage.compiled;
  const { aggregation: struct } = stage.compiled.charter;
  const homes = testsByMember(federation);
  const baselines = startBaselines({
    schema: text.schema,
    members: federation.members.map(({ table }) => table),
    test: federation.test,
    rules: rulesOf(stage.compiled.charter, text),
    sigma: Number(struct.sigma),
    honest: struct.honest,
    seeds: Array.from({ length: options.seeds }, (_, i) => i + 1),
    passes: example.passes,
    ...(homes && { homes }),
  });
  try {
    showCharter(render, text);
    render.title('The vote');
    const progress = createProgress(render, stage.members.length, now);
    const parties = [...stage.members, ...stage.aggregators];
    const nameOf = (address: string): string => parties.find((party) => party.address === address)?.name ?? address;
    const voting = new AbortController();
    const watching = new AbortController();
    let latest: RunView | undefined;
    let voted = 0;
    let passedAt = 0;
    const onFact = (run: RunView): void => {
      latest = run;
      if (run.passed !== undefined) voting.abort();
      for (const [voter, support] of [...run.votes].slice(voted)) {
        const after = passedAt === 0 ? '' : ', after it had passed';
        render.line(`  ${nameOf(voter.toLowerCase()).padEnd(16)} ${support ? 'yes' : 'no'}${after}`);
        voted += 1;
      }
      if (run.passed !== undefined && passedAt === 0) {
        passedAt = now();
        render.line(
          `  passed: more than half of ${run.charter.members.length}; carried by the relayer, members paid nothing`,
          'good',
        );
        render.title('Training: every round is one sum over all members, opened once, noised, paid from the budget');
      }
    };
    const slashings: (Slashing & { burned: bigint })[] = [];
    // With a liar among them the story ends where its lie has shown.
    const over = async (run: RunView, fact: Fact): Promise<boolean> => {
      if (fact.kind === 'verified' && stage.aggregators.length > 0)
        slashings.push(...(await slashTwoTongues(stage, fact)).map((each) => ({ ...each, burned: 0n })));
      if (fact.kind === 'slashed')
        for (const each of slashings) if (each.holder === fact.aggregator) each.burned += fact.amount;
      const lost = run.attempts.some(({ voided, verified }) => voided && verified);
      const shown = slashings.some(({ burned }) => burned > 0n) && run.attempts.at(-1)?.seated === undefined;
      return options.cheat !== undefined && (lost || shown);
    };
    // What loses this race ends with the demo.
    const unpopular = refusedByMembers(stage, voting.signal).catch(() => new Promise<never>(() => undefined));
    const followed = follow(stage, progress, onFact, over, watching.signal);
    await Promise.race([followed, unpopular, firstDeath(stage.children)]).finally(() => {
      voting.abort();
      watching.abort();
    });
    if (latest === undefined) throw new Error('the chain does not show the charter that was proposed');
    const run = latest;
    const training = (now() - passedAt) / 1000;
    const verify = async () => {
      render.title('A stranger verifies, from the chain and the published bytes alone');
      const verifying = now();
      const { kept: _kept, ...report } = await audit(await recordsOf(stage.client, stage.charterId, stage.fromBlock));
      showClauses(report.clauses, render);
      const statuses = await Promise.all(stage.endpoints.map(memberStatus));
      const members = statuses.slice(0, stage.members.length);
      const holders = stage.aggregators.length > 0 ? statuses.slice(members.length) : members;
      const proposer = stage.client.writer!.wallet.account.address;
      const broken = accusations({ run, report, members, holders, proposer, slashings, nameOf });
      const gas = [...progress.gasByPhase.values()].reduce((a, b) => a + b, 0n);
      const { verdict, clauses, refused, voids } = report;
      return {
        dataset: { name: federation.name, source: federation.source, real: !federation.synthetic },
        members: rows,
        rounds: progress.rounds,
        gas: { total: gas, byPhase: progress.gasByPhase },
        bytesPerMember: members.reduce((sum, each) => sum + each.bytesSent, 0) / members.length,
        verify: { verdict, seconds: (now() - verifying) / 1000, clauses, refused, voids, broken },
        ...(options.cheat && { cheat: options.cheat }),
        versions: { concord: '0.1.0', protocol: 'concord/v1', charter: String(run.charter.version) },
      };
    };
    if (!run.finished) {
      const stopped = { ...(await verify()), seconds: { total: (now() - started) / 1000 } };
      showEnding(render, stopped, false);
      return stopped;
    }

    const settled = run.attempts.findLast((attempt) => attempt.settled)?.settled;
    if (settled === undefined) throw new Error('the run is finished without a settled round');
    const { endpoints } = stage;
    const state = decodeRunState(await fetchBlob(endpoints, settled.blob));
    const judged = judge(state, text, federation.test, homes);

    render.title('The model on chain');
    const accepted = requireAccepted(state, text, readRecords(federation.test, text.schema));
    if (accepted && text.acceptance)
      render.line(
        `  accepted: ${text.acceptance.measure} ${accepted.value.toFixed(3)} on ${accepted.records} held-out ${example.records}, the charter asks for ${text.acceptance.least}`,
        'good',
      );
    const onChain = await askTheChain(
      stage.client,
      stage.charterId,
      state,
      stage.compiled.textBytes,
      judged,
      PREDICTIONS,
    );
    render.line(`  registered as ${onChain.modelId.slice(0, 18)}… for ${thousands(onChain.registerGas)} gas`);
    render.line(
      `  a contract scored ${onChain.asked} held-out ${example.records} for ${thousands(onChain.predictGas)} gas each: ${onChain.equal ? 'bit for bit what TypeScript computes' : 'NOT what TypeScript computes'}`,
      onChain.equal ? 'good' : 'bad',
    );

    const evaluation = evaluateModel({ state, text }, federation.test, {
      data: `held-out ${example.records} of ${federation.name}, on which nobody trained`,
      ...(example.groups && { groups: example.groups }),
    });
    const guarded =
      example.address &&
      (await askTheGuard({
        ...{ client: stage.client, charterId: stage.charterId, endpoints, judged },
        ...{ test: federation.test, addressColumn: example.address, synthetic: federation.synthetic },
        warnAbove: evaluation.served.threshold,
      }));
    if (guarded) showGuard(render, guarded);

    const card = cardOf(
      run,
      stage.client.deployment,
      { state, text },
      {
        registered: true,
        evaluation,
        sizes: {
          says: 'this demo, which holds all files; a real run publishes no member’s count',
          members: rows.map(({ name, rows: records, positives }, i) => ({
            address: stage.members[i]!.address,
            name,
            records,
            positives,
          })),
        },
      },
    );

    const common = await verify();
    render.status('  computing the rows of the table that no member could …');
    const { baselines: rowsOfAll, centralSeconds } = await baselines.result;

    const { limits, aggregation } = run.charter;
    const privacy = {
      epsilon: epsilonOf(run),
      cap: Number(limits.epsilonCap) / 1e18,
      delta: 10 ** -limits.deltaExponent,
      unit: UNITS[aggregation.unit],
      noiseMultiplier: (Number(aggregation.sigma) * Math.sqrt(aggregation.honest)) / Number(sensitivityOf(aggregation)),
      honestNoiseContributors: aggregation.honest,
    };
    const facts: FinishedFacts = {
      ...common,
      baselines: rowsOfAll,
      privately: judged.scores,
      privacy,
      seconds: { total: (now() - started) / 1000, training, central: centralSeconds },
      onChain,
      ...(guarded && { guard: guarded }),
      card,
    };
    showTable(render, facts, example);
    showEnding(render, facts, true);
    if (options.keep) {
      const { rpcUrl, charters, rounds, inference } = stage.clientOptions;
      render.title('Everything keeps running (Ctrl-C stops it). From another terminal:');
      render.line(
        `  npm run concord -- verify --rpc ${rpcUrl} --charters ${charters} --rounds ${rounds} --inference ${inference} --run ${stage.charterId as Hex}`,
      );
      await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()));
    }
    return facts;
  } finally {
    baselines.stop();
    await stage.stop();
  }
}
