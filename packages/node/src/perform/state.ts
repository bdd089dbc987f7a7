/** The model that an attempt starts from: every byte of it checked against what the chain says. */
import { type CharterText, decodeRunState, type RunState, runStateHash, startState } from '@concord/protocol';
import { type Address, bytesToHex, type Hex, hexToBytes } from '../core/hex.ts';
import { modelOf, readCharterText } from '@concord/sdk';
import type { Party } from '../ports.ts';
import { AttemptError, type Work } from './work.ts';

/** The run's state before this attempt (LR8): from the text in round 0, later from the last settled blob. */
export async function runStateOf(party: Party, work: Work): Promise<RunState> {
  const { run, view } = work;
  const settled = run.attempts.findLast((each) => each.settled && each.round < view.round)?.settled;
  const state = settled
    ? decodeRunState(await obtainBlob(party, work, settled.blob))
    : startState(await textOf(party, work), hexToBytes(run.charter.textDigest));
  const hash = bytesToHex(runStateHash(state));
  const need = modelOf(run, view);
  if (hash !== need) throw new AttemptError('MODEL', `the model state hashes to ${hash}, the chain says ${need} [CH3]`);
  return state;
}

/** The charter's text: the one that a member consented to, or for an aggregator the members' [CH1]. */
export async function textOf(party: Party, work: Work): Promise<CharterText> {
  if (party.reporter) return party.reporter.text;
  const { textDigest, members } = work.run.charter;
  return party.workbench.text(async () =>
    readCharterText(await obtainBlob(party, work, textDigest, members), textDigest),
  );
}

/**
 * The bytes that the chain names by this SHA-256: from the journal, or from a holder that has them; `keepers` are asked
 * first, who are known to have them before the others do.
 */
export async function obtainBlob(
  party: Party,
  work: Work,
  digest: Hex,
  keepers: readonly Address[] = [],
): Promise<Uint8Array> {
  const key = digest.slice(2);
  const have = party.journal.blob(key);
  if (have) return have;
  const places = new Set([...keepers, ...work.place.holders.map(({ address }) => address)]);
  places.delete(party.me.address);
  const bytes = await party.peers.blob([...places].map(work.where), key, work.signal);
  party.journal.putBlob(bytes);
  return bytes;
}
