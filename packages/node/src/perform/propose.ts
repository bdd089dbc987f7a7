/** [CM8] Holders of a committee sign each list once, so one of them proposes it first. */
import { compareEntries, encodeFileList, encodeHeaderBlob, type HeaderEntry } from '@concord/sdk';
import { bytesToHex } from '../core/hex.ts';
import { proposersOf } from '../core/attempt.ts';
import { type PostKind, type Proposed, proposalOf, type TypeName } from '../core/slot.ts';
import type { Party } from '../ports.ts';
import { said, sayPlainly } from '../statements.ts';
import { fileDigests } from './accept.ts';
import { closedListOf } from './close.ts';
import { someOf, type Work } from './work.ts';

/** How long a later proposer waits to find itself signing an earlier one's list, milliseconds. */
const DEFERENCE = 2_000;

const signedAs = { noise: 'NoiseClosed', update: 'UploadsClosed', file: 'Verified' } as const satisfies Record<
  Proposed,
  PostKind
>;

/**
 * Proposes a list: what this holder has signed already, if it has, and otherwise what it hears from the holders of every
 * share; from both of each when `patient`, else from those who answer.
 */
export async function propose(party: Party, work: Work, what: Proposed, patient: boolean): Promise<void> {
  const { slot, holders } = work.place;
  const signed = () => said(party.journal, slot, signedAs[what]) as { readonly blob: string } | undefined;
  const first = proposersOf(holders)[0]?.address === party.me.address;
  const before = first ? signed() : await party.bell.until(signed, DEFERENCE);
  const blob = before?.blob ?? `0x${party.journal.putBlob(await listOf(party, work, what, patient))}`;
  work.signal.throwIfAborted();
  sayPlainly(party, slot, proposalOf(what), { blob });
}

const listOf = async (party: Party, work: Work, what: Proposed, patient: boolean): Promise<Uint8Array> =>
  what === 'file'
    ? encodeFileList(await fileDigests(party, work, patient))
    : encodeHeaderBlob(await unionOf(party, work, what, patient));

/** What the two holders of each share have closed, each header once. */
async function unionOf(party: Party, work: Work, type: TypeName, patient: boolean): Promise<readonly HeaderEntry[]> {
  const { place } = work;
  const pairs = Array.from({ length: place.attempt.shares }, (_, i) => place.pair(i + 1));
  const lists = await Promise.all(
    pairs.map((pair) => {
      const asked = pair.map((holder) => closedListOf(party, work, type, holder));
      return patient ? Promise.all(asked) : someOf(party.clock, asked);
    }),
  );
  const byHeader = new Map<string, HeaderEntry>();
  for (const each of lists.flat(2)) {
    const name = each && bytesToHex(each.header);
    if (name && !byHeader.has(name)) byHeader.set(name, each);
  }
  return [...byHeader.values()].sort(compareEntries);
}
