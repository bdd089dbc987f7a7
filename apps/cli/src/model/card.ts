/**
 * What a model is, whom it was learned from, under which promise, what it gets wrong and where it comes from, as JSON:
 * public facts of the run, and an evaluation where somebody made one. [BD5]
 */
import { type CharterText, encodeModel, parameterCount, type RunState } from '@concord/protocol';
import {
  type Address,
  charterFacts,
  type Deployment,
  type FinalModel,
  isCommittee,
  type RunView,
  useWords,
} from '@concord/sdk';
import { epsilonWad } from '@concord/protocol';
import { sha256 } from 'viem';
import type { ModelEvaluation } from './evaluation.ts';

/** What somebody who holds a member's file says about its size; no run publishes that. */
export interface MemberSize {
  readonly address: Address;
  readonly name: string;
  readonly records: number;
  readonly positives: number;
}

export interface CardExtras {
  /** An archive's logs are what the archivist read; “chain” unless told. */
  readonly readFrom?: 'chain' | 'archive';
  /** Whether the model stands on chain, where contracts call it. */
  readonly registered?: boolean;
  readonly evaluation?: ModelEvaluation;
  readonly sizes?: { readonly says: string; readonly members: readonly MemberSize[] };
}

/** Field names are stable; new ones may be added. */
export function cardOf(
  run: RunView,
  deployment: Deployment,
  { state, text }: { readonly state: RunState; readonly text: CharterText } | FinalModel,
  { readFrom = 'chain', registered, evaluation, sizes }: CardExtras = {},
) {
  const { charter } = run;
  const { limits, aggregation } = charter;
  const last = run.attempts.findLast((each) => each.settled);
  const { privacy, use } = charterFacts(charter, text);
  return {
    concord: 'model-card',
    version: 1,
    name: text.name,
    purpose: text.purpose,
    metric: text.metric,
    run: {
      id: run.charterId,
      ...deployment,
      textDigest: charter.textDigest,
      settledInBlock: Number(last?.settled?.origin.block ?? 0n),
    },
    model: {
      ...text.model,
      parameters: parameterCount(text.model),
      /** SHA-256 of the canonical bytes: the name under which contracts know it (LR2). */
      modelId: sha256(encodeModel(state.optimizer.model)),
      /** What stands on chain as the run’s last model hash (LR10). */
      runStateHash: run.model,
    },
    /** From the charter that was voted on to the bytes that answer; each step is a hash that stands on chain. */
    lineage: {
      charter: {
        id: run.charterId,
        version: charter.version,
        textDigest: charter.textDigest,
        succeeds: charter.succeeds,
      },
      run: {
        id: run.charterId,
        settledRounds: run.attempts.filter(({ settled }) => settled).length,
        voidAttempts: run.attempts.filter(({ voided }) => voided).length,
        runStateHash: run.model,
      },
      modelId: sha256(encodeModel(state.optimizer.model)),
      ...(registered !== undefined && { registered }),
      engine: {
        class: 'integer, exact',
        says: 'int32 in Q16, the same bits in TypeScript and in the contract (IN3); transform and standardisation are floating point off chain (IN1)',
      },
      readFrom,
      check: `concord verify --run ${run.charterId}`,
    },
    data: {
      schema: text.schema,
      members: charter.members.length,
      /** From the noised statistics round: nobody published an exact count. */
      ...(aggregation.unit === 1 && { recordsNoised: state.statistics?.recordCount }),
      ...(aggregation.unit === 1 && { mostRecordsPerMember: aggregation.maxRecords }),
      perMember: charter.members.map((address) => {
        const known = sizes?.members.find((each) => each.address === address);
        return known ?? { address, records: null };
      }),
      perMemberFrom: sizes?.says ?? 'nobody: a run publishes no member’s count, only the noised sum of all',
      split: evaluation
        ? 'every record of the members’ files trained; the evaluation is on others'
        : 'every record of the members’ files trained; none is held out by the run',
    },
    training: { ...text.training, rounds: limits.rounds, updatesInLastRound: last?.verified?.updates },
    privacy: {
      epsilon: Number(epsilonWad(run.rho, BigInt(limits.deltaExponent))) / 1e18,
      epsilonCap: privacy.epsilonCap,
      delta: privacy.delta,
      unit: privacy.unit,
      adjacency: privacy.adjacency,
      noiseMultiplier: privacy.noiseMultiplier,
      honestNoiseContributors: aggregation.honest,
      holders: isCommittee(charter)
        ? `committee of ${aggregation.shares} pairs`
        : `${aggregation.shares} members, one share each`,
    },
    evaluation: evaluation ?? null,
    /** What evades it, whom it wrongs, and what nobody measured. */
    limits: [
      ...(evaluation ? evaded(evaluation) : []),
      'Its parameters are public: whoever reads them can search for records that it misjudges.',
      'It knows only what its columns say; a record that looks like nothing its members saw may get any score.',
      ...(evaluation === undefined
        ? [
            'Nobody has measured here what it gets wrong: “concord model card --data FILE” does, on records of your own.',
          ]
        : []),
    ],
    use: {
      ...use,
      license: null,
      says: ['The charter names no license.', ...useWords(text.use)].join(' '),
    },
    clauses: text.clauses,
  };
}

/** What the evaluation says about its gaps, in words. */
function evaded({ groups, blank }: ModelEvaluation): string[] {
  const least = groups.filter(({ found }) => found.of > 0).sort((a, b) => a.found.share - b.found.share)[0];
  const most = groups
    .filter(({ falseAlarms }) => falseAlarms.of > 0)
    .sort((a, b) => b.falseAlarms.share - a.falseAlarms.share)[0];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    ...(least
      ? [`What evades it most: ${least.what}; ${percent(least.found.share)} of those of label 1 are found.`]
      : []),
    ...(most
      ? [`Whom it wrongs most: ${most.what}; ${percent(most.falseAlarms.share)} of the known-good ones are flagged.`]
      : []),
    ...(blank
      ? [
          `A record about which nothing is known ${blank.flagged ? 'is flagged, guilty or not' : 'passes, guilty or not'}: whoever serves the model must say “not checked” there instead.`,
        ]
      : []),
  ];
}

export type ModelCard = ReturnType<typeof cardOf>;
