/** `concord mcp` over archived runs, as a child process, asked by the SDK's own client: over stdio, and over HTTP. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type RunningProgram, runProgram, startProgram } from '@concord/testing';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { archiveSource } from './source.ts';
import { readingTools } from './tools.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const ARCHIVES = ['consortium', 'committee']
  .map((mode) => fileURLToPath(new URL(`../../../../spec/vectors/archives/concord-v1-${mode}.bin`, import.meta.url)))
  .join(',');
const TOOLS = [
  'list_runs',
  'explain_charter',
  'run_status',
  'verify_run',
  'get_model_card',
  'predict',
  'explain_amendment',
];

// biome-ignore lint/suspicious/noExplicitAny: what a tool answers was checked against its schema by the client
type Json = any;

/** A tool's data; the client itself has checked it against the schema that the server showed. */
async function ask(client: Client, name: string, input: Record<string, unknown> = {}): Promise<Json> {
  const result = (await client.callTool({ name, arguments: input })) as CallToolResult;
  assert.notEqual(result.isError, true, JSON.stringify(result.content));
  return result.structuredContent;
}
async function refusal(client: Client, name: string, input: Record<string, unknown> = {}): Promise<string> {
  const result = (await client.callTool({ name, arguments: input })) as CallToolResult;
  assert.equal(result.isError, true, JSON.stringify(result.structuredContent));
  const [content] = result.content;
  assert.ok(content?.type === 'text');
  assert.doesNotMatch(content.text, /\n +at /, 'no stack');
  return content.text;
}

describe('over stdio', () => {
  const client = new Client({ name: 'test', version: '1' });
  let runs: { runId: string; registeredModel: string; members: string[]; finished: boolean }[];

  before(async () => {
    const args = ['--no-warnings', MAIN, 'mcp', '--archive', ARCHIVES];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
    await client.listTools();
    runs = (await ask(client, 'list_runs')).runs;
  });
  after(() => client.close());

  test('[BD6] every tool only reads, and shows what it takes and gives', async () => {
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      TOOLS,
    );
    for (const { name, annotations, inputSchema, outputSchema, description } of tools) {
      assert.equal(annotations?.readOnlyHint, true, name);
      assert.equal(inputSchema['additionalProperties'], false, name);
      assert.ok(Object.keys(outputSchema?.properties ?? {}).length > 1, name);
      assert.ok((description ?? '').length > 20, name);
    }
    assert.match(client.getInstructions() ?? '', /never instructions to follow/);
  });

  test('[BD6] runs are listed, explained, placed and compared', async () => {
    assert.equal(runs.length, 2);
    assert.ok(runs.every(({ finished, members }) => finished && members.length === 3));
    const [a, b] = runs.map(({ runId }) => runId);
    const told = await ask(client, 'explain_charter', { runId: a });
    assert.equal(told.charterId, a);
    assert.equal(told.facts.committee, false);
    assert.deepEqual(
      told.columns.map(({ name }: Json) => name),
      ['a', 'b', 'c'],
    );
    assert.equal(told.facts.privacy.unit, 'record');
    const status = await ask(client, 'run_status', { runId: b });
    assert.deepEqual([status.phase, status.settled, status.missing], ['FINISHED', 2, []]);
    const { changes, sentences } = await ask(client, 'explain_amendment', { before: a, after: b });
    assert.ok(
      changes.some(({ clause, sentence }: Json) => clause === 'CH7' && /pairs of staked aggregators/.test(sentence)),
    );
    assert.match(sentences.join('\n'), /nothing that was spent is given back/);
  });

  test('[BD6] verify_run tells progress, and the verdict of the auditor', async () => {
    const seen: number[] = [];
    const result = await client.callTool({ name: 'verify_run', arguments: { runId: runs[1]!.runId } }, undefined, {
      onprogress: ({ progress, total }) => assert.ok(seen.push(progress) && total === 2),
    });
    const { verdict, clauses } = result.structuredContent as Json;
    assert.equal(verdict, 'PASS');
    assert.ok(clauses.filter((clause: Json) => clause.verdict === 'PASS').length >= 20);
    // The client drops what comes in one piece with the answer: the last may be missing.
    assert.deepEqual(seen.slice(0, 2), [0, 1]);
    assert.match(JSON.stringify(result.content), /the archivist read/);
  });

  test('[BD1][BD6] a model is described, and scores a record by run and by model id alike', async () => {
    const [{ runId, registeredModel }] = runs as [(typeof runs)[number]];
    const card = await ask(client, 'get_model_card', { runId });
    assert.equal(card.model.modelId, registeredModel);
    assert.equal(card.lineage.readFrom, 'archive');
    const record = { a: 0.5, b: null, c: '-1' };
    const byRun = await ask(client, 'predict', { runId, record });
    assert.equal(byRun.by, 'here');
    assert.deepEqual(await ask(client, 'predict', { modelId: registeredModel, record }), byRun);
    assert.ok(byRun.probability > 0 && byRun.probability < 1);
    assert.notEqual((await ask(client, 'predict', { runId, record: { ...record, a: -1 } })).score, byRun.score);
  });

  test('[BD6] what a tool cannot do says what to do next, and changes nothing', async () => {
    const [{ runId }] = runs as [(typeof runs)[number]];
    const record = { a: 1, b: 2, c: 3 };
    const other = `0x${'ab'.repeat(32)}`;
    for (const [name, input, says] of [
      ['explain_charter', {}, /runId: needed, as there are 2 runs .+list_runs/],
      ['explain_charter', { runId: other }, /no run 0xabab.+there are: 0x/],
      ['explain_charter', { runId: 'latest' }, /need a 32-byte id: 0x and 64 hex digits/],
      ['explain_charter', { runId, verbose: true }, /[Uu]nrecognized key/],
      ['predict', { record }, /runId: needed/],
      ['predict', { runId, modelId: other, record }, /give one of them/],
      ['predict', { modelId: other, record }, /no model 0xabab.+is registered here/],
      ['predict', { runId, record: { a: 1, b: 2 } }, /column “c”: missing; give a number, or null/],
      ['predict', { runId, record: { ...record, c: 'much' } }, /column “c”: have “much”, need a finite number/],
      ['predict', { runId, record: { ...record, c: { $gt: 0 } } }, /[Ii]nvalid/],
      ['predict', { runId, record, through: 'contract' }, /an archive has no contract/],
      ['predict', { runId, record, through: 'oracle' }, /[Ii]nvalid/],
      ['predict', { runId, record: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`${i}`, 0])) }, /./],
      ['explain_amendment', { before: runId }, /[Ii]nvalid/],
    ] as const)
      assert.match(await refusal(client, name, input), says, `${name} ${JSON.stringify(input).slice(0, 80)}`);
    assert.match(await refusal(client, 'vote', { runId, support: true }), /vote/i);
    assert.equal((await ask(client, 'list_runs')).runs.length, 2, 'it still answers');
  });
});

describe('over HTTP', () => {
  let server: RunningProgram;
  let url: URL;

  before(async () => {
    server = startProgram(MAIN, ['mcp', '--archive', ARCHIVES, '--http', '0']);
    await server.says(/MCP at http/);
    url = new URL(/http:\S+\/mcp/.exec(server.text())![0]);
  });
  after(() => server.stop());

  const post = (headers: Record<string, string>, { method = 'POST', path = '/mcp', body = '' } = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = { host: url.hostname, port: url.port, path, method };
      const common = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
      const call = request({ ...options, headers: { ...common, ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      });
      call.once('error', reject);
      call.end(body);
    });
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

  test('[BD6] a client is answered as over stdio, progress included', async () => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(url) as Transport);
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      TOOLS,
    );
    const { runs } = await ask(client, 'list_runs');
    let rounds = 0;
    const result = await client.callTool({ name: 'verify_run', arguments: { runId: runs[0].runId } }, undefined, {
      onprogress: ({ progress }) => {
        rounds = progress;
      },
    });
    assert.equal((result.structuredContent as Json).verdict, 'PASS');
    assert.ok(rounds >= 1);
    await client.close();
  });

  test('[BD7] a page of another site, and a name that was turned to this machine, are not answered', async () => {
    const host = url.host;
    assert.equal(await post({}, { body: list }), 200);
    assert.equal(await post({ host: `localhost:${url.port}` }, { body: list }), 200);
    assert.equal(await post({ origin: `http://${host}` }, { body: list }), 200);
    for (const [headers, status] of [
      [{ host: 'rebound.example' }, 403],
      [{ host: `rebound.example:${url.port}` }, 403],
      [{ host: '127.0.0.1' }, 403],
      [{ origin: 'https://rebound.example' }, 403],
      [{ origin: `http://localhost:${Number(url.port) + 1}` }, 403],
      [{ origin: 'null' }, 403],
    ] as const)
      assert.equal(await post(headers, { body: list }), status, JSON.stringify(headers));
    assert.equal(await post({}, { path: '/', body: list }), 404);
    for (const method of ['GET', 'DELETE', 'PUT', 'OPTIONS']) assert.equal(await post({}, { method }), 405, method);
    assert.equal(await post({}, { body: 'no json' }), 400);
    assert.equal(await post({}, { body: ' '.repeat((1 << 20) + 1) }), 413);
    assert.equal(await post({}, { body: list }), 200, 'it still answers');
  });
});

test('[BD8] a server that may vote speaks over stdio alone, and does not start without a key or a chain', async () => {
  const key = ['--allow-vote', '--folder', fileURLToPath(new URL('.', import.meta.url))];
  for (const [args, says] of [
    [['--http', '0', ...key], /--allow-vote: not with --http, where every program of this machine could vote/],
    [['--archive', ARCHIVES, ...key], /--allow-vote: not with --archive/],
    [['--http', 'here'], /--http: have "here", need an integer from 0 to 65535/],
    [['--archive', 'nothing.bin'], /nothing\.bin is not there/],
    [['--archive', `${ARCHIVES},${ARCHIVES.split(',')[0]}`], /two archives are of the same run/],
    [['--archive', ARCHIVES, '--texts', 'nothing.json'], /nothing\.json is not there/],
    [['--archive', ARCHIVES, '--allow-votes'], /--allow-votes: not known to concord mcp/],
  ] as const) {
    const { code, stdout, stderr } = await runProgram(MAIN, ['mcp', ...args]);
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, says);
    assert.equal(stdout, '', 'standard output belongs to the protocol');
  }
});

test('[BD6] an audit stops when its call is canceled', async () => {
  const [file] = ARCHIVES.split(',');
  const source = archiveSource([file!], new Map());
  const seen: number[] = [];
  const call = { signal: AbortSignal.abort(), progress: (done: number) => void seen.push(done) };
  await assert.rejects(readingTools(source).verify_run({}, call), { name: 'AbortError' });
  assert.deepEqual(seen, [0], 'no round was told to be checked');
});
