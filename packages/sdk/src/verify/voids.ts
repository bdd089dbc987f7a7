/** Why an attempt came to nothing, as far as its own records tell: those that opened a sum can be computed again. */
import { type CharterText, type Components, type RunState, runStateHash } from '@concord/protocol';
import { bytesToHex } from 'viem';
import type { Address, Hex } from '../facts.ts';
import type { AttemptName, Said } from '../posts.ts';
import { type AttemptView, type Phase, PHASES, type RunView } from '../view.ts';
import { Broken, type ClauseId } from './clauses.ts';
import { placeName } from './clock.ts';
import { type Judged, judgeReports } from './reports.ts';
import type { OpenedScene } from './scene.ts';
import { type Opened, openSum, stateAfter } from './sum.ts';

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
  /** The holders of a share that spoke two sums for it: one of them lied, or `by` did. */
  readonly among?: readonly Address[];
}

/** Every `Settled` of an attempt that anybody has heard, under the signature of whoever is said to have said it. */
export type SettledSource = (attempt: AttemptName) => Promise<readonly Said<'Settled'>[]>;

/** The same of every `Unmasked`: beside a committee two holders sign the sum of each share. */
export type UnmaskedSource = (attempt: AttemptName) => Promise<readonly Said<'Unmasked'>[]>;

export interface VoidContext {
  readonly components: Components;
  /** The state that the attempt started from, and the text, where they are known. */
  readonly before: RunState | undefined;
  readonly text: CharterText | undefined;
  readonly settledBy: SettledSource | undefined;
  readonly unmaskedBy: UnmaskedSource | undefined;
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
  if (run.stopped?.round === round && run.stopped.attempt === attempt)
    return { ...place, why: `${placeName(view)}: the members stopped the run in ${phase}` };
  const withheld = [...run.demands.values()].find(
    (each) => each.voided && each.round === round && each.attempt === attempt,
  );
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

type Explanation = Pick<VoidAttempt, 'why' | 'clause' | 'by' | 'among'>;

/**
 * [AG18] (CM7) Whose sum is wrong. At most one X passes the check, so where the partners' sums in place of those that
 * differ from them make it pass, whoever signed what the chain has is the liar. With one holder a share nobody can say.
 */
async function explainSum(
  scene: OpenedScene,
  judged: Judged,
  components: Components,
  said: readonly Said<'Unmasked'>[],
  why: string,
): Promise<Explanation> {
  const { verified, unmasked, name } = scene;
  const heard = said.filter(({ statement }) => statement.acceptRoot === verified.acceptRoot);
  const differing = unmasked.shareDigests.flatMap((recorded, i) => {
    const pair = scene.holdersOf(i + 1);
    const words = heard.filter(({ holder }) => pair.includes(holder));
    const other = words.find(({ statement }) => statement.shareDigest !== recorded);
    return other ? [{ share: i + 1, pair, words, recorded, other }] : [];
  });
  if (differing.length === 0)
    return { why: `${why}; one of the ${scene.holders.length} holders lied, and their words do not tell who` };
  const evidence = (told: readonly (typeof differing)[0][]): string =>
    told
      .map(({ share, words, recorded }) => {
        const signed = words.map((each) => `${each.holder} signed ${each.statement.shareDigest} (${each.signature})`);
        return `the holders of share ${share} spoke two sums, ${signed.join(', ')}, and the chain has ${recorded}`;
      })
      .join('; ');
  for (const wrong of subsetsOf(differing)) {
    const digests = unmasked.shareDigests.map((digest, i): Hex => {
      const found = wrong.find(({ share }) => share === i + 1);
      return found ? found.other.statement.shareDigest : digest;
    });
    const right = await openSum(scene, judged, components, digests).catch((error: unknown) => {
      if (!(error instanceof Broken)) throw error;
      return undefined;
    });
    if (!right) continue;
    const [{ pair, other }] = wrong as [(typeof differing)[0]];
    const by = pair.find((holder) => holder !== other.holder);
    return {
      why: `${why}; ${evidence(wrong)}; with the sum of ${other.holder} that of ${name} is right`,
      among: pair,
      ...(by && { by }),
    };
  }
  return { why: `${why}; ${evidence(differing)}; none of them is right`, among: differing.flatMap(({ pair }) => pair) };
}

/** Most shares whose holders differ that are tried in all combinations. */
const MOST_DIFFERING = 6;

/** The subsets of at least one, smallest first; of many only the single ones. */
function subsetsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length > MOST_DIFFERING) return all.map((each) => [each]);
  const subsets = Array.from({ length: 2 ** all.length - 1 }, (_, i) => all.filter((__, j) => ((i + 1) >> j) & 1));
  return subsets.sort((a, b) => a.length - b.length);
}

/** [AG18][LR10] The sum and the step again, then who signed something else. Throws Broken. */
async function explainOpened(
  run: RunView,
  scene: OpenedScene,
  attempt: number,
  { components, before, text, settledBy, unmaskedBy }: VoidContext,
): Promise<Explanation> {
  const { name, round } = scene;
  const judged = await judgeReports(scene, components);
  let opened: Opened;
  try {
    opened = await openSum(scene, judged, components);
  } catch (error) {
    if (!(error instanceof Broken) || error.clause !== 'AG18') throw error;
    const said = (await unmaskedBy?.({ runId: run.charterId, round, attempt })) ?? [];
    return { clause: 'AG18', ...(await explainSum(scene, judged, components, said, error.message)) };
  }
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
