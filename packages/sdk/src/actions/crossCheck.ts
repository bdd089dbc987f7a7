import { chartersAbi, roundsAbi } from '@concord/contracts';
import { BaseError, ContractFunctionRevertedError } from 'viem';
import type { ConcordClient } from '../client.ts';
import type { Fact, Hex } from '../facts.ts';
import { agreed, ChainError, readersOf } from '../rpc.ts';
import { emptyView, fold, type RunView, ViewError } from '../view.ts';

/** PHASES[8]. */
const FINISHED = 8;

/** The run of these facts, as far as they follow each other. */
function runIn(facts: readonly Fact[], runId: Hex): RunView | undefined {
  let view = emptyView;
  try {
    for (const fact of facts) view = fold(view, fact);
  } catch (error) {
    if (!(error instanceof ViewError)) throw error;
  }
  return view.runs.get(runId);
}

/**
 * Throws ChainError CONTRADICTION unless the facts up to `block` tell of a run what its contracts hold there: whether it
 * passed, what it has spent, and its model. Logs that an RPC leaves out would otherwise be held against the run [RD13].
 */
export async function crossCheck(
  client: ConcordClient,
  facts: readonly Fact[],
  runId: Hex,
  block: bigint,
): Promise<void> {
  const { charters, rounds } = client.deployment;
  const readers = readersOf(client);
  const run = runIn(facts, runId);
  const need = (have: unknown, held: unknown, what: string): void => {
    if (String(have) !== String(held))
      throw new ChainError(
        'CONTRADICTION',
        `the logs up to block ${block} tell ${what} ${have}, the contract holds ${held}`,
      );
  };
  const at = { args: [runId], blockNumber: block } as const;
  const passed = readers.map((reader) =>
    reader.readContract({ address: charters, abi: chartersAbi, functionName: 'passed', ...at }),
  );
  need(
    run?.passed !== undefined,
    await agreed(passed, String, 'whether the charter passed'),
    'that the charter passed:',
  );
  if (!run?.passed) return;
  const held = readers.map((reader) =>
    reader.readContract({ address: rounds, abi: roundsAbi, functionName: 'factsOf', ...at }),
  );
  const facing = await agreed(held, ({ rho, model, phase }) => `${rho} ${model} ${phase}`, `run ${runId}`).catch(
    (error: unknown) => {
      // A committee's run that nobody has begun is not known to Rounds.
      const reverted = (cause: unknown): boolean => cause instanceof ContractFunctionRevertedError;
      if (error instanceof BaseError && error.walk(reverted)) return undefined;
      throw error;
    },
  );
  if (!facing) return;
  need(run.rho, facing.rho, 'of a spent ρ of');
  need(run.model, facing.model, 'of a model');
  if (run.ended === 'gas' || run.ended === 'stopped') need(FINISHED, facing.phase, 'of a run that ended, phase');
}
