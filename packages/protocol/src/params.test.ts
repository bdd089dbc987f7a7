import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ceilSqrt,
  checkParams,
  deriveSizes,
  fixedParams,
  leastNoiseBound,
  type Params,
  shortestWireLength,
} from './params.ts';

/** The wallets run: AG2. */
const wallets: Params = {
  field: 64,
  d: 1281,
  bound: 2_098_176n,
  noiseBound: leastNoiseBound(64, 1281, 81_920n),
  recordBound: 16_384n,
  maxRecords: 128,
  sigma: 81_920n,
  honest: 1,
  minNoise: 6,
  shares: 6,
  holders: 1,
  ...fixedParams(64, 1281, 128),
  unit: 1,
  matrixSeed: new Uint8Array(32),
};

test('[AG2] the worked example has the sizes of the page and passes every floor', () => {
  const sizes = deriveSizes(wallets);
  assert.equal(sizes.ringDegree, 4096);
  assert.equal(sizes.vectorLength, 12_288);
  assert.equal(wallets.chunk, 100);
  assert.equal(checkParams(wallets, 6), undefined);
});

test('[AG1] derived sizes of an update of the worked example', () => {
  const { update } = deriveSizes(wallets);
  assert.deepEqual(
    [update.normBits, update.wrap, update.wrapBits, update.bits, update.products],
    [43, 1n << 25n, 26, 2 * 43 + 100 * 27, 47],
  );
  assert.equal(update.length, 12_288 + 2786);
  assert.equal(update.proofLength, 100 + 256 + 3 * (94 + 128));
});

test('[AG1] every floor refuses the first value below or above it', () => {
  const cases: [Partial<Params>, keyof Params][] = [
    [{ d: 0 }, 'd'],
    [{ d: 2 ** 24 }, 'd'],
    [{ bound: 0n }, 'bound'],
    [{ bound: 123_418_601n }, 'bound'],
    [{ bound: 1n << 32n }, 'bound'],
    [{ noiseBound: 123_418_601n }, 'noiseBound'],
    [{ noiseBound: wallets.noiseBound - 1n }, 'noiseBound'],
    [{ sigma: 2n }, 'sigma'],
    [{ maxRecords: 129 }, 'bound'],
    [{ recordBound: 0n }, 'recordBound'],
    [{ honest: 0 }, 'honest'],
    [{ honest: 7 }, 'honest'],
    [{ minNoise: 7 }, 'minNoise'],
    [{ shares: 2 }, 'shares'],
    [{ shares: 256 }, 'shares'],
    [{ shares: 128, holders: 2 }, 'shares'],
    [{ shares: 1, holders: 2 }, 'shares'],
    [{ wireLength: 16 }, 'wireLength'],
    [{ wireLength: 96 }, 'wireLength'],
    [{ wireLength: 8192 }, 'wireLength'],
    [{ chunk: 104 }, 'chunk'],
    [{ normProofs: 0 }, 'normProofs'],
    [{ validityProofs: 2 }, 'validityProofs'],
    [{ checks: 99 }, 'checks'],
    [{ matrixSeed: new Uint8Array(31) }, 'matrixSeed'],
  ];
  for (const [change, parameter] of cases)
    assert.equal(checkParams({ ...wallets, ...change }, 6)?.parameter, parameter, JSON.stringify(Object.keys(change)));
  assert.equal(checkParams({ ...wallets, bound: 123_418_600n }, 6), undefined);
});

test('[AG1] the wire length of a charter keeps proofs and verifier shares short, and is one that AG1 allows', () => {
  for (const [d, P, L] of [
    [1281, 128, 100],
    [100_000, 256, 436],
    [1_000_000, 1024, 992],
    [16_000_000, 4096, 3912],
  ] as const) {
    assert.equal(shortestWireLength(64, d), P);
    assert.equal(fixedParams(64, d, P).chunk, L);
    for (const other of [128, 256, 512, 1024, 2048, 4096]) assert.ok(P + L <= other + fixedParams(64, d, other).chunk);
    assert.notEqual(checkParams({ ...wallets, d, ...fixedParams(64, d, P) }, 6)?.parameter, 'wireLength');
  }
});

test('[AG1] so many members that their sum might not be short are refused', () => {
  const most = (1n << 46n) / (2n * (wallets.bound + wallets.noiseBound));
  assert.equal(checkParams(wallets, Number(most)), undefined);
  assert.equal(checkParams(wallets, Number(most) + 1)?.parameter, 'bound');
});

test('[AG8] a bound whose wraparound checks could not see q is refused in F32 from 1,884 on', () => {
  const small = (bound: bigint): Params => ({
    ...wallets,
    field: 32,
    bound,
    noiseBound: leastNoiseBound(32, 10, 3n),
    d: 10,
    recordBound: 1n,
    maxRecords: 1,
    sigma: 3n,
    ...fixedParams(32, 10, 128),
  });
  assert.equal(checkParams(small(1883n), 6), undefined);
  assert.equal(checkParams(small(1884n), 6)?.parameter, 'bound');
  // Above it the cheat is real: (65536, 0, …) has norm 2^20 − 1 mod q, and dot products of at most 65,536.
  assert.ok(deriveSizes(small(30_000n)).update.wrap > 65_536n);
});

test('[AG1] integer square roots are rounded up', () => {
  for (let x = 0n; x < 200n; x++) {
    const r = ceilSqrt(x);
    assert.ok(r * r >= x && (r === 0n || (r - 1n) ** 2n < x), `${x}`);
  }
  assert.equal(ceilSqrt((1n << 200n) + 1n), (1n << 100n) + 1n);
});
