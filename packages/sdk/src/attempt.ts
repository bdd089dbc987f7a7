/** From what the chain says to what the protocol's verbs take: parameters, contexts and groups of one attempt. Pure. */
import {
  type Attempt,
  type CharterText,
  noiseContext,
  type Params,
  type Platform,
  type prepareRun,
  type RoundRules,
  updateContext,
} from '@concord/protocol';
import { hexToBytes } from 'viem';
import type { Aggregation, Charter, Deployment, Hex } from './facts.ts';
import { paramsHashOf } from './identity.ts';
import { sharesOf } from './seats.ts';
import type { AttemptView, RunView } from './view.ts';

/** The protocol's form of the charter's struct. */
export const paramsOf = (aggregation: Aggregation): Params => ({
  ...aggregation,
  holders: aggregation.holders === 2 ? 2 : 1,
  matrixSeed: hexToBytes(aggregation.matrixSeed),
});

/** What turns a run's opened sums into its models: the text, and the struct's integers that it is scaled by (LR10). */
export const rulesOf = ({ limits, aggregation }: Charter, text: CharterText): RoundRules => ({
  charter: text,
  rounds: limits.rounds,
  d: aggregation.d,
  recordBound: Number(aggregation.recordBound),
  bound: Number(aggregation.bound),
});

/** Hash of the model that an attempt starts from: the last one settled before its round, or the charter's. */
export const modelOf = (run: RunView, view: AttemptView): Hex =>
  run.attempts.findLast((each) => each.settled && each.round < view.round)?.settled?.modelHash ??
  run.charter.initialModel;

/** An attempt as its reports are bound to it [AG4]; undefined before it is seated. No update context before OPEN. */
export function attemptOf(
  run: RunView,
  view: AttemptView,
  prepared: ReturnType<typeof prepareRun>,
  deployment: Deployment,
  platform: Platform,
): Attempt | undefined {
  const { seated, noise, open } = view;
  if (!seated) return undefined;
  const domain = { chainId: BigInt(deployment.chainId), contract: hexToBytes(deployment.rounds) };
  const context = noiseContext(
    {
      ...domain,
      runId: hexToBytes(run.charterId),
      round: view.round,
      attempt: view.attempt,
      paramsHash: hexToBytes(paramsHashOf(run.charter.aggregation)),
      drawBeacon: hexToBytes(view.drawBeacon),
      committeeHash: hexToBytes(seated.committeeHash),
    },
    platform,
  );
  const bound = { ...prepared, shares: sharesOf(view), domain, noiseContext: context };
  if (!noise || !open) return bound;
  const update = {
    modelHash: hexToBytes(modelOf(run, view)),
    noiseRoot: hexToBytes(noise.root),
    openBeacon: hexToBytes(open.beacon),
  };
  return { ...bound, updateContext: updateContext(context, update, platform) };
}
