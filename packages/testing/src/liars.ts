/** Parties that lie, each in one way that has a name; everything else about them is honest. */
import {
  aggregateShare,
  honestClaim,
  NOISE,
  nextState,
  type ReportType,
  shard,
  shardClaiming,
  sizesOf,
  UPDATE,
} from '@concord/protocol';
import type { EncodeUpdate, HolderParts, MemberParts } from '@concord/node';
import {
  type Charter,
  cutPieces,
  decodeHeaderBlob,
  encodeAggregateShare,
  encodeHeaderBlob,
  type HolderStatement,
  sign,
} from '@concord/sdk';
import { sha256 } from 'viem';
import { slotName } from '../../node/src/core/slot.ts';
import { readPost } from '../../node/src/statements.ts';

/**
 * Sends reports of a type of about twice the norm that the charter allows and claims to be exactly at the bound, proving
 * that as well as it can be proven. Those of the other type are honest.
 */
const overNormIn =
  (type: ReportType): EncodeUpdate =>
  (options, random, components) => {
    if (options.type !== type) return shard(options, random, components);
    const { sizes } = options.attempt;
    const { bound } = sizesOf(sizes, type);
    const vector = options.vector.slice();
    if (vector instanceof BigInt64Array) vector[0] = vector[0]! + 2n * bound;
    else vector[0] = vector[0]! + 2 * Number(bound);
    return shardClaiming(
      { ...options, vector },
      (_, dots) => honestClaim(bound ** 2n, dots, sizesOf(sizes, type), sizes),
      random,
      components,
    );
  };

export const overNorm = overNormIn(UPDATE);

/** A noise report that would drown the sum. */
export const overNormNoise = overNormIn(NOISE);

/** Sends its update of the first round again in every later one, under a fresh signature. Its noise is honest. */
export const replaying = (): EncodeUpdate => {
  let first: ReturnType<EncodeUpdate> | undefined;
  return (options, random, components) => {
    if (options.type !== UPDATE) return shard(options, random, components);
    first ??= shard(options, random, components);
    return first;
  };
};

/** Speaks an aggregate share that is one too high in its first coordinate. */
export const lyingSum: typeof aggregateShare = (share, inputs, attempt, components) => {
  const spoken = aggregateShare(share, inputs, attempt, components);
  const { modulus } = attempt.sizes.field;
  if (spoken instanceof BigUint64Array) spoken[0] = (spoken[0]! + 1n) % modulus;
  else spoken[0] = Number((BigInt(spoken[0]!) + 1n) % modulus);
  return spoken;
};

/** Takes a step twice as long as the one that the opened sum gives. */
export const wrongModel: typeof nextState = (rules, state, sum, updates) =>
  nextState(
    rules,
    state,
    Array.from(sum, (value) => 2n * value),
    updates,
  );

/** Signs two different accept sets for each attempt, and tells them in turn to whoever asks. */
export const twoSets = (): typeof readPost => {
  const askers = new Map<string, number>();
  return (party, privateKey, slot, kind) => {
    const honest = readPost(party, privateKey, slot, kind);
    if (!honest || kind !== 'Verified') return honest;
    const name = slotName(slot);
    const before = askers.get(name) ?? 0;
    askers.set(name, before + 1);
    if (before % 2 === 0) return honest;
    return honest.then(async (said) => {
      const { signature: _, ...statement } = said as HolderStatement & {
        readonly kind: 'Verified';
        readonly signature: string;
      };
      const other = { ...statement, updates: statement.updates - 1 };
      return { ...other, signature: await sign(privateKey, party.deployment, other) };
    });
  };
};

/** Commits to its preimages and reveals none of them. */
export const withheldReveal: typeof readPost = (party, privateKey, slot, kind) =>
  kind === 'open' || kind === 'query' || kind === 'draw' ? undefined : readPost(party, privateKey, slot, kind);

/** Shows a closed list without the first report that it acknowledged. */
export const leaveOut = (closed: Uint8Array): Uint8Array => {
  // Headers are as long as the attempt has shares: those that fit are tried.
  for (let shares = 2; shares <= 64; shares++) {
    const entries = decodeHeaderBlob(closed, shares);
    if (entries) return encodeHeaderBlob(entries.slice(1));
  }
  return closed;
};

/** Signs for its aggregate shares and gives away everything but the first piece of each. */
const withholding = (): HolderParts => {
  const withheld = new Set<string>();
  return {
    aggregateShare(share, inputs, attempt, components) {
      const spoken = aggregateShare(share, inputs, attempt, components);
      const [first] = cutPieces(encodeAggregateShare(share, spoken)).pieces;
      withheld.add(sha256(first!).slice(2));
      return spoken;
    },
    serves: (digest) => !withheld.has(digest),
  };
};

/** By the name that a process is told; each call makes a liar of its own. */
export const liars = {
  'over-norm': (): MemberParts => ({ encodeUpdate: overNorm }),
  replay: (): MemberParts => ({ encodeUpdate: replaying() }),
  'over-norm-noise': (): MemberParts => ({ encodeUpdate: overNormNoise }),
  'withheld-reveal': (): HolderParts => ({ readPost: withheldReveal }),
  'leave-out': (): HolderParts => ({ readList: leaveOut }),
  'lying-sum': (): HolderParts => ({ aggregateShare: lyingSum }),
  'wrong-model': (): HolderParts => ({ nextState: wrongModel }),
  'withheld-leaf': withholding,
  'two-sets': (): HolderParts => ({ readPost: twoSets() }),
} as const;
export type LiarName = keyof typeof liars;

export const isLiar = (name: string): name is LiarName => Object.hasOwn(liars, name);

/** A proposer that writes half the noise into the struct that its promise of ε asks for. */
export const overspending = (charter: Charter): Charter => ({
  ...charter,
  aggregation: { ...charter.aggregation, sigma: charter.aggregation.sigma / 2n },
});
