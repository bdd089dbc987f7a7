/** What one window of the market holds (spec/market.md). Prices are wei for one unit, work is counted in units [MK2]. */

/** What an aggregator offers: up to `units`, for at least `price` each [MK3]. */
export interface Ask {
  readonly price: bigint;
  readonly units: number;
}

/** What a run wants: up to `units`, for at most `limit` each [MK4]. */
export interface Want {
  readonly limit: bigint;
  readonly units: number;
}

/** What a window comes to. Amounts stand in the order of asks and wants, and both sum to `traded`. */
export interface Cleared {
  /** One for all; where nothing changes hands it is nobody's. */
  readonly price: bigint;
  readonly traded: number;
  readonly sold: readonly number[];
  readonly bought: readonly number[];
  /** What `Market.settle` is told beside the price [MK7]. */
  readonly askLevel: number;
  readonly wantLevel: number;
}

/** A rule that allocates a window; the market's own is `clear`, others stand beside it to be compared. */
export type Allocate = (asks: readonly Ask[], wants: readonly Want[]) => Pick<Cleared, 'sold' | 'bought'>;
