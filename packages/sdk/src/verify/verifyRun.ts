/**
 * The auditor: from the chain's facts and blobs that the chain has hashes of to a verdict, clause by clause. It asks
 * nobody for an opinion; whatever can be computed again is.
 */
import {
  type CharterText,
  checkParams,
  type Components,
  prepareRun,
  type RunState,
  startState,
} from '@concord/protocol';
import { hexToBytes } from 'viem';
import { paramsOf } from '../attempt.ts';
import type { Deployment, Fact, Hex } from '../facts.ts';
import { isPieced } from '../pieces.ts';
import { isCommittee } from '../seats.ts';
import type { RunView } from '../view.ts';
import { checkDeadlines, checkStruct, checkText, checkVote } from './charter.ts';
import { Broken, type Clause, type ClauseId, Findings, type Verdict, verdictOf } from './clauses.ts';
import { checkLimits, replay } from './clock.ts';
import { checkDemands } from './demands.ts';
import { type BlobSource, obtain, withAnswers } from './evidence.ts';
import { checkLedger } from './ledger.ts';
import { judgeReports, type RefusedReport } from './reports.ts';
import { checkResources, checkStop } from './resources.ts';
import { type Scene, sceneOf, settledIn } from './scene.ts';
import { checkModel, checkSum, publishedState } from './sum.ts';
import { checkRegistered, checkUse } from './use.ts';
import { explainVoid, type SettledSource, type UnmaskedSource, type VoidAttempt } from './voids.ts';

export interface VerifyOptions {
  readonly runId: Hex;
  /** All facts of the deployment, or at least of this run and its aggregators, in order, from confirmed blocks. */
  readonly facts: readonly Fact[];
  readonly deployment: Deployment;
  readonly blobs: BlobSource;
  /** The charter's text, when it is at hand; otherwise it is asked of `blobs`. */
  readonly charterText?: Uint8Array;
  /** What holders signed at the end of an attempt that came to nothing; without it, nobody is named for that (LR10). */
  readonly settledBy?: SettledSource;
  /** What holders signed as their aggregate shares of such an attempt; without it, nobody is named for a wrong sum (AG18). */
  readonly unmaskedBy?: UnmaskedSource;
  /** Seconds: the chain's time. */
  readonly now: number;
  readonly components: Components;
  /** Told after every round. */
  readonly onRound?: (round: number) => void;
}

/** What an audit found. Field names and verdicts are stable; clauses and fields may be added. */
export interface Verification {
  /** FAIL if a clause fails, else INCOMPLETE if one could not be checked, else PASS. */
  readonly verdict: Verdict;
  /** In the order of a run; those that this version does not enforce come last, and say so. */
  readonly clauses: readonly Clause[];
  /** Reports that broke a rule and were kept out. The run is none the worse for them; their members may be. */
  readonly refused: readonly RefusedReport[];
  /** Attempts that came to nothing. The run is none the worse for them, but for what they spent. */
  readonly voids: readonly VoidAttempt[];
}

/** What is checked in a settled attempt, in this order. */
const STEPS: readonly ClauseId[] = ['AG11', 'AG15', 'AG4', 'AG13', 'CM8', 'AG14', 'AG16', 'AG17', 'AG18', 'LR10'];

/** Verifies one run. Never throws for what the chain or a blob says; `blobs` may throw, and that is passed on. */
export async function verifyRun(options: VerifyOptions): Promise<Verification> {
  const findings = new Findings();
  const refused: RefusedReport[] = [];
  const voids: VoidAttempt[] = [];
  const run = await verify(options, findings, { refused, voids });
  const clauses = findings.clauses(run !== undefined && isCommittee(run.charter), !run || isPieced(run.charter));
  return { verdict: verdictOf(clauses), clauses, refused, voids };
}

/** What did not harm the run. */
interface Noticed {
  readonly refused: RefusedReport[];
  readonly voids: VoidAttempt[];
}

/** Returns the run as far as its facts go; undefined where there is none. */
async function verify(options: VerifyOptions, findings: Findings, noticed: Noticed): Promise<RunView | undefined> {
  const { runId, now, components } = options;
  const facts = options.facts.filter(
    (fact) => 'aggregator' in fact || ('runId' in fact ? fact.runId : fact.charterId) === runId,
  );
  const run = replay(facts, findings);
  if (!run) {
    findings.record('CH1', 'INCOMPLETE', `no charter with id ${runId} was proposed on this chain`);
    return undefined;
  }
  checkStruct(run, findings);
  checkDeadlines(run, findings);
  checkVote(run, facts, findings);
  checkLimits(run, facts, now, findings);
  checkDemands(run, now, findings);
  const params = paramsOf(run.charter.aggregation);
  // Nothing can be computed with parameters below the floors, and the run has failed anyway.
  if (checkParams(params, run.charter.members.length)) return run;
  checkLedger(run, findings);

  let text: CharterText | undefined;
  const missing = await findings.attempt(async () => {
    text = checkText(run, await charterBytes(run, options), findings);
  });
  if (missing) findings.record('CH3', 'INCOMPLETE', 'the text of the charter is not known');
  let state = text && startState(text, hexToBytes(run.charter.textDigest));
  const prepared = prepareRun(params, components);
  const blobs = withAnswers(options.blobs, facts);
  const rounds: Rounds = { run, text, components, findings, reports: 0, refused: noticed.refused };
  for (const view of run.attempts) {
    const scene = sceneOf(run, view, prepared, options.deployment, blobs, components.platform);
    if (view.voided) {
      const { settledBy, unmaskedBy } = options;
      noticed.voids.push(
        await explainVoid(run, view, scene, { components, before: state, text, settledBy, unmaskedBy }),
      );
    }
    const settled = scene && settledIn(scene, view);
    if (!settled) continue;
    state = await verifyAttempt(settled, state, rounds);
    options.onRound?.(view.round);
  }
  await checkStop(run, options.deployment, findings);
  await checkResources(run, text, { prepared, deployment: options.deployment, blobs, components }, findings);
  checkRegistered(facts, state, findings);
  checkUse(facts, text, findings);
  return run;
}

function charterBytes({ charter }: RunView, options: VerifyOptions): Promise<Uint8Array> | Uint8Array {
  const { charterText, blobs, components } = options;
  const { textDigest: digest, members: promisedBy } = charter;
  return (
    charterText ??
    obtain(blobs, { digest, clause: 'CH1', what: 'text of the charter', promisedBy }, components.platform)
  );
}

/** What the rounds of a run have in common, and what was counted in them. */
interface Rounds {
  readonly run: RunView;
  readonly text: CharterText | undefined;
  readonly components: Components;
  readonly findings: Findings;
  reports: number;
  readonly refused: RefusedReport[];
}

/** Returns the state that the next round starts from, if it is known. Each round is checked whatever the others were. */
async function verifyAttempt(
  scene: Scene,
  before: RunState | undefined,
  rounds: Rounds,
): Promise<RunState | undefined> {
  const { run, text, components, findings } = rounds;
  let after: RunState | undefined;
  const unpublished = await findings.attempt(async () => {
    after = await publishedState(scene);
  });
  const broken = await findings.attempt(async () => {
    const judged = await judgeReports(scene, components);
    rounds.reports += judged.accepted.leaves.length;
    rounds.refused.push(...judged.refused);
    const opened = await checkSum(scene, judged, components);
    if (unpublished) throw unpublished;
    if (!before || !text || !after)
      throw new Broken(
        'LR10',
        'INCOMPLETE',
        `${scene.name}: the text of the charter, or the model before, is not known`,
      );
    checkModel(scene, before, after, opened, text, run.charter);
  });
  // Steps before the broken one were taken, those after it were not.
  const reached = broken ? STEPS.indexOf(broken.clause) : STEPS.length;
  for (const [i, clause] of STEPS.entries())
    if (i < reached) findings.record(clause, 'PASS');
    else if (clause !== broken?.clause)
      findings.record(clause, 'INCOMPLETE', `${scene.name} could not be checked further than this: ${broken?.message}`);
  const { reports, refused } = rounds;
  const conflicts = refused.filter(({ clause }) => clause === 'CM8').length;
  if (!broken) findings.record('CM8', 'PASS', `${conflicts} reports left out that two holders disagreed about`);
  if (!broken)
    findings.record(
      'AG14',
      'PASS',
      `${reports} reports counted; refused: ${refused.map(({ why }) => why).join('; ') || 'none'}`,
    );
  return after;
}
