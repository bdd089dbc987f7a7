/** Seals: a share's seed, encrypted to the holders of that share (AG11, AG13). */
import { concat, equalBytes, Reader, tag, u8 } from '../codec.ts';
import * as hpke from '../hpke.ts';
import type { KeyPair, Platform } from '../platform.ts';
import { Secret } from '../secret.ts';
import type { Attempt, Components } from './attempt.ts';
import { ReportError } from './error.ts';
import { coreHash, type Header, sealsDigest } from './header.ts';
import { headerHash } from './report.ts';
import { seedCommitment } from './streams.ts';

export const SEED_BYTES = 32;
/** enc (32) ‖ ct (48). */
export const CIPHERTEXT_BYTES = hpke.ENC_BYTES + SEED_BYTES + hpke.TAG_BYTES;

/** headerHash ‖ u8 i ‖ SHA-256(ct_1) … SHA-256(ct_(k·r)) ‖ ct_i; with r = 1, i is the share's number j. */
export interface Seal {
  readonly headerHash: Uint8Array;
  /** i: 1 … k·r; the holders of a share are neighbours, primary first. */
  readonly number: number;
  /** j = ⌈i/r⌉: 1 … k. */
  readonly share: number;
  readonly cipherDigests: readonly Uint8Array[];
  /** ct_i: enc (32) ‖ AEAD output (48). */
  readonly ciphertext: Uint8Array;
}

const info = (context: Uint8Array, share: number): Uint8Array => concat(tag('seed'), context, u8(share));

/** ct_i for one holder of a share. Throws HpkeKeyError where the holder's key is unusable. */
export const sealSeed = (
  seed: Secret,
  context: Uint8Array,
  core: Uint8Array,
  share: number,
  holder: Uint8Array,
  ephemeral: KeyPair,
  platform: Platform,
): Uint8Array => hpke.seal(platform, holder, info(context, share), core, seed.reveal(), ephemeral);

export const encodeSeal = (seal: Omit<Seal, 'share'>): Uint8Array =>
  concat(seal.headerHash, u8(seal.number), ...seal.cipherDigests, seal.ciphertext);

/** Bytes of a seal. */
export const sealBytes = (attempt: Attempt): number =>
  33 + 32 * attempt.shares * attempt.sizes.params.holders + CIPHERTEXT_BYTES;

/** Total decoder: the seal of these bytes for an attempt with k shares and r holders, or why it is none. */
export function decodeSeal(bytes: Uint8Array, attempt: Attempt): Seal | ReportError {
  const { holders } = attempt.sizes.params;
  const count = attempt.shares * holders;
  if (bytes.length !== sealBytes(attempt)) return new ReportError('SEAL_LENGTH', bytes.length, sealBytes(attempt));
  const reader = new Reader(bytes);
  const headerHash = reader.take(32).slice();
  const number = reader.uint(1);
  if (number < 1 || number > count) return new ReportError('SEAL_SHARE', number, `1 … ${count}`);
  return {
    headerHash,
    number,
    share: Math.ceil(number / holders),
    cipherDigests: Array.from({ length: count }, () => reader.take(32).slice()),
    ciphertext: reader.take(CIPHERTEXT_BYTES).slice(),
  };
}

/**
 * The seed of share `share` (1 … k), or the reason for a complaint: the seal is of another header or share, is not what
 * the header commits to, does not open, or holds a seed other than hc_j commits to. holder: 0 primary, 1 standby.
 */
export function openSeal(
  seal: Seal,
  header: Header,
  share: number,
  holder: 0 | 1,
  key: KeyPair,
  attempt: Attempt,
  { platform }: Pick<Components, 'platform'>,
): Secret | ReportError {
  if (!equalBytes(seal.headerHash, headerHash(header)))
    return new ReportError('SEAL_HEADER', 'a seal of another header', 'this header');
  const number = (share - 1) * attempt.sizes.params.holders + holder + 1;
  if (seal.number !== number) return new ReportError('SEAL_SHARE', seal.number, number);
  const digest = seal.cipherDigests[number - 1];
  const committed = equalBytes(header.sealsDigest, sealsDigest(seal.cipherDigests, platform));
  if (digest === undefined || !committed || !equalBytes(digest, platform.sha256(seal.ciphertext)))
    return new ReportError('SEAL_DIGEST', 'another ciphertext', 'the one that the header commits to');

  const aad = coreHash(header, platform);
  const opened = hpke.open(platform, key, info(header.context, share), aad, seal.ciphertext);
  if (opened?.length !== SEED_BYTES) return new ReportError('SEAL_OPEN', 'a ciphertext that does not open', 'a seed');
  const seed = new Secret(opened);
  const expected = header.seedCommitments[share - 1]!;
  const id = { context: header.context, member: header.member, share };
  if (!equalBytes(expected, seedCommitment(platform, attempt.sizes.field, seed, id)))
    return new ReportError('SEED', 'a seed with another commitment', `the seed of hc_${share}`);
  return seed;
}
