import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mod, subtract } from './field.ts';
import { extension, lagrange, normCalls, PRODUCTS, prove, query, rootsOfUnity, SQUARES, weightsAt } from './flp.ts';
import { evaluate } from './ntt.ts';
import { F32, F64 } from './parameters.ts';
import { integers } from './scenes.ts';

for (const [name, field] of [
  ['F32', F32],
  ['F64', F64],
] as const) {
  const { q } = field;
  const drawn = (label: string, count: number) => integers(`${name} ${label}`, count, 2 ** 30).map((x) => mod(x, q));

  test(`[AG13] ${name}: Lagrange's weights evaluate every polynomial of lower degree`, () => {
    const points = rootsOfUnity(field, 16);
    const [t] = drawn('t', 1) as [bigint];
    for (let degree = 0; degree < 16; degree++) {
      const polynomial = drawn(`polynomial ${degree}`, degree + 1);
      const values = points.map((point) => evaluate(polynomial, point, q));
      const weights = lagrange(points, t, q);
      assert.equal(
        mod(
          weights.reduce((sum, w, i) => sum + w * values[i]!, 0n),
          q,
        ),
        evaluate(polynomial, t, q),
      );
    }
  });

  for (const [kind, gadget, width] of [
    ['AG9', SQUARES, 8],
    ['AG10', PRODUCTS, 4],
  ] as const) {
    test(`[${kind}] ${name}: gadget of the wires is the gadget polynomial, at calls and anywhere, also on shares`, () => {
      const P = 32;
      const calls = normCalls(drawn(`${kind} inputs`, 8 * 31), 8);
      const proof = prove(field, gadget, calls, drawn(`${kind} seeds`, gadget.arity(width)), extension(field, P));
      const atCalls = calls.map((_, i) => proof[8 + 2 * (i + 1)]);
      assert.deepEqual(
        atCalls,
        calls.map((call) => mod(gadget.evaluate(call), q)),
      );
      const [t] = drawn('point', 1) as [bigint];
      const at = weightsAt(field, P, t);
      const whole = query(field, calls, proof, at);
      assert.equal(mod(gadget.evaluate(whole.slice(0, 8)), q), whole[8]);

      const mask = calls.map((_, i) => drawn(`mask ${i}`, 8));
      const proofMask = drawn('proof mask', proof.length);
      const one = query(field, mask, proofMask, at);
      const other = query(
        field,
        calls.map((call, i) => subtract(call, mask[i]!, q)),
        subtract(proof, proofMask, q),
        at,
      );
      assert.deepEqual(
        one.map((x, i) => mod(x + other[i]!, q)),
        whole,
      );

      const forged = proof.map((x, i) => (i === 8 + 2 ? mod(x + 1n, q) : x));
      const caught = query(field, calls, forged, at);
      assert.notEqual(mod(gadget.evaluate(caught.slice(0, 8)), q), caught[8]);
    });
  }
}
