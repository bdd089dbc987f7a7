/** What one window of the market holds (spec/market.md); amounts are wei, work is counted in units. */

/** What an aggregator offers: up to `capacity` units, for at least `price` wei each. */
export interface Ask {
  readonly price: bigint;
  readonly capacity: bigint;
}

/** What a run asks for: up to `units`, for at most `limit` wei each; `weight` is its share where there is too little. */
export interface Want {
  readonly limit: bigint;
  readonly units: bigint;
  readonly weight: bigint;
}
