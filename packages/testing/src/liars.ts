/** Parties that lie, each in one way that has a name; everything else about them is honest. */
import { aggregateShare, honestClaim, nextState, shard, shardClaiming, sizesOf, UPDATE } from '@concord/protocol';
import type { EncodeUpdate, HolderParts, MemberParts } from '@concord/node';
import { type Charter, cutPieces, encodeAggregateShare, type HolderStatement, sign } from '@concord/sdk';
import { sha256 } from 'viem';
import { slotName } from '../../node/src/core/slot.ts';
import { readPost } from '../../node/src/statements.ts';

/**
 * Sends an update of about twice the norm that the charter allows and claims to be exactly at the bound, proving that as
 * well as it can be proven. Its noise is honest.
 */
export const overNorm: EncodeUpdate = (options, random, components) => {
  if (options.type !== UPDATE) return shard(options, random, components);
  const { sizes } = options.attempt;
  const { bound } = sizesOf(sizes, UPDATE);
  const vector = options.vector.slice();
  if (vector instanceof BigInt64Array) vector[0] = vector[0]! + 2n * bound;
  else vector[0] = vector[0]! + 2 * Number(bound);
  return shardClaiming(
    { ...options, vector },
    (_, dots) => honestClaim(bound ** 2n, dots, sizesOf(sizes, UPDATE), sizes),
    random,
    components,
  );
};

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
export const wrongModel: typeof nextState = (rules, state, sum) =>
  nextState(
    rules,
    state,
    Array.from(sum, (value) => 2n * value),
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
