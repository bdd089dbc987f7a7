/** The logistic function as integers that everyone has alike (LR33). */

/** ⌊2^48·e^(−1/64)⌋. */
const RATIO = 277111111677821n;
/** Steps of 1/64 up to a logit of 16. */
const ENTRIES = 1024;

/** ⌊2^64 / (2^48 + e_k)⌋ with e_0 = 2^48 and e_k = ⌊e_(k−1)·RATIO / 2^48⌋: the logistic function of k/64 in Q16, below 2^16. */
const TABLE: readonly number[] = (() => {
  const table: number[] = [];
  let e = 1n << 48n;
  for (let k = 0; k < ENTRIES; k++) {
    table.push(Number((1n << 64n) / ((1n << 48n) + e)));
    e = (e * RATIO) >> 48n;
  }
  return table;
})();

/** The probability of label 1 at a logit in Q16, itself in Q16: in 1 … 2^16 − 1, and p(−s) = 2^16 − p(s) (LR33). */
export function probabilityOf(score: number): number {
  const above = TABLE[Math.min(ENTRIES - 1, Math.floor(Math.abs(score) / 1024))]!;
  return score < 0 ? 65_536 - above : above;
}
