/** (Σx)² / (n·Σx²), from 1/n (one has all) to 1 (all have the same); 1 for nobody or nothing [Jain, Chiu, Hawe 1984]. */
export function jain(values: readonly number[]): number {
  const [sum, squares] = values.reduce(([a, b], x) => [a + x, b + x * x], [0, 0]);
  return squares === 0 ? 1 : (sum * sum) / (values.length * squares);
}
