/** Why an attempt came to nothing, as far as its own records tell: those that opened a sum can be computed again. */
import { type CharterText, type Components, type RunState, runStateHash } from '@concord/protocol';
import { bytesToHex } from 'viem';
import type { Address } from '../facts.ts';
import type { AttemptName, Said } from '../posts.ts';
import { type AttemptView, type Phase, PHASES, type RunView } from '../view.ts';
import { Broken, type ClauseId } from './clauses.ts';
import { placeName } from './clock.ts';
import { judgeReports } from './reports.ts';
import type { OpenedScene } from './scene.ts';
import { openSum, stateAfter } from './sum.ts';

export interface VoidAttempt {
  readonly round: number;
  readonly attempt: number;
  /** Where it stood when its time was over. */
  readonly phase: Phase;
  /** After VERIFIED the charge stays (RD5). */
  readonly charged: boolean;
  readonly why: string;
  /** The rule that was broken, where the records tell. */
  readonly clause?: ClauseId;
  /** Who broke it, where a signature tells. */
  readonly by?: Address;
}

/** Every `Settled` of an attempt that anybody has heard, under the signature of whoever is said to have said it. */
export type SettledSource = (attempt: AttemptName) => Promise<readonly Said<'Settled'>[]>;

export interface VoidContext {
  readonly components: Components;
  /** The state that the attempt started from, and the text, where they are known. */
  readonly before: RunState | undefined;
  readonly text: CharterText | undefined;
  readonly settledBy: SettledSource | undefined;
}

/** What can be said about a void attempt; `scene` is there where its sum was opened. */
export async function explainVoid(
  run: RunView,
  view: AttemptView,
  scene: OpenedScene | undefined,
  context: VoidContext,
): Promise<VoidAttempt> {
  const { round, attempt } = view;
  const phase = PHASES[view.voided!.phase] ?? 'SEAT';
  const place = { round, attempt, phase, charged: view.verified !== undefined };
  const withheld = [...run.demands.values()].find((each) => each.voided && each.round === round && each.attempt === attempt);
  if (withheld) {
    const why = `${placeName(view)}: asked on chain for ${withheld.piece}, which it had promised, it did not publish it in time`;
    return { ...place, clause: 'CM10', by: withheld.holder, why };
  }
  if (!scene) return { ...place, why: `${placeName(view)}: its time was over in ${phase}` };
  try {
    return { ...place, ...(await explainOpened(run, scene, attempt, context)) };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { ...place, why: error.message, ...(error.verdict === 'FAIL' && { clause: error.clause }) };
  }
}

/** [AG18][LR10] The sum and the step again, then who signed something else. Throws Broken. */
async function explainOpened(
  run: RunView,
  scene: OpenedScene,
  attempt: number,
  { components, before, text, settledBy }: VoidContext,
): Promise<Pick<VoidAttempt, 'why' | 'clause' | 'by'>> {
  const { name, round } = scene;
  const opened = await openSum(scene, await judgeReports(scene, components), components);
  if (!before || !text) return { why: `${name}: the model before it, or the text of the charter, is not known` };
  const need = bytesToHex(runStateHash(stateAfter(scene, before, opened, text, run.charter)));
  const said = (await settledBy?.({ runId: run.charterId, round, attempt })) ?? [];
  const heard = said.filter(({ holder }) => scene.holders.includes(holder));
  const others = heard.filter(({ statement }) => statement.modelHash !== need);
  const [other] = others;
  if (!other) return { why: `${name}: the sum is right, and its holders did not all sign what follows from it` };
  const { holder, statement, signature } = other;
  return {
    clause: 'LR10',
    by: holder,
    why: `${name}: it signed that the model becomes ${statement.modelHash}; the model before and the opened sum make ${need}, which ${heard.length - others.length} holders signed. Its signature: ${signature}`,
  };
}
