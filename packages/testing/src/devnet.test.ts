import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DevnetError, startDevnet } from './devnet.ts';

async function call(rpcUrl: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return ((await response.json()) as { readonly result: unknown }).result;
}

async function head(rpcUrl: string): Promise<{ readonly number: number; readonly timestamp: number }> {
  const block = await call(rpcUrl, 'eth_getBlockByNumber', ['latest', false]);
  const { number, timestamp } = block as { readonly number: string; readonly timestamp: string };
  return { number: Number(number), timestamp: Number(timestamp) };
}

const isUp = (rpcUrl: string): Promise<boolean> =>
  call(rpcUrl, 'eth_chainId').then(
    () => true,
    () => false,
  );

async function goneWithin(rpcUrl: string, milliseconds: number): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += 50) {
    if (!(await isUp(rpcUrl))) return true;
    await sleep(50);
  }
  return false;
}

test('a devnet mines while nothing happens, keeps to the wall clock and ends when told to', async () => {
  const devnet = await startDevnet({ blockMilliseconds: 100, accounts: 3 });
  try {
    assert.equal(Number(await call(devnet.rpcUrl, 'eth_chainId')), devnet.chainId);
    assert.equal(devnet.accounts.length, 3);
    for (const { address } of devnet.accounts)
      assert.equal(BigInt((await call(devnet.rpcUrl, 'eth_getBalance', [address, 'latest'])) as string), 10n ** 22n);
    const before = await head(devnet.rpcUrl);
    await sleep(1500);
    const after = await head(devnet.rpcUrl);
    assert.ok(after.number > before.number, 'blocks are mined');
    assert.ok(after.timestamp > before.timestamp, 'the clock goes forward');
    assert.ok(after.timestamp <= Date.now() / 1000, 'the clock does not run ahead');
  } finally {
    await devnet.stop();
  }
  await devnet.stop();
  assert.equal(await isUp(devnet.rpcUrl), false);
});

test('a devnet does not outlive a parent that is killed', async () => {
  const script = `
    import { startDevnet } from ${JSON.stringify(new URL('./devnet.ts', import.meta.url).href)};
    console.log((await startDevnet({ blockMilliseconds: 100, accounts: 1 })).rpcUrl);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const rpcUrl = line.toString('utf8').trim();
  assert.equal(await isUp(rpcUrl), true);
  parent.kill('SIGKILL');
  assert.ok(await goneWithin(rpcUrl, 5_000), 'the chain is still there');
});

test('a devnet whose port is taken says so', async () => {
  const devnet = await startDevnet({ blockMilliseconds: 1000, accounts: 1 });
  try {
    const port = Number(new URL(devnet.rpcUrl).port);
    await assert.rejects(startDevnet({ port, blockMilliseconds: 1000, accounts: 1 }), (error: unknown) => {
      assert.ok(error instanceof DevnetError);
      assert.match(error.output, /[Aa]ddress already in use/);
      return true;
    });
  } finally {
    await devnet.stop();
  }
});
