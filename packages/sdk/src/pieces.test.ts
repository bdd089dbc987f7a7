import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat } from '@concord/protocol';
import fc from 'fast-check';
import { bytesToHex, sha256 } from 'viem';
import { cutPieces, digestsIn, joinPieces, PIECE_BYTES } from './pieces.ts';

describe('[CM10] a file in pieces', () => {
  test('comes back from its pieces, named by the SHA-256 of their list', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 * PIECE_BYTES + 1 }), fc.integer(), (length, seed) => {
        const file = Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255);
        const { digest, list, pieces } = cutPieces(file);
        assert.equal(pieces.length, Math.ceil(length / PIECE_BYTES));
        assert.deepEqual(digestsIn(list), pieces.map((piece) => sha256(piece)));
        assert.equal(digest, sha256(list));
        assert.deepEqual(joinPieces(pieces), file);
      }),
      { numRuns: 20 },
    );
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
