import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { sha256, toBytes } from 'viem';
import { BlobError, cidOf, digestOfCid, fetchBlob } from './blobs.ts';
import type { Hex } from './facts.ts';
import { gateways } from './verify/evidence.ts';

const bytes = toBytes('what the chain has the hash of');
const digest = sha256(bytes);

/** One server, a behavior for each first path element. */
const behaviors: Record<string, (response: ServerResponse, path: string) => void> = {
  honest: (response, path) => response.writeHead(path === `/ipfs/${cidOf(digest)}?format=raw` ? 200 : 404).end(bytes),
  liar: (response) => response.end(toBytes('something else')),
  empty: (response) => response.writeHead(404).end(),
  endless: (response) => {
    const flood = (): void => {
      while (!response.destroyed && response.write(new Uint8Array(65_536)));
    };
    response.on('drain', flood);
    flood();
  },
  silent: () => {},
};

let server: Server;
let origin: string;
before(async () => {
  server = createServer(({ url = '' }, response) => {
    const [, name = '', ...rest] = url.split('/');
    behaviors[name]?.(response, `/${rest.join('/')}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const from = (...names: readonly string[]): string[] => names.map((name) => `${origin}/${name}`);

test('a CID is the digest in CIDv1, raw, sha2-256', () => {
  // SHA-256 of no bytes, as any IPFS tool names the empty raw block.
  const empty: Hex = '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  assert.equal(cidOf(empty), 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku');
  assert.equal(digestOfCid(cidOf(digest)), digest);
});

test('other CIDs, and other spellings of ours, are no digest', () => {
  const others = [
    '',
    'bafkrei',
    cidOf(digest).toUpperCase(),
    'QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n', // CIDv0, dag-pb
    'bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku', // dag-pb
  ];
  for (const text of others) assert.equal(digestOfCid(text), undefined, text);
});

test('a blob comes from the first source that really has it', async () => {
  assert.deepEqual(await fetchBlob(from('empty', 'liar', 'honest'), digest), bytes);
});

test('without a true source, every answer is on record', async () => {
  const sources = [...from('empty', 'liar'), 'http://127.0.0.1:1'];
  await assert.rejects(fetchBlob(sources, digest), (error) => {
    assert(error instanceof BlobError);
    assert.equal(error.digest, digest);
    assert.deepEqual(
      error.failures.map(({ source }) => source),
      sources,
    );
    assert.deepEqual(
      error.failures.slice(0, 2).map(({ reason }) => reason),
      ['HTTP 404', 'bytes with another digest'],
    );
    return true;
  });
  assert.equal(await gateways(from('liar'))(digest), undefined);
});

test('a source can neither flood nor stall the reader', async () => {
  const options = { limit: 1 << 20, timeoutMilliseconds: 300 };
  assert.deepEqual(await fetchBlob(from('endless', 'silent', 'honest'), digest, options), bytes);
  await assert.rejects(fetchBlob(from('endless', 'silent'), digest, options), (error) => {
    assert(error instanceof BlobError);
    assert.equal(error.failures[0]?.reason, 'more than 1048576 bytes');
    assert.match(error.failures[1]!.reason, /timeout/);
    return true;
  });
});

test('a caller can give up', async () => {
  const signal = AbortSignal.timeout(50);
  await assert.rejects(fetchBlob(from('silent', 'honest'), digest, { signal }), { name: 'TimeoutError' });
});
