/** The model that an attempt starts from: every byte of it checked against what the chain says. */
import { decodeRunState, type RunState, runStateHash, startState } from '@concord/protocol';
import { type Address, bytesToHex, type Hex, hexToBytes } from '../core/hex.ts';
import { modelOf } from '@concord/sdk';
import type { Member } from '../ports.ts';
import { AttemptError, type Work } from './work.ts';

/** The run's state before this attempt (LR8): from the text in round 0, later from the last settled blob. */
export async function runStateOf(member: Member, work: Work): Promise<RunState> {
  const { run, view } = work;
  const settled = run.attempts.findLast((each) => each.settled && each.round < view.round)?.settled;
  const state = settled
    ? decodeRunState(await obtainBlob(member, work, settled.blob))
    : startState(member.text, hexToBytes(run.charter.textDigest));
  const hash = bytesToHex(runStateHash(state));
  const need = modelOf(run, view);
  if (hash !== need) throw new AttemptError('MODEL', `the model state hashes to ${hash}, the chain says ${need} [CH3]`);
  return state;
}

/**
 * The bytes that the chain names by this SHA-256: from the journal, or from a holder that has them; `keeper` is asked
 * first, who is known to have them before the others do.
 */
export async function obtainBlob(member: Member, work: Work, digest: Hex, keeper?: Address): Promise<Uint8Array> {
  const key = digest.slice(2);
  const have = member.journal.blob(key);
  if (have) return have;
  const others = work.place.holders.filter((holder) => holder !== member.me.address && holder !== keeper);
  const places = [...(keeper === undefined ? [] : [keeper]), ...others].map(work.where);
  const bytes = await member.peers.blob(places, key, work.signal);
  member.journal.putBlob(bytes);
  return bytes;
}
