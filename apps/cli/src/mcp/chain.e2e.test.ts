/** `concord mcp` on a real chain with a real run: what it reads there, and the one thing that it may write. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  compileCharter,
  emptyView,
  endpointsOf,
  finalModelOf,
  fold,
  getFacts,
  type Hex,
  propose,
  readModel,
  registerModel,
  type RunView,
} from '@concord/sdk';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { bytesToHex } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { smallTerms, smallText } from '../../../../packages/testing/src/charter.ts';
import { type Consortium, startConsortium } from '../../../../packages/testing/src/consortium.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: what a tool answers was checked against its schema by the client
type Json = any;

describe('on a chain', () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-mcp-'));
  const clients: Client[] = [];
  const heard: string[] = [];
  let run: Consortium;
  let amendment: Hex;
  /** Of the first member; anvil's accounts are the same everywhere. */
  const key = bytesToHex(
    mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 1 }).getHdKey()
      .privateKey!,
  );

  const view = async (runId: Hex): Promise<RunView> => {
    const facts = await getFacts(run.client, run.fromBlock, await run.client.reader.getBlockNumber());
    return facts.reduce(fold, emptyView).runs.get(runId)!;
  };
  const start = async (...more: string[]): Promise<Client> => {
    const { charters, rounds, inference } = run.client.deployment;
    const rpc = run.client.reader.transport['url'] as string;
    const contracts = ['--charters', charters, '--rounds', rounds, '--inference', inference];
    const args = ['--no-warnings', MAIN, 'mcp', '--rpc', rpc, ...contracts, '--folder', folder, ...more];
    const client = new Client({ name: 'test', version: '1' });
    const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'pipe' });
    transport.stderr?.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    await client.connect(transport);
    await client.listTools();
    clients.push(client);
    return client;
  };
  const call = async (client: Client, name: string, input: Record<string, unknown> = {}): Promise<CallToolResult> => {
    const result = (await client.callTool({ name, arguments: input })) as CallToolResult;
    heard.push(JSON.stringify(result));
    return result;
  };
  const ask = async (client: Client, name: string, input: Record<string, unknown> = {}): Promise<Json> => {
    const result = await call(client, name, input);
    assert.notEqual(result.isError, true, JSON.stringify(result.content));
    return result.structuredContent;
  };

  before(async () => {
    run = await startConsortium({ members: 3, rounds: 2, phaseSeconds: 60, blockMilliseconds: 150 });
    while (!(await view(run.runId)).finished) await new Promise((resolve) => setTimeout(resolve, 200));
    const endpoints = run.members.map(({ endpoint }) => endpoint);
    const { state } = await finalModelOf(await view(run.runId), endpointsOf(endpoints));
    await registerModel(run.client, run.runId, state, run.charterText);
    const members = run.members.map(({ address }) => address);
    const { charter, textBytes } = compileCharter(
      { text: { ...smallText, purpose: 'to be amended' }, terms: { ...smallTerms(1, 3), epsilon: 6 } },
      members,
      `0x${'cd'.repeat(32)}`,
    );
    amendment = (await propose(run.client, charter)).charterId;
    writeFileSync(join(folder, 'amendment.json'), textBytes);
    writeFileSync(join(folder, 'key'), `${key}\n`, { mode: 0o600 });
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await run.stop();
    rmSync(folder, { recursive: true });
  });

  test('[BD1][BD6] a contract and this machine say the same of a record, and so does the SDK', async () => {
    const client = await start();
    const { runs } = await ask(client, 'list_runs');
    assert.deepEqual(
      runs.map(({ phase }: Json) => phase),
      ['FINISHED', 'VOTING'],
    );
    const model = await readModel(run.client, { runId: run.runId }, { fromBlock: run.fromBlock });
    assert.equal(model.modelId, runs[0].registeredModel);
    const card = await ask(client, 'get_model_card', { runId: run.runId });
    assert.deepEqual([card.lineage.readFrom, card.lineage.registered], ['chain', true]);
    for (const record of [
      { a: 0.3, b: 100, c: -1 },
      { a: null, b: '', c: '1e1' },
      { a: -5, b: -1e9, c: 0.25 },
    ]) {
      const here = await ask(client, 'predict', { runId: run.runId, record });
      const there = await ask(client, 'predict', { modelId: model.modelId, record, through: 'contract' });
      assert.deepEqual({ ...here, by: 'contract' }, there);
    }
    assert.equal((await ask(client, 'verify_run', { runId: run.runId })).verdict, 'PASS');
  });

  test('[BD6] a text that nobody serves yet is asked for, and explained once it is at hand', async () => {
    const without = await call(await start(), 'explain_charter', { runId: amendment });
    assert.equal(without.isError, true);
    assert.match(JSON.stringify(without.content), /nobody serves the text .+--texts FILE/);
    const client = await start('--texts', join(folder, 'amendment.json'));
    assert.equal((await ask(client, 'explain_charter', { runId: amendment })).purpose, 'to be amended');
    const { changes, together } = await ask(client, 'explain_amendment', { before: run.runId, after: amendment });
    assert.ok(
      changes.some(({ sentence, effect }: Json) => /becomes 6\.000|becomes 5\.9/.test(sentence) && effect === 'better'),
    );
    assert.ok(together.epsilon > 8);
    const status = await ask(client, 'run_status', { runId: amendment });
    assert.equal(status.phase, 'VOTING');
    assert.equal(status.missing.length, 3);
  });

  test('[BD8] it votes only where it was told that it may, once, as its key, which nobody hears of', async () => {
    const texts = ['--texts', join(folder, 'amendment.json')];
    const reader = await start(...texts);
    assert.ok(!(await reader.listTools()).tools.some(({ name }) => name === 'vote'));
    assert.equal((await call(reader, 'vote', { runId: amendment, support: true })).isError, true);
    assert.equal((await view(amendment)).votes.size, 0);

    const voter = await start(...texts, '--allow-vote', '--relayer', run.relayer.endpoint);
    const tool = (await voter.listTools()).tools.find(({ name }) => name === 'vote');
    assert.deepEqual([tool?.annotations?.readOnlyHint, tool?.annotations?.destructiveHint], [false, true]);
    assert.equal((await call(voter, 'vote', { support: true })).isError, true, 'which charter must be said');
    writeFileSync(join(folder, 'data.csv'), 'a,b,c,y\n1,2,much,0\n');
    const unfit = await call(voter, 'vote', { runId: amendment, support: true });
    assert.match(JSON.stringify(unfit.content), /have “much”, need a finite number/);
    assert.equal((await view(amendment)).votes.size, 0, 'nothing was sent');
    rmSync(join(folder, 'data.csv'));

    const { voter: address, transaction, already } = await ask(voter, 'vote', { runId: amendment, support: true });
    assert.equal(
      address,
      mnemonicToAccount('test test test test test test test test test test test junk', {
        addressIndex: 1,
      }).address.toLowerCase(),
    );
    assert.match(transaction, /^0x[0-9a-f]{64}$/);
    assert.equal(already, false);
    assert.deepEqual([...(await view(amendment)).votes], [[address, true]]);
    const again = await ask(voter, 'vote', { runId: amendment, support: false });
    assert.deepEqual([again.already, again.support, again.transaction], [true, true, null]);
    assert.ok(!heard.join('\n').includes(key.slice(2)), 'the key was never told');
  });
});
