/** The byte strings that bind a report to one place and time (AG4). All hashes have 32 bytes, addresses 20. */
import { concat, tag, u32, u64 } from './codec.ts';
import type { Platform } from './platform.ts';

/** What both report types of an attempt are bound to. */
export interface AttemptFacts {
  readonly chainId: bigint;
  readonly contract: Uint8Array;
  readonly runId: Uint8Array;
  readonly round: number;
  readonly attempt: number;
  readonly paramsHash: Uint8Array;
  readonly drawBeacon: Uint8Array;
  readonly committeeHash: Uint8Array;
}

/** What an update is bound to besides. */
export interface UpdateFacts {
  readonly modelHash: Uint8Array;
  readonly noiseRoot: Uint8Array;
  readonly openBeacon: Uint8Array;
}

/** A field of a context that has another width than hashed strings allow. */
export class ContextError extends Error {
  readonly code = 'CONTEXT_WIDTH';
  readonly have: number;
  readonly need: number;
  constructor(field: string, have: number, need: number) {
    super(`${field} has ${have} bytes, must have ${need}`);
    this.name = 'ContextError';
    this.have = have;
    this.need = need;
  }
}

function fixed(fields: Readonly<Record<string, Uint8Array>>): Uint8Array[] {
  return Object.entries(fields).map(([name, bytes]) => {
    const width = name === 'contract' ? 20 : 32;
    if (bytes.length !== width) throw new ContextError(name, bytes.length, width);
    return bytes;
  });
}

/** noiseCtx: 32 bytes. Throws ContextError on a field of the wrong width, RangeError on an integer that does not fit. */
export function noiseContext(facts: AttemptFacts, platform: Platform): Uint8Array {
  const { contract, runId, paramsHash, drawBeacon, committeeHash } = facts;
  return platform.sha256(
    concat(
      tag('noise-context'),
      u64(facts.chainId),
      ...fixed({ contract, runId }),
      u32(facts.round),
      u32(facts.attempt),
      ...fixed({ paramsHash, drawBeacon, committeeHash }),
    ),
  );
}

/** ctx of an update: 32 bytes. Throws ContextError on a field of the wrong width. */
export function updateContext(noiseCtx: Uint8Array, facts: UpdateFacts, platform: Platform): Uint8Array {
  const { modelHash, noiseRoot, openBeacon } = facts;
  return platform.sha256(concat(tag('update-context'), ...fixed({ noiseCtx, modelHash, noiseRoot, openBeacon })));
}
