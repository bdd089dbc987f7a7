import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findSource, type Source } from './source.ts';

const content = new TextEncoder().encode('a,b\n1,2\n');
const source: Source = {
  path: 'a-set-for-this-test/numbers.csv',
  sha256: createHash('sha256').update(content).digest('hex'),
  url: 'http://127.0.0.1:9/numbers.csv',
};

test('[LR11] a file is used only with the pinned hash, and absence is undefined unless a download is allowed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'concord-'));
  try {
    assert.equal(await findSource(source, { folder }), undefined);
    await assert.rejects(findSource(source, { folder, download: true }), { code: 'DOWNLOAD' });
    await mkdir(join(folder, 'a-set-for-this-test'));
    await writeFile(join(folder, source.path), content);
    assert.deepEqual(new Uint8Array((await findSource(source, { folder }))!), content);
    await writeFile(join(folder, source.path), 'a,b\n1,3\n');
    await assert.rejects(findSource(source, { folder }), { code: 'HASH' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
