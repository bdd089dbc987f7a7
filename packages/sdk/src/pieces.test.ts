import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, deriveSizes, fixedParams, leastNoiseBound } from '@concord/protocol';
import fc from 'fast-check';
import { bytesToHex, sha256 } from 'viem';
import { cutPieces, digestsIn, joinPieces, LONGEST_FILE, longestFile, PIECE_BYTES } from './pieces.ts';

describe('[CM10] a file in pieces', () => {
  test('comes back from its pieces, named by the SHA-256 of their list', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 * PIECE_BYTES + 1 }), fc.integer(), (length, seed) => {
        const file = Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255);
        const { digest, list, pieces } = cutPieces(file);
        assert.equal(pieces.length, Math.ceil(length / PIECE_BYTES));
        assert.deepEqual(
          digestsIn(list),
          pieces.map((piece) => sha256(piece)),
        );
        assert.equal(digest, sha256(list));
        assert.deepEqual(joinPieces(pieces), file);
      }),
      { numRuns: 20 },
    );
  });

  test('is never longer than what its sizes allow, which is counted as the contract counts', () => {
    for (const field of [32, 64] as const)
      for (const d of [10, 1_281, 1_000_000]) {
        const bound = field === 32 ? 1_883n : 123_418_600n;
        const fixed = { ...fixedParams(field, d, 4096), field, d, bound, recordBound: 1n, maxRecords: 1, sigma: 3n };
        const noiseBound = leastNoiseBound(field, d, 3n);
        const rest = {
          noiseBound,
          honest: 1,
          minNoise: 3,
          shares: 3,
          holders: 1 as const,
          unit: 2 as const,
          matrixSeed: new Uint8Array(32),
        };
        const params = { ...fixed, ...rest } as const;
        const {
          update,
          noise,
          field: { bytes },
        } = deriveSizes(params);
        for (const { verifierLength } of [update, noise]) {
          const values = longestFile(params, 1_000_000) / 2_000_000;
          assert.ok(41 + 2 * verifierLength * bytes <= values, `${field} ${d}`);
        }
      }
    assert.equal(LONGEST_FILE, 2 ** 23);
  });

  test('has one form only', () => {
    const [full, short] = [new Uint8Array(PIECE_BYTES), new Uint8Array(5)];
    assert.equal(joinPieces([]), undefined);
    assert.equal(joinPieces([short, full]), undefined);
    assert.equal(joinPieces([full, new Uint8Array(0)]), undefined);
    assert.equal(joinPieces([concat(full, short)]), undefined);
    assert.equal(digestsIn(new Uint8Array(0)), undefined);
    assert.equal(digestsIn(new Uint8Array(33)), undefined);
    assert.equal(bytesToHex(joinPieces([full, short])!), bytesToHex(concat(full, short)));
  });
});
