import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loopback } from './adapters/loopback.ts';
import { EndpointError, endpointOf, isEndpoint } from './endpoint.ts';

describe('[WI7] where a node is reached', () => {
  test('the public address wins over host and port; without one the host must be an address', () => {
    assert.equal(endpointOf({ host: '10.0.0.2' }, 7700), 'http://10.0.0.2:7700');
    assert.equal(endpointOf({ host: '::1' }, 7700), 'http://[::1]:7700');
    assert.equal(
      endpointOf({ host: '0.0.0.0', publicUrl: 'https://a.example/concord' }, 7700),
      'https://a.example/concord',
    );
    for (const host of ['0.0.0.0', '::']) assert.throws(() => endpointOf({ host }, 7700), EndpointError);
  });
  test('what no relayer would carry is refused where it is configured', () => {
    for (const bad of [
      'https://a.example/',
      'a.example:7700',
      'ftp://a.example',
      'https://',
      'https://a b.example',
      '',
    ]) {
      assert.equal(isEndpoint(bad), false, bad);
      assert.throws(() => endpointOf({ host: '127.0.0.1', publicUrl: bad }, 7700), EndpointError, bad);
    }
  });
});

test('a node behind a proxy that strips a path still reaches itself without a network', async () => {
  const transport = () => Promise.reject(new Error('went out'));
  const route = {
    method: 'GET' as const,
    path: '/posts/:slot',
    most: () => 0,
    answer: ({ parts, query }: { parts: Record<string, string>; query: URLSearchParams }) => ({
      status: 200,
      body: { slot: parts['slot'], wait: query.get('wait') },
    }),
  };
  const own = loopback(transport, 'https://a.example/concord', [route]);
  const request = { method: 'GET' as const, signal: new AbortController().signal, timeoutMilliseconds: 100 };
  const { status, body } = await own({ ...request, url: 'https://a.example/concord/posts/7?wait=5' });
  assert.deepEqual([status, JSON.parse(new TextDecoder().decode(body))], [200, { slot: '7', wait: '5' }]);
  await assert.rejects(own({ ...request, url: 'https://a.example/concordat/posts/7' }), /went out/);
});
