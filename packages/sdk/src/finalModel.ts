/** The model that a run ended with: bytes from whoever has them, believed only where they hash to what the chain says. */
import { type CharterText, decodeRunState, modelHash, type RunState, runStateHash } from '@concord/protocol';
import { bytesToHex } from 'viem';
import { fetchBlob } from './blobs.ts';
import { readCharterText } from './compileCharter.ts';
import type { Charter, Fact, Hex } from './facts.ts';
import type { BlobSource } from './verify/evidence.ts';
import { emptyView, fold, type RunView, runPhaseAt } from './view.ts';

export type FinalModelErrorCode =
  | 'UNKNOWN_RUN'
  | 'UNKNOWN_MODEL'
  | 'NOT_FINISHED'
  | 'NO_MODEL'
  | 'NO_BYTES'
  | 'OTHER_BYTES';

/** There is no such model here, or not yet, or nobody serves its bytes. */
export class FinalModelError extends Error {
  readonly code: FinalModelErrorCode;
  constructor(code: FinalModelErrorCode, message: string) {
    super(message);
    this.name = 'FinalModelError';
    this.code = code;
  }
}

/** A model and where it comes from: charter → run → state, each checked against the hash that stands on chain. */
export interface FinalModel {
  readonly runId: Hex;
  /** SHA-256 of the canonical bytes: the name under which contracts know it (LR2). */
  readonly modelId: Hex;
  readonly charter: Charter;
  readonly text: CharterText;
  /** The text as its digest has it: what registering needs (CH10). */
  readonly textBytes: Uint8Array;
  readonly state: RunState;
}

/** A run by its id (= its charter's), or a model by the name under which it was registered. */
export type ModelName = { readonly runId: Hex } | { readonly modelId: Hex };

/** Bytes from announced endpoints, or from one source such as a gateway; undefined where nobody has them. */
export const endpointsOf =
  (sources: readonly string[]): BlobSource =>
  (digest) =>
    fetchBlob(sources, digest).catch(() => undefined);

/** The run that is meant. Throws FinalModelError UNKNOWN_RUN or UNKNOWN_MODEL. */
function runNamed(facts: readonly Fact[], name: ModelName): RunView {
  const { runs } = facts.reduce(fold, emptyView);
  if ('runId' in name) {
    const run = runs.get(name.runId);
    if (run) return run;
    throw new FinalModelError('UNKNOWN_RUN', `no charter ${name.runId} was proposed here: check id and deployment`);
  }
  const registered = facts.find((fact) => fact.kind === 'registered' && fact.modelId === name.modelId);
  const run = registered?.kind === 'registered' ? runs.get(registered.runId) : undefined;
  if (run) return run;
  throw new FinalModelError('UNKNOWN_MODEL', `no model ${name.modelId} is registered here: name it by its run id`);
}

/**
 * The model of a run that is over, from wherever its bytes are. `time`: of the chain or, for what an archive holds, its
 * `now`, seconds; without it a run that its sunset ended is not known to be over. Throws FinalModelError, CharterTextError or ModelError. [BD1]
 */
export async function finalModelOf(run: RunView, blobs: BlobSource, time = 0): Promise<FinalModel> {
  const { charterId: runId, charter } = run;
  const settled = run.attempts.findLast((each) => each.settled)?.settled;
  if (runPhaseAt(run, time) !== 'FINISHED')
    throw new FinalModelError('NOT_FINISHED', `run ${runId} is not finished: see “concord status”`);
  if (settled === undefined)
    throw new FinalModelError('NO_MODEL', `run ${runId} ended before its first round was final: it learned nothing`);
  const bytes = async (digest: Hex, what: string): Promise<Uint8Array> => {
    const found = await blobs(digest);
    if (found) return found;
    throw new FinalModelError(
      'NO_BYTES',
      `nobody serves the ${what} (SHA-256 ${digest}): ask its members, or an archive`,
    );
  };
  const state = decodeRunState(await bytes(settled.blob, 'final state'));
  const hash = bytesToHex(runStateHash(state));
  if (hash !== run.model)
    throw new FinalModelError(
      'OTHER_BYTES',
      `the published state hashes to ${hash}, the chain says ${run.model}: run “concord verify”`,
    );
  const textBytes = await bytes(charter.textDigest, 'charter’s text');
  const text = readCharterText(textBytes, charter.textDigest);
  return { runId, modelId: bytesToHex(modelHash(state.optimizer.model)), charter, text, textBytes, state };
}

/** The same from all facts of a deployment, by run or by model. Throws FinalModelError and as `finalModelOf` does. */
export async function finalModelIn(
  facts: readonly Fact[],
  name: ModelName,
  blobs: BlobSource,
  time = 0,
): Promise<FinalModel> {
  const model = await finalModelOf(runNamed(facts, name), blobs, time);
  if ('modelId' in name && model.modelId !== name.modelId)
    throw new FinalModelError(
      'OTHER_BYTES',
      `registered is ${name.modelId}, run ${model.runId} ended with ${model.modelId}: run “concord verify”`,
    );
  return model;
}
