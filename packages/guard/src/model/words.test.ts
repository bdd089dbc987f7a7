import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathsOf } from './paths.ts';
import { divided } from './words.ts';

test('[GU10] a division of trees is said as the side on which an account lies, in the unit of its column', () => {
  const waits = 'Avg min between sent tnx';
  const at = { at: 2.4 * 1440, above: false, raises: true };
  assert.equal(
    divided(waits, 30, at),
    'Average wait before it sends: 30 minutes (less than about 2.4 days speaks for a scam).',
  );
  const paid = 'Unique Sent To Addresses';
  assert.equal(
    divided(paid, 4, { at: 3.2, above: true, raises: false }),
    'Different accounts it paid: 4 (4 or more speaks against a scam).',
  );
  assert.equal(
    divided(paid, 0, { at: 0.0001, above: false, raises: true }),
    'Different accounts it paid: none (having none speaks for a scam).',
  );
});

test('[GU10] a path’s steps are worth what lies below them, and a node that divides nothing is no step', () => {
  // Root asks for column 1 at 10; its left child divides nothing, its right one asks for column 0 at 5.
  const shape = { kind: 'trees', inputs: 2, trees: 1, depth: 2 } as const;
  const parameters = Int32Array.of(1, 10, 0, -(2 ** 31), 0, 5, 1_000, 8, -4, 20);
  const right = pathsOf(shape, parameters, Int32Array.of(7, 10));
  assert.equal(right.base, 8);
  assert.deepEqual(
    [...right.steps],
    [
      [1, [{ threshold: 10, above: true, weight: 0 }]],
      [0, [{ threshold: 5, above: true, weight: 12 }]],
    ],
  );
  const left = pathsOf(shape, parameters, Int32Array.of(7, 9));
  // The leaf that nobody can come to counts for nothing.
  assert.deepEqual([...left.steps], [[1, [{ threshold: 10, above: false, weight: 0 }]]]);
  assert.equal(left.base, 8);
});
