import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epsilonWad, rhoPerRound } from './ledger.ts';
import { quantizeRecord } from './quantize.ts';
import { rdpOfOrder } from './rdp.ts';

const RULES = { clippingNorm: 1, recordBound: 1 << 14 };
const WIDTH = 20;

/** The integer vector of one record, rounded with all-zero words. */
function quantized(gradient: Float64Array): Int32Array {
  const sum = new Int32Array(gradient.length);
  assert.equal(quantizeRecord(gradient, RULES, new Uint32Array(gradient.length), sum), true);
  return sum;
}
const norm = (x: ArrayLike<number>): number => Math.sqrt(Array.from(x).reduce((sum, v) => sum + v * v, 0));

test('[DP1] leaving one record out moves the sum by at most Δ; replacing it can move it by nearly twice as much', () => {
  const push = new Float64Array(WIDTH).fill(1e6);
  const pull = push.map((v) => -v);
  const other = Float64Array.from({ length: WIDTH }, (_, i) => Math.sin(i));
  const sum = (...records: Float64Array[]): number[] =>
    records.map(quantized).reduce((a, b) => a.map((v, i) => v + b[i]!), Array<number>(WIDTH).fill(0));
  const distance = (a: number[], b: number[]): number => norm(a.map((v, i) => v - b[i]!));
  assert.ok(distance(sum(other, push), sum(other)) <= RULES.recordBound);
  assert.ok(distance(sum(other, push), sum(other, pull)) > 1.9 * RULES.recordBound);
});

test('[DP2] no gradient, however large or odd, moves the integer sum by more than Δ', () => {
  for (const fill of [0, 1e-300, 1e-3, 1, 1e9, 1e150]) {
    for (const sign of [1, -1]) {
      const gradient = Float64Array.from({ length: WIDTH }, (_, i) => sign * fill * (i + 1));
      assert.ok(norm(quantized(gradient)) <= RULES.recordBound, `${sign * fill}`);
    }
  }
});

test('[DP5] spending is the plain sum of the prices: n rounds cost exactly n prices, and ε follows the sum', () => {
  const price = rhoPerRound({ sensitivity: 16_384n, sigmaPerContributor: 81_920n, honestContributors: 1n });
  let spent = 0n;
  let before = 0n;
  for (let round = 1n; round <= 24n; round++) {
    spent += price;
    assert.equal(spent, round * price);
    const epsilon = epsilonWad(spent, 5n);
    assert.ok(epsilon > before);
    before = epsilon;
  }
});

test('[DP8] a round is charged as full participation: never less than q = 1 costs, far more than sampling would', () => {
  const price =
    Number(rhoPerRound({ sensitivity: 1_000n, sigmaPerContributor: 5_000n, honestContributors: 1n })) / 1e18;
  for (const order of [1.5, 2, 8, 32]) {
    assert.ok(order * price >= rdpOfOrder(1, 5, order));
    assert.ok(order * price > 50 * rdpOfOrder(0.1, 5, order));
  }
});
