/** The model that a run ended with: bytes from whoever still has them, checked against what the chain says. */
import { type CharterText, decodeRunState, type RunState, runStateHash } from '@concord/protocol';
import { type ChainView, fetchBlob, readCharterText, type RunView } from '@concord/sdk';
import { toHex } from 'viem';
import { SettingError } from '../settings/checks.ts';

export interface Final {
  readonly state: RunState;
  readonly text: CharterText;
  readonly textBytes: Uint8Array;
}

const sourcesOf = (run: RunView, view: ChainView, source: string | undefined): readonly string[] =>
  source === undefined ? [...new Set([...run.endpoints.values(), ...view.endpoints.values()])] : [source];

/** Throws SettingError while the run goes on, BlobError when nobody has the bytes. */
export async function finalState(run: RunView, view: ChainView, source?: string): Promise<Final> {
  const settled = run.attempts.findLast((each) => each.settled)?.settled;
  if (!run.finished || settled === undefined)
    throw new SettingError('--run', `run ${run.charterId} is not finished: see “concord status”`);
  const sources = sourcesOf(run, view, source);
  const state = decodeRunState(await fetchBlob(sources, settled.blob));
  const hash = toHex(runStateHash(state));
  if (hash !== run.model)
    throw new SettingError(
      'model',
      `the published state hashes to ${hash}, the chain says ${run.model}: run “concord verify”`,
    );
  const { textDigest } = run.charter;
  const textBytes = await fetchBlob(sources, textDigest);
  return { state, text: readCharterText(textBytes, textDigest), textBytes };
}
