/** Members that lie, each in one way that has a name; everything else about them is honest. */
import { honestClaim, shard, shardClaiming, sizesOf, UPDATE } from '@concord/protocol';

/** Makes a member's report from its vector: what `shard` does for the honest. */
type Encode = typeof shard;

/**
 * Sends an update of about twice the norm that the charter allows and claims to be exactly at the bound, proving that as
 * well as it can be proven. Its noise is honest.
 */
export const overNorm: Encode = (options, random, components) => {
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

export const liars = { overNorm } as const satisfies Record<string, Encode>;
export type LiarName = keyof typeof liars;
