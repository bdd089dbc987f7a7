/** AG4: what a report is bound to. */
import { join, sha256, tag, u32, u64 } from './bytes.ts';
import { NOISE, type ReportType } from './parameters.ts';

/** One attempt at one round of one run, on one chain. All byte strings are 32 bytes but the contract (20). */
export interface Attempt {
  readonly chainId: bigint;
  readonly contract: Uint8Array;
  readonly runId: Uint8Array;
  readonly round: number;
  readonly attempt: number;
  readonly paramsHash: Uint8Array;
  readonly drawBeacon: Uint8Array;
  readonly committeeHash: Uint8Array;
  readonly modelHash: Uint8Array;
  readonly noiseRoot: Uint8Array;
  readonly openBeacon: Uint8Array;
}

export function noiseContext(a: Attempt): Buffer {
  const place = join(u64(a.chainId), a.contract, a.runId, u32(a.round), u32(a.attempt));
  return sha256(tag('noise-context'), place, a.paramsHash, a.drawBeacon, a.committeeHash);
}

export function updateContext(a: Attempt): Buffer {
  return sha256(tag('update-context'), noiseContext(a), a.modelHash, a.noiseRoot, a.openBeacon);
}

/** The ctx of a report's type. */
export const contextOf = (a: Attempt, type: ReportType): Buffer =>
  type === NOISE ? noiseContext(a) : updateContext(a);
