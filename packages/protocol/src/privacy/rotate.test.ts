import assert from 'node:assert/strict';
import test from 'node:test';
import { ROTATION_BLOCK, rotate, rotatedLength, unrotateSum } from './rotate.ts';

const signs = (length: number): Uint8Array =>
  Uint8Array.from({ length: length / 8 }, (_, i) => (i * 97 + (i >> 3) * 41) & 255);

test('[DP14] integers come back exactly, times 32', () => {
  const n = 2 * ROTATION_BLOCK;
  const sum = BigInt64Array.from({ length: n }, (_, i) => BigInt(Math.floor(2 ** 41 * Math.sin(i * i))));
  // unrotate(rotate(X)) = X: rotate is H·D/32 and unrotateSum is D·H, so feed it H·D·X, made by the definition of H.
  const mixed = new BigInt64Array(n);
  const bits = signs(n);
  const small = sum.map((v) => v >> 20n);
  for (let block = 0; block < n; block += ROTATION_BLOCK) {
    for (let i = 0; i < ROTATION_BLOCK; i++) {
      let total = 0n;
      for (let j = 0; j < ROTATION_BLOCK; j++) {
        const k = block + j;
        let parity = (bits[k >> 3]! >> (k & 7)) & 1;
        for (let both = i & j; both > 0; both &= both - 1) parity ^= 1;
        total += parity ? -small[k]! : small[k]!;
      }
      mixed[block + i] = total;
    }
  }
  assert.deepEqual(
    unrotateSum(mixed, bits),
    small.map((v) => v * BigInt(ROTATION_BLOCK)),
  );
});

test('[DP14] a rotation keeps the norm, spreads a spike evenly and is undone by its inverse', () => {
  const n = rotatedLength(1500);
  assert.equal(n, 2048);
  const x = new Float64Array(n);
  x[3] = 320;
  x[1024] = -64;
  rotate(x, signs(n));
  for (let i = 0; i < n; i++) assert.equal(Math.abs(x[i]!), i < 1024 ? 10 : 2);
  const back = unrotateSum(BigInt64Array.from(x, BigInt), signs(n));
  assert.equal(back[3], 320n * 32n);
  assert.equal(back[1024], -64n * 32n);
  assert.equal(back.filter((v) => v !== 0n).length, 2);
});

test('[DP14] lengths and magnitudes that do not fit are refused', () => {
  assert.throws(() => rotate(new Float64Array(1000), new Uint8Array(128)), { code: 'PRIVACY_RANGE' });
  assert.throws(() => rotate(new Float64Array(1024), new Uint8Array(127)), { code: 'PRIVACY_RANGE' });
  const large = new BigInt64Array(1024).fill(1n << 43n);
  assert.throws(() => unrotateSum(large, new Uint8Array(128)), { code: 'PRIVACY_RANGE' });
});
