/** The nearest table whose rows rise and whose columns fall (in least squares), by pooling adjacent violators. */

/** The nearest sequence that never falls. */
export function rising(values: readonly number[]): number[] {
  const blocks: { sum: number; count: number }[] = [];
  for (const value of values) {
    blocks.push({ sum: value, count: 1 });
    while (blocks.length > 1) {
      const [before, last] = [blocks.at(-2)!, blocks.at(-1)!];
      if (before.sum / before.count <= last.sum / last.count) break;
      blocks.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  return blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
}

const PASSES = 50;
/** A pass that changes neither table nor corrections by more than this was the last: a table alone can stand still for a while. */
const SAME = 1e-10;

/**
 * `table[row][column]`, rising along each row and falling down each column: both projections in turn with Dykstra's
 * corrections (Dykstra 1983), which converge to the nearest such table; the last projection is of the rows, so that these
 * rise exactly.
 */
export function monotone(table: readonly (readonly number[])[]): number[][] {
  const width = table[0]?.length ?? 0;
  let now = table.map((row) => [...row]);
  let [byRows, byColumns] = [now.map((row) => row.map(() => 0)), now.map((row) => row.map(() => 0))];
  const plus = (a: number[][], b: number[][], sign: 1 | -1): number[][] =>
    a.map((row, i) => row.map((x, j) => x + sign * b[i]![j]!));
  for (let pass = 0; pass < PASSES; pass++) {
    const before = plus(now, byColumns, 1);
    const columns = Array.from({ length: width }, (_, j) => rising(before.map((row) => -row[j]!)));
    const down = before.map((row, i) => row.map((_, j) => -columns[j]![i]!));
    const across = plus(down, byRows, 1);
    const next = across.map(rising);
    const [rows, cols] = [plus(across, next, -1), plus(before, down, -1)];
    const moved = [plus(next, now, -1), plus(rows, byRows, -1), plus(cols, byColumns, -1)]
      .flat(2)
      .reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    [now, byRows, byColumns] = [next, rows, cols];
    if (moved < SAME) break;
  }
  return now;
}
