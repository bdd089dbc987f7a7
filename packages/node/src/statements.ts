/** Saying things: the journal first, the signature after, so that a second version of a statement cannot come to be. */
import { type Hex, sign, type Statement, type StatementKind, TYPES } from '@concord/sdk';
import { entry, type PostKind, type Slot } from './core/slot.ts';
import type { Journal } from './journal.ts';
import type { Party } from './ports.ts';

const encode = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const decode = (bytes: Uint8Array): object => JSON.parse(new TextDecoder().decode(bytes)) as object;

const isStatement = (kind: string): kind is StatementKind => kind in TYPES;

type About = 'Stop' | 'Seat' | 'CommitteeSeat' | 'NoiseClosed' | 'UploadsClosed' | 'Verified' | 'Unmasked' | 'Settled';

/**
 * Commits to a statement about an attempt: from now on it, and never another of its kind, is served and signed. Returns
 * false when the journal already holds a different one, which then stands.
 */
export function say(party: Pick<Party, 'journal' | 'bell' | 'log'>, slot: Slot, statement: Statement<About>): boolean {
  const stands = sayPlainly(party, slot, statement.kind, statement);
  if (!stands) party.log('said otherwise before', { kind: statement.kind, round: slot.round, attempt: slot.attempt });
  return stands;
}

/** The same for what needs no signature: a preimage that its own hash vouches for, the digest of a file. */
export function sayPlainly(
  { journal, bell }: Pick<Party, 'journal' | 'bell'>,
  slot: Slot,
  kind: PostKind,
  value: object,
): boolean {
  const bytes = encode(value);
  const stands = journal.record(slot, entry.post(kind), bytes);
  bell.ring();
  return Buffer.compare(stands, bytes) === 0;
}

export function said(journal: Journal, slot: Slot, kind: PostKind): object | undefined {
  const bytes = journal.read(slot, entry.post(kind));
  return bytes && decode(bytes);
}

/** A post as others see it: the statement's fields, and its signature where it has one (deterministic: RFC 6979). */
export function readPost(
  { journal, deployment }: Pick<Party, 'journal' | 'deployment'>,
  privateKey: Hex,
  slot: Slot,
  kind: PostKind,
): Promise<object> | undefined {
  const value = said(journal, slot, kind);
  if (!value) return undefined;
  if (!isStatement(kind)) return Promise.resolve(value);
  return sign(privateKey, deployment, value as Statement).then((signature) => ({ ...value, signature }));
}
