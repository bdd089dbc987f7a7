/** What a model is, whom it was learned from and under which promise, as JSON: public facts of the run and no others. */
import { type CharterText, encodeModel, epsilonWad, parameterCount, type RunState } from '@concord/protocol';
import { type Deployment, isCommittee, type RunView } from '@concord/sdk';
import { sha256 } from 'viem';

export function cardOf(
  run: RunView,
  deployment: Deployment,
  { state, text }: { readonly state: RunState; readonly text: CharterText },
) {
  const { charter } = run;
  const { limits, aggregation } = charter;
  const last = run.attempts.findLast((each) => each.settled);
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
    data: {
      schema: text.schema,
      members: charter.members.length,
      /** From the noised statistics round: nobody published an exact count. */
      recordsNoised: state.statistics?.recordCount,
      mostRecordsPerMember: aggregation.maxRecords,
    },
    training: { ...text.training, rounds: limits.rounds, updatesInLastRound: last?.verified?.updates },
    privacy: {
      epsilon: Number(epsilonWad(run.rho, BigInt(limits.deltaExponent))) / 1e18,
      epsilonCap: Number(limits.epsilonCap) / 1e18,
      delta: 10 ** -limits.deltaExponent,
      unit: aggregation.unit === 1 ? 'record' : 'member',
      adjacency: 'zero-out',
      honestNoiseContributors: aggregation.honest,
      holders: isCommittee(charter)
        ? `committee of ${aggregation.shares} pairs`
        : `${aggregation.shares} members, one share each`,
    },
    clauses: text.clauses,
  };
}
