import assert from 'node:assert/strict';
import { test } from 'node:test';
import { broken, circles, importsOf } from './layers.ts';

test('every form of import is seen', () => {
  const source = `import { a } from './a.ts';\nimport type { B } from '@concord/sdk';\nexport * from './c.ts';
import {\n  d,\n  e,\n} from 'node:fs';\nimport './f.ts';\nconst g = await import('./g.ts');\nconst text = "import x from 'y'";\n`;
  assert.deepEqual(importsOf(source), ['./a.ts', '@concord/sdk', './c.ts', 'node:fs', './f.ts', './g.ts']);
});

test('an arrow that points up, or out of a pure room, is refused', () => {
  assert.match(broken('packages/protocol/src/xof.ts', '@concord/sdk') ?? '', /may not know packages\/sdk/);
  assert.match(broken('packages/sdk/src/view.ts', '../../node/src/journal.ts') ?? '', /may not know packages\/node/);
  assert.match(broken('packages/node/src/core/duties.ts', 'node:fs') ?? '', /is pure/);
  assert.match(broken('packages/node/src/loop.ts', '@concord/testing') ?? '', /may not know packages\/testing/);
  assert.match(broken('spec/reference/xof.ts', '../../packages/protocol/src/xof.ts') ?? '', /may not know/);
});

test('an arrow that points down is allowed, and a test may look anywhere', () => {
  assert.equal(broken('packages/node/src/loop.ts', '@concord/sdk'), undefined);
  assert.equal(broken('packages/protocol/src/report/shard.ts', '../xof.ts'), undefined);
  assert.equal(broken('packages/sdk/src/view.test.ts', '@concord/testing'), undefined);
});

test('circles are found once each', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['a']],
    ['d', ['a']],
  ]);
  assert.deepEqual(circles(graph), [['a', 'b', 'c', 'a']]);
});
