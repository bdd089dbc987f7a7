import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConcordClient } from '@concord/sdk';
import { createConcordClient } from '@concord/sdk';
import { parseEther, parseGwei, toHex } from 'viem';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPurse } from './purse.ts';

/** A chain that knows a balance and a gas price, over real JSON-RPC. */
async function chainWith(balance: bigint): Promise<{ client: ConcordClient; asked: string[]; close(): void }> {
  const asked: string[] = [];
  const answers: Record<string, string> = {
    eth_chainId: '0x1',
    eth_getBalance: toHex(balance),
    eth_gasPrice: toHex(parseGwei('1')),
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id: number; method: string };
    asked.push(method);
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const zero = `0x${'00'.repeat(20)}` as const;
  const rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = await createConcordClient({
    rpcUrl,
    charters: zero,
    rounds: zero,
    inference: zero,
    account: `0x${'11'.repeat(32)}`,
  });
  return {
    client,
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const head = { view: { runs: new Map(), roster: [], endpoints: new Map() }, block: 1n, now: 1 };

test('[WI7] a relayer says when its purse is low, and asks the chain twice a minute at most', async () => {
  const poor = await chainWith(parseEther('0.002'));
  const events: [string, unknown][] = [];
  let now = 0;
  const purse = createPurse(
    poor.client,
    (event, details) => events.push([event, details]),
    () => now,
  );
  try {
    await purse.look(head);
    assert.equal(events[0]?.[0], 'low balance');
    assert.match(
      JSON.stringify(events[0]?.[1], (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
      /send about 0.03 ether to 0x/,
    );
    assert.deepEqual(purse.status(), { balance: '0.002', roundsLeft: 1 });
    now = 29_000;
    await purse.look(head);
    assert.equal(events.length, 1);
    now = 31_000;
    await purse.look(head);
    assert.equal(events.length, 2);
    assert.equal(poor.asked.filter((method) => method === 'eth_getBalance').length, 2);
  } finally {
    poor.close();
  }
  now = 70_000;
  await purse.look(head);
  assert.equal(events.at(-1)?.[0], 'balance unknown');
});

test('a purse that is good for many rounds is quiet', async () => {
  const rich = await chainWith(parseEther('1'));
  try {
    const events: string[] = [];
    const purse = createPurse(
      rich.client,
      (event) => events.push(event),
      () => 0,
    );
    await purse.look(head);
    assert.deepEqual(events, []);
    assert.deepEqual(purse.status(), { balance: '1', roundsLeft: 666 });
  } finally {
    rich.close();
  }
});
