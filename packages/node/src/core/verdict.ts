/**
 * What to do with bytes from outside: accept them, ignore them for now (they may be right later, or for somebody else),
 * or reject them for good. Pure and total; nothing here throws because of what a peer sent.
 */
import {
  type Components,
  concat,
  contextFor,
  decodeHeader,
  decodeReport,
  decodeSeal,
  equalBytes,
  type Header,
  headerBytes,
  type PublicReport,
  recover,
  ReportError,
  reportDigest as digestToSign,
  type Seal,
  sealsDigest,
  SIGNATURE_BYTES,
} from '@concord/protocol';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes } from './hex.ts';
import type { Address } from '../../../sdk/src/facts.ts';
import type { Place } from './attempt.ts';
import type { HeaderEntry } from '../../../sdk/src/records.ts';
import { type TypeName, typeByte } from './slot.ts';

export type Verdict<T> =
  | { readonly verdict: 'accept'; readonly value: T }
  /** Nothing is wrong with the bytes; `message` says when or where to bring them. */
  | { readonly verdict: 'ignore'; readonly code: string; readonly message: string }
  | { readonly verdict: 'reject'; readonly code: string; readonly message: string };

export const accept = <T>(value: T): Verdict<T> => ({ verdict: 'accept', value });
export const ignore = (code: string, message: string): Verdict<never> => ({ verdict: 'ignore', code, message });
export const reject = (code: string, message: string): Verdict<never> => ({ verdict: 'reject', code, message });

const because = (error: ReportError): Verdict<never> => reject(error.code, error.message);

/** A public report that somebody brings as `member`'s [AG15]. */
export function judgeReport(
  bytes: Uint8Array,
  type: TypeName,
  member: Address,
  place: Place,
  components: Components,
): Verdict<PublicReport> {
  const assigned = judgeMember(type, member, place);
  if (assigned.verdict !== 'accept') return assigned;
  if (assigned.value !== place.share)
    return ignore(
      'OTHER_GROUP',
      `bring it to the holders of share ${assigned.value}; this node has share ${place.share}`,
    );
  const report = decodeReport(bytes, typeByte[type], place.attempt, components, (...signed) =>
    isJudged(place, ...signed),
  );
  if (report instanceof ReportError) return because(report);
  if (!isMember(report.header, member)) return reject('MEMBER', `the header is of another member than ${member}`);
  return accept(report);
}

/** The group of a member that may report in this attempt. */
function judgeMember(type: TypeName, member: Address, place: Place): Verdict<number> {
  if (!place.members.includes(member)) return reject('NOT_SEATED', `${member} may not report in this attempt`);
  if (type === 'update' && !place.attempt.updateContext)
    return ignore('NOT_OPEN', 'updates are taken once the attempt is OPEN; bring it again then');
  return accept(place.group(member, type));
}

const isMember = (header: Header, member: Address): boolean => equalBytes(header.member, hexToBytes(member));

const signedName = (header: Uint8Array, signature: Uint8Array): string =>
  `${bytesToHex(header)}${bytesToHex(signature)}`;

/** Was this signature of this header found right before? */
export const isJudged = ({ judged }: Pick<Place, 'judged'>, header: Uint8Array, signature: Uint8Array): boolean =>
  judged.has(signedName(header, signature));

/** A signed header of this attempt and type. */
function judgeHeader(
  header: Uint8Array,
  signature: Uint8Array,
  type: TypeName,
  place: Place,
): Verdict<{ readonly header: Header; readonly member: Address }> {
  const decoded = decodeHeader(header);
  if (decoded instanceof ReportError) return because(decoded);
  const { attempt } = place;
  if (decoded.type !== typeByte[type]) return reject('TYPE', `the header is not of type ${type}`);
  if (decoded.seedCommitments.length !== attempt.shares) return reject('SHARES', `need ${attempt.shares} shares`);
  if (decoded.field !== attempt.sizes.params.field) return reject('FIELD', `need field ${attempt.sizes.params.field}`);
  if (!equalBytes(decoded.context, contextFor(attempt, typeByte[type])))
    return reject('CONTEXT', 'the header is bound to another attempt, model or noise [AG4]');
  const signer = isJudged(place, header, signature)
    ? decoded.member
    : recover(digestToSign(attempt.domain, keccak_256(header)), signature);
  if (!signer || !equalBytes(signer, decoded.member))
    return reject('SIGNATURE', 'the header is not signed by its member');
  place.judged.add(signedName(header, signature));
  const member = place.members.find((each) => isMember(decoded, each));
  return member
    ? accept({ header: decoded, member })
    : reject('NOT_SEATED', 'its member may not report in this attempt');
}

/** i of AG11: which of a report's k·r seals is a holder's. */
export const sealNumber = (
  { attempt }: Pick<Place, 'attempt'>,
  { share, role }: Pick<Place, 'share' | 'role'>,
): number => (share - 1) * attempt.sizes.params.holders + role + 1;

/** What a member sends to every holder: its signed header and the seal of that holder's share. */
export interface Delivery {
  readonly header: Header;
  readonly headerHash: Uint8Array;
  readonly member: Address;
  readonly seal: Seal;
}

export const encodeDelivery = (header: Uint8Array, signature: Uint8Array, seal: Uint8Array): Uint8Array =>
  concat(header, signature, seal);

/**
 * A seal comes with the signed header that it belongs to, so nobody can fill a member's place with somebody else's
 * bytes. Whether it opens is not asked here: that is the complaint of AG13.
 */
export function judgeDelivery(
  bytes: Uint8Array,
  type: TypeName,
  member: Address,
  place: Place,
  components: Components,
): Verdict<Delivery> {
  const assigned = judgeMember(type, member, place);
  if (assigned.verdict !== 'accept') return assigned;
  const split = headerBytes(place.attempt.shares);
  const header = bytes.subarray(0, split);
  const judged = judgeHeader(header, bytes.subarray(split, split + SIGNATURE_BYTES), type, place);
  if (judged.verdict !== 'accept') return judged;
  if (judged.value.member !== member) return reject('MEMBER', `the header is of another member than ${member}`);
  const seal = decodeSeal(bytes.subarray(split + SIGNATURE_BYTES), place.attempt);
  if (seal instanceof ReportError) return because(seal);
  const headerHash = keccak_256(header);
  const number = sealNumber(place, place);
  if (seal.number !== number) return reject('SEAL_SHARE', `the seal is number ${seal.number}, not ${number}`);
  const belongs =
    equalBytes(seal.headerHash, headerHash) &&
    equalBytes(sealsDigest(seal.cipherDigests, components.platform), judged.value.header.sealsDigest);
  if (!belongs) return reject('SEAL_HEADER', 'the seal is not one that the header commits to');
  return accept({ header: judged.value.header, headerHash, member, seal });
}

/**
 * The entries of a list that count: signed headers of this attempt, each once, and those of the group of `share` where
 * one is named. The rest are left out by every holder alike, for the judgement depends on nothing but the entry: so all
 * that were given one list find one union.
 */
export function judgeList(
  entries: readonly HeaderEntry[],
  type: TypeName,
  share: number | undefined,
  place: Place,
): readonly HeaderEntry[] {
  const seen = new Set<string>();
  return entries.filter(({ header, signature }) => {
    const judged = judgeHeader(header, signature, type, place);
    const name = bytesToHex(header);
    if (judged.verdict !== 'accept' || seen.has(name)) return false;
    seen.add(name);
    return share === undefined || place.group(judged.value.member, type) === share;
  });
}
