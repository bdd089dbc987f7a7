/** The streams of one share's seed: its mask, its proof share and the commitment to it (§5, steps 1, 2 and 8). */
import { concat, u8 } from '../codec.ts';
import type { Field } from '../field.ts';
import type { Keystream, Platform } from '../platform.ts';
import type { Secret } from '../secret.ts';
import { bind, domainTag, open, USAGE } from '../xof.ts';

/** Whose share it is: the binder of all its streams is ctx ‖ member ‖ u8 j. */
export interface ShareId {
  readonly context: Uint8Array;
  readonly member: Uint8Array;
  /** 1 … k. */
  readonly share: number;
}

const binder = (id: ShareId): Uint8Array => concat(id.context, id.member, u8(id.share));

/** V elements: [0, D) for (x ‖ s ‖ e), then the bits. */
export const maskStream = (platform: Platform, field: Field, seed: Secret, id: ShareId): Keystream =>
  open(platform, field, seed, USAGE.mask, binder(id));

export const proofStream = (platform: Platform, field: Field, seed: Secret, id: ShareId): Keystream =>
  open(platform, field, seed, USAGE.proofShare, binder(id));

/** hc_j: 32 bytes. */
export const seedCommitment = (platform: Platform, field: Field, seed: Secret, id: ShareId): Uint8Array =>
  bind(platform, seed.reveal(), domainTag(field, USAGE.commit), binder(id));
