import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { makeVectors } from './vectors.ts';

interface Vectors {
  readonly attempts: readonly {
    readonly name: string;
    readonly parameters: { readonly d: number };
    readonly reports: readonly { readonly type: number; readonly accepted: boolean; readonly x: readonly number[] }[];
    readonly aggregate: {
      readonly failed: readonly string[];
      readonly failedWithOneMore: readonly string[];
      readonly sum: readonly number[];
      readonly S: readonly { readonly member: string; readonly type: number }[];
    };
  }[];
  readonly refused: {
    readonly reports: readonly {
      readonly name: string;
      readonly rule: string;
      readonly failed: readonly string[];
      readonly complaints: readonly unknown[];
    }[];
    readonly received: readonly { readonly name: string; readonly reason: string | null }[];
    readonly sum: { readonly failed: readonly string[] };
    readonly sets: readonly { readonly S: readonly { readonly type: number }[] }[];
    readonly parameters: readonly { readonly change: unknown; readonly broken: readonly string[] }[];
  };
}

describe('spec/vectors/aggregation.json', () => {
  let text = '';
  let vectors: Vectors;
  before(() => {
    text = makeVectors();
    vectors = JSON.parse(text) as Vectors;
  });

  test('[AG3] … [AG18] the file is what the reference makes', () => {
    assert.ok(
      readFileSync(new URL('../vectors/aggregation.json', import.meta.url), 'utf8') === text,
      'run node spec/reference/vectors.ts',
    );
    assert.ok(text.length < 1_500_000, `${text.length} bytes`);
  });

  test('[AG14] every honest report is accepted', () => {
    assert.equal(vectors.attempts.flatMap(({ reports }) => reports).filter(({ accepted }) => !accepted).length, 0);
  });

  test('[AG16] [AG17] [AG18] the sum is the sum of what went in, and one more anywhere is refused', () => {
    for (const { parameters, reports, aggregate } of vectors.attempts) {
      const sum = Array.from({ length: parameters.d }, (_, i) => reports.reduce((total, { x }) => total + x[i]!, 0));
      assert.deepEqual(aggregate.sum, sum);
      assert.deepEqual([aggregate.failed, aggregate.failedWithOneMore], [[], ['commitment']]);
      const order = aggregate.S.map(({ member, type }) => member + type);
      assert.deepEqual(order, order.toSorted());
      assert.equal(order.length, reports.length);
    }
  });

  test('[AG8] [AG9] [AG10] [AG13] [AG14] every lie is caught by the check that is there for it', () => {
    const caught = vectors.refused.reports.map(({ name, failed, complaints }) => [
      name,
      failed.map((check) => check.replace(/ \d+/, '')),
      complaints,
    ]);
    const all = (check: string, count: number) => new Array<string>(count).fill(check);
    assert.deepEqual(caught, [
      ['too long, claiming the bound', all('norm-equality output', 2), []],
      ['too long, telling its norm', all('validity output', 5), []],
      ['wraps around, claiming that the checks hold', all('validity output', 5), []],
      ['wraps around, admitting failed checks', all('validity output', 5), []],
      ['a bit that is 2', all('validity output', 5), []],
      ['a commitment to another vector', all('commitment', 2), []],
      ['a changed wire seed', ['norm-equality gadget'], []],
      ['a changed gadget value', ['norm-equality output', 'norm-equality gadget'], []],
      ['another seed sealed for share 2', [], [{ share: 2, reason: 'seed' }]],
      ['a broken ciphertext for share 3', [], [{ share: 3, reason: 'ciphertext' }]],
    ]);
  });

  test('[AG15] malformed, changed, copied and replayed bytes are rejected', () => {
    assert.deepEqual(
      vectors.refused.received.filter(({ reason }) => reason === null),
      [],
    );
    assert.equal(vectors.refused.received.length, 18);
  });

  test('[AG18] a sum that is too long is refused although its commitment fits', () => {
    assert.deepEqual(vectors.refused.sum.failed, ['norm']);
  });

  test('[AG16] a doubled report drops out, and in a consortium an update without noise', () => {
    assert.deepEqual(
      vectors.refused.sets.map(({ S }) => S.map(({ type }) => type)),
      [
        [1, 2],
        [1, 2],
      ],
    );
  });

  test('[AG1] every broken floor is named', () => {
    assert.deepEqual(
      vectors.refused.parameters.filter(({ broken }) => broken.length === 0),
      [],
    );
  });
});
