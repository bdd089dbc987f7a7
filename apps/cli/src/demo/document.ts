/** The facts of a finished demo, as one JSON document. Field names are stable; new ones may be added. */
import type { RefusedReport, VoidAttempt } from '@concord/sdk';
import type { ModelCard } from '../model/card.ts';
import type { Accusation } from './accusations.ts';
import type { Baselines, Spread } from './comparison.ts';
import type { GuardFacts } from './guardScene.ts';
import type { Scores } from './judge.ts';
import type { OnChain } from './onChain.ts';
import type { RoundRecord } from './progress.ts';

const short = ({ accuracy, auc, averagePrecision, recallAt1PercentFalseAlarms, atHome, noModel }: Scores) => ({
  accuracy,
  auc,
  averagePrecision,
  recallAt1pct: recallAt1PercentFalseAlarms,
  ...(atHome !== undefined && { atHome }),
  ...(noModel !== undefined && { noModel }),
});

const spread = ({ mean, deviation }: Spread) => ({ ...short(mean), deviation: short(deviation) });

/** What every demo can tell, also one that a liar brought to a stop. */
export interface DemoFacts {
  readonly dataset: { readonly name: string; readonly source: string; readonly real: boolean };
  readonly members: readonly { readonly name: string; readonly rows: number; readonly positives: number }[];
  readonly rounds: readonly RoundRecord[];
  readonly gas: { readonly total: bigint; readonly byPhase: ReadonlyMap<string, bigint> };
  readonly bytesPerMember: number;
  readonly seconds: { readonly total: number };
  readonly verify: {
    readonly verdict: string;
    readonly seconds: number;
    readonly clauses: readonly { id: string; sentence: string; verdict: string; evidence?: string }[];
    readonly refused: readonly RefusedReport[];
    readonly voids: readonly VoidAttempt[];
    readonly broken: readonly Accusation[];
  };
  readonly cheat?: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** A demo whose run came to its end, so that there is a model to judge. */
export interface FinishedFacts extends DemoFacts {
  readonly baselines: Baselines;
  readonly privately: Scores;
  readonly privacy: {
    readonly epsilon: number;
    readonly cap: number;
    readonly delta: number;
    readonly unit: 'record' | 'member';
    readonly noiseMultiplier: number;
    readonly honestNoiseContributors: number;
  };
  readonly seconds: { readonly total: number; readonly training: number; readonly central: number };
  readonly onChain: OnChain;
  /** What a guard with this model says of accounts; absent where records are about no accounts. */
  readonly guard?: GuardFacts;
  /** What `--out` leaves beside the document. */
  readonly card: ModelCard;
}

export const isFinished = (facts: DemoFacts | FinishedFacts): facts is FinishedFacts => 'onChain' in facts;

const roundsIn = (rounds: readonly RoundRecord[]) => rounds.map((round) => ({ ...round, gas: Number(round.gas) }));

export function toDocument(facts: DemoFacts | FinishedFacts): unknown {
  if (isFinished(facts)) return finishedDocument(facts);
  const { dataset, members, rounds, seconds, verify, cheat, versions } = facts;
  return { dataset, members, rounds: roundsIn(rounds), seconds, verify, ...(cheat && { cheat }), versions };
}

function finishedDocument(facts: FinishedFacts): unknown {
  const { baselines, rounds, privacy } = facts;
  const perRound = rounds.map(({ gas }) => Number(gas));
  return {
    dataset: facts.dataset,
    members: facts.members.map((member, i) => ({
      ...member,
      alone: spread(baselines.alone[i]!),
      alonePrivate: spread(baselines.alonePrivate[i]!),
    })),
    majority: baselines.majority,
    together: spread(baselines.together),
    private: { ...short(facts.privately), ...privacy, adjacency: 'zero-out', otherSeeds: spread(baselines.privately) },
    pooled: spread(baselines.pooled),
    rounds: roundsIn(rounds),
    gas: {
      perRound: perRound.reduce((a, b) => a + b, 0) / Math.max(1, perRound.length),
      total: Number(facts.gas.total),
      byPhase: Object.fromEntries([...facts.gas.byPhase].map(([phase, gas]) => [phase, Number(gas)])),
    },
    bytesPerMember: facts.bytesPerMember,
    seconds: {
      total: facts.seconds.total,
      perRound: rounds.reduce((sum, { seconds }) => sum + seconds, 0) / Math.max(1, rounds.length),
      training: facts.seconds.training,
      centralTraining: facts.seconds.central,
      overhead: facts.seconds.training / facts.seconds.central,
    },
    predict: { gas: Number(facts.onChain.predictGas), equal: facts.onChain.equal, asked: facts.onChain.asked },
    ...(facts.guard && { guard: facts.guard }),
    verify: facts.verify,
    ...(facts.cheat && { cheat: facts.cheat }),
    versions: facts.versions,
  };
}
