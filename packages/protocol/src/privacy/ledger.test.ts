import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { gaussianEpsilon, gaussianSigma } from './gaussian.ts';
import { epsilonWad, noiseMultiplierFor, rhoPerRound, rhoWithin, roundsWithin, WAD } from './ledger.ts';
import { RDP_ORDERS } from './orders.ts';

/** Integers with some spread in size and no pattern. */
function* integers(seed: bigint): Generator<bigint> {
  for (let x = seed; ; x = (x * 6364136223846793005n + 1442695040888963407n) % (1n << 64n)) yield x >> 20n;
}

test('[DP4] the price of one sum is Δ²/(2hs²) in wad, rounded up, and one unit more', () => {
  const first = { sensitivity: 16_384n, sigmaPerContributor: 81_920n, honestContributors: 1n };
  assert.equal(rhoPerRound(first), WAD / 50n + 1n);
  assert.equal(rhoPerRound({ ...first, honestContributors: 6n }), 3_333_333_333_333_335n);
  assert.equal(rhoPerRound({ sensitivity: 1n, sigmaPerContributor: (1n << 64n) - 1n, honestContributors: 1n }), 2n);
  for (const bad of [
    { sensitivity: 0n },
    { sigmaPerContributor: 2n },
    { honestContributors: 0n },
    { honestContributors: 1n << 32n },
  ]) {
    assert.throws(() => rhoPerRound({ ...first, ...bad }), { code: 'PRIVACY_RANGE' });
  }
});

test('[DP4] the extra unit exceeds τ·d at the largest h and d that are allowed', () => {
  const terms = (2 ** 32 - 1) * Math.exp(-9 * Math.PI ** 2);
  assert.ok(10 * terms * 2 ** 24 < 1e-18);
});

/** How far above the exact curve Rényi accounting of a Gaussian may be at 10^-k: a property of the conversion. */
const GAP = new Map([
  [3, 1.24],
  [5, 1.12],
  [8, 1.072],
  [12, 1.05],
  [18, 1.034],
]);

test('[DP6] ε is an upper bound on the exact ε of the composed Gaussian, and within 0.3 % of the best order', () => {
  for (const [k, gap] of GAP) {
    for (let epsilon = 0.1; epsilon <= 16; epsilon *= 1.05) {
      const rho = 0.5 / gaussianSigma(epsilon, 10 ** -k) ** 2;
      const ours = Number(epsilonWad(BigInt(Math.ceil(rho * 1e18)), BigInt(k))) / 1e18;
      let best = Number.POSITIVE_INFINITY;
      for (let a = 1.01; a < 2000; a += (a - 1) / 100) {
        best = Math.min(best, a * rho + Math.log1p(-1 / a) + (k * Math.LN10 - Math.log(a)) / (a - 1));
      }
      assert.ok(ours >= epsilon && ours <= gap * epsilon, `δ 1e-${k}: ${ours}, exact ${epsilon}`);
      assert.ok(ours <= best * 1.003, `δ 1e-${k}, ε ${epsilon}: ${ours}, best order ${best}`);
    }
  }
});

test('[DP6] ε starts at 0, never falls as ρ grows or δ shrinks, and is never negative', () => {
  assert.equal(epsilonWad(0n, 5n), 0n);
  let before = 0n;
  for (let rho = 1n; rho < 1n << 127n; rho = rho * 3n + 1n) {
    const epsilon = epsilonWad(rho, 6n);
    assert.ok(epsilon >= before && epsilon <= epsilonWad(rho, 7n));
    before = epsilon;
  }
  assert.throws(() => epsilonWad(-1n, 5n), { code: 'PRIVACY_RANGE' });
  assert.throws(() => epsilonWad(1n, 0n), { code: 'PRIVACY_RANGE' });
  assert.throws(() => epsilonWad(1n, 19n), { code: 'PRIVACY_RANGE' });
});

test('[DP7] rhoWithin is exactly the last ρ whose ε fits', () => {
  const random = integers(7n);
  for (let i = 0; i < 300; i++) {
    const epsilon = (random.next().value as bigint) * (1n << BigInt(i % 30));
    const deltaExponent = 1n + BigInt(i % 18);
    const rho = rhoWithin({ epsilon, deltaExponent });
    assert.ok(epsilonWad(rho, deltaExponent) <= epsilon);
    assert.ok(epsilonWad(rho + 1n, deltaExponent) > epsilon);
  }
});

test('[DP7] the number of rounds and the planned noise agree', () => {
  const price = rhoPerRound({ sensitivity: 16_384n, sigmaPerContributor: 81_920n, honestContributors: 1n });
  const budget = { epsilon: 4n * WAD, deltaExponent: 5n };
  assert.equal(roundsWithin(budget, price), 18n);
  assert.ok(epsilonWad(18n * price, 5n) <= budget.epsilon && epsilonWad(19n * price, 5n) > budget.epsilon);
  for (const rounds of [1, 24, 1000]) {
    const z = noiseMultiplierFor({ epsilon: 4, deltaExponent: 5, rounds });
    const sigmaPerContributor = BigInt(Math.ceil(z * 2 ** 20));
    const planned = rhoPerRound({ sensitivity: 1n << 20n, sigmaPerContributor, honestContributors: 1n });
    assert.equal(roundsWithin(budget, planned), BigInt(rounds));
    assert.ok(gaussianEpsilon(1e-5, z / Math.sqrt(rounds)) <= 4);
  }
  assert.throws(() => noiseMultiplierFor({ epsilon: 0, deltaExponent: 5, rounds: 1 }), { code: 'PRIVACY_RANGE' });
  assert.throws(() => noiseMultiplierFor({ epsilon: 1e-6, deltaExponent: 18, rounds: 1 }), { code: 'PRIVACY_RANGE' });
});

test('[DP6] [DP7] the shared cases for twins hold, and the table is the published one', () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(`../../../../spec/${path}`, import.meta.url), 'utf8'));
  const table = read('params/rdp-orders.json');
  for (const [i, order] of RDP_ORDERS.entries()) {
    assert.equal(order.hundredths, BigInt(table.hundredths[i]));
    assert.equal(order.perDecade, BigInt(table.perDecade[i]));
    assert.equal(order.discount, BigInt(table.discount[i]));
    assert.ok(order.hundredths < 1n << 17n && order.perDecade < 1n << 63n && order.discount < 1n << 62n);
  }
  const cases = read('vectors/privacy-ledger.json');
  for (const c of cases.rhoPerRound) {
    const noise = {
      sensitivity: BigInt(c.sensitivity),
      sigmaPerContributor: BigInt(c.sigmaPerContributor),
      honestContributors: BigInt(c.honestContributors),
    };
    assert.equal(rhoPerRound(noise), BigInt(c.rho));
  }
  for (const c of cases.epsilonWad) assert.equal(epsilonWad(BigInt(c.rho), BigInt(c.deltaExponent)), BigInt(c.epsilon));
  for (const c of cases.rhoWithin) {
    assert.equal(rhoWithin({ epsilon: BigInt(c.epsilon), deltaExponent: BigInt(c.deltaExponent) }), BigInt(c.rho));
  }
});
