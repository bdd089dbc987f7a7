/** Members that prove something untrue as well as it can be proven. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused, components, judge, optionsOf, scenes, signed, vectorWith } from '../../test/scene.ts';
import { elementAt, setElement } from '../codec.ts';
import { type Elements, mod, type Signed } from '../field.ts';
import { NOISE } from '../params.ts';
import { ReportError } from './error.ts';
import { type Claim, honestClaim, shard, shardClaiming } from './shard.ts';

for (const scene of scenes) {
  const F = `F${scene.params.field}`;
  const { sizes } = scene.attempt;
  const { update } = sizes;
  const q = sizes.field.modulus;
  const honest = (norm: bigint, dots: readonly bigint[]): Elements => {
    const bits = honestClaim(norm, dots, update, sizes);
    assert.ok(bits);
    return bits;
  };
  const verdict = (claim: Claim, vector?: Signed) =>
    judge(scene, signed(scene, shardClaiming(optionsOf(scene, vector), claim, scene.random, components)));

  test(`[AG14] ${F}: the same path with honest claims is accepted`, () => {
    assert.deepEqual(verdict(honest), { accepted: true });
  });

  test(`[AG9][AG10] ${F}: a vector over the bound is refused by its member, and proven by nobody`, () => {
    const long = vectorWith(scene, Number(update.bound) + 1);
    const own = shard(optionsOf(scene, long), scene.random, components);
    assert.ok(own instanceof ReportError && own.code === 'NORM');
    const telling: Claim = (norm, dots) => {
      const bits = honest(norm, dots);
      const rest = mod(update.bound ** 2n - norm, 1n << BigInt(update.normBits));
      for (let i = 0; i < update.normBits; i++) setElement(bits, update.normBits + i, (rest >> BigInt(i)) & 1n);
      return bits;
    };
    assertRefused(verdict(telling, long), 'VALIDITY_OUTPUT'); // v + u is not b²
    assertRefused(
      verdict((_, dots) => honest(update.bound ** 2n, dots), long),
      'NORM_OUTPUT',
    );
  });

  test(`[AG9] ${F}: noise over its bound is refused by its member, and proven by nobody`, () => {
    const { noise } = sizes;
    const long = vectorWith(scene, Number(noise.bound) + 1);
    const options = { ...optionsOf(scene, long), type: NOISE };
    const own = shard(options, scene.random, components);
    assert.ok(own instanceof ReportError && own.code === 'NORM');
    const claim: Claim = (_, dots) => honestClaim(noise.bound ** 2n, dots, noise, sizes);
    const lie = signed(scene, shardClaiming(options, claim, scene.random, components));
    assertRefused(judge(scene, lie), 'NORM_OUTPUT');
  });

  test(`[AG9] ${F}: a norm that is one too small is refused`, () => {
    assertRefused(
      verdict((norm, dots) => honest(norm - 1n, dots)),
      'NORM_OUTPUT',
    );
  });

  test(`[AG10] ${F}: a bit that is 2 beside a bit that is 0 is refused`, () => {
    const claim: Claim = (norm, dots) => {
      const bits = honest(norm, dots);
      // Bits 0 1 (low first) and 2 0 are the same number.
      const i = Array.from(bits.subarray(0, update.normBits), Number).join('').indexOf('01');
      assert.ok(i >= 0);
      setElement(bits, i, 2n);
      setElement(bits, i + 1, 0n);
      return bits;
    };
    assertRefused(verdict(claim), 'VALIDITY_OUTPUT');
  });

  test(`[AG8] ${F}: a vector that is short mod q and huge over the integers is refused`, () => {
    // 2^16 squared is 2^20 − 1 mod q in F32, 2^32 squared is 2^32 − 1 in F64.
    const huge = vectorWith(scene, scene.params.field === 32 ? 2 ** 16 : 2 ** 32);
    const seen = (dot: bigint): boolean => dot <= -update.wrap || dot > update.wrap;
    const hiding: Claim = (norm, dots) => {
      assert.ok(mod(norm, q) <= update.bound ** 2n && norm > q, 'it wraps');
      assert.ok(dots.some(seen), 'and some check sees it');
      return honest(
        mod(norm, q),
        dots.map((dot) => (seen(dot) ? 0n : dot)),
      );
    };
    assertRefused(verdict(hiding, huge), 'VALIDITY_OUTPUT');
    const admitting: Claim = (norm, dots) => {
      const bits = hiding(norm, dots)!;
      dots.forEach((dot, i) => {
        if (seen(dot)) setElement(bits, 2 * update.normBits + (i + 1) * (update.wrapBits + 1) - 1, 0n);
      });
      return bits;
    };
    assertRefused(verdict(admitting, huge), 'VALIDITY_OUTPUT');
  });

  test(`[AG10] ${F}: a wraparound result other than the true one is refused`, () => {
    const claim: Claim = (norm, dots) => honest(norm, [dots[0]! - 1n, ...dots.slice(1)]);
    assertRefused(verdict(claim), 'VALIDITY_OUTPUT');
    const failed: Claim = (norm, dots) => {
      const bits = honest(norm, dots);
      const last = bits.length - 1;
      assert.equal(elementAt(bits, last), 1n);
      setElement(bits, last, 0n);
      return bits;
    };
    assertRefused(verdict(failed), 'VALIDITY_OUTPUT');
  });
}
