import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { cidOf } from '@concord/sdk';
import { systemClock } from './clock.ts';
import { headersRoute } from '../api/headers.ts';
import { ipfsRoute } from '../api/ipfs.ts';
import { postsRoute } from '../api/posts.ts';
import { reportsRoute } from '../api/reports.ts';
import { statusRoute } from '../api/status.ts';
import { Bell } from '../bell.ts';
import { accept, ignore, reject } from '../core/verdict.ts';
import { Meter } from '../meter.ts';
import { type Listening, serve } from './server.ts';

const run = `0x${'ab'.repeat(32)}`;
const member = `0x${'01'.repeat(20)}`;
const blob = new TextEncoder().encode('a blob');
const digest = createHash('sha256').update(blob).digest('hex');
const bell = new Bell(systemClock);
const posts = new Map<string, object>();
let closed: Uint8Array | undefined;
const troubles: unknown[] = [];
const meter = new Meter();
meter.others = 3;
let listening: Listening;
let origin = '';

before(async () => {
  const routes = [
    ipfsRoute((asked) => (asked === digest ? blob : undefined)),
    headersRoute(bell, () => closed),
    postsRoute(bell, (_, kind) => (posts.has(kind) ? Promise.resolve(posts.get(kind)) : undefined)),
    reportsRoute(
      () => 16,
      async (_, __, ___, bytes) => {
        if (bytes.length === 0) throw new Error('a bug');
        return bytes[0] === 1 ? accept({ kept: true }) : bytes[0] === 2 ? ignore('LATER', 'later') : reject('NO', 'no');
      },
    ),
    statusRoute(() => ({ well: true })),
  ];
  listening = await serve(routes, { host: '127.0.0.1', port: 0 }, meter, (error) => troubles.push(error));
  origin = `http://127.0.0.1:${listening.port}`;
});
after(() => listening.close());

const put = (body: Uint8Array<ArrayBuffer>, path = `/reports/${run}/0/0/noise/${member}`): Promise<Response> =>
  fetch(origin + path, { method: 'PUT', body });
const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: unknown }).code;

describe('[WI1] GET /ipfs', () => {
  test('serves a blob by CID as a raw block', async () => {
    const response = await fetch(`${origin}/ipfs/${cidOf(`0x${digest}`)}?format=raw`);
    assert.equal(response.headers.get('content-type'), 'application/vnd.ipld.raw');
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), blob);
  });
  test('refuses other formats, other CIDs and unknown blobs in JSON that says what to do', async () => {
    assert.equal(await codeOf(await fetch(`${origin}/ipfs/${cidOf(`0x${digest}`)}?format=car`)), 'FORMAT');
    assert.equal(await codeOf(await fetch(`${origin}/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG`)), 'CID');
    const missing = await fetch(`${origin}/ipfs/${cidOf(`0x${'00'.repeat(32)}`)}`);
    assert.equal(missing.status, 404);
    assert.match(((await missing.json()) as { message: string }).message, /ask another holder/);
  });
});

describe('[WI6] PUT /reports', () => {
  test('answers the verdict as a status: accept 200, ignore 503, reject 422', async () => {
    assert.equal((await put(Uint8Array.of(1))).status, 200);
    const later = await put(Uint8Array.of(2));
    assert.equal(later.status, 503);
    assert.equal(later.headers.get('retry-after'), '1');
    assert.equal((await put(Uint8Array.of(3))).status, 422);
  });
  test('reads no more than its cap, whether or not the length is announced', async () => {
    assert.equal((await put(new Uint8Array(17))).status, 413);
    const unannounced = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 4; i++) controller.enqueue(new Uint8Array(8));
        controller.close();
      },
    });
    const request = { method: 'PUT', body: unannounced, duplex: 'half' } as RequestInit;
    const response = await fetch(`${origin}/reports/${run}/0/0/noise/${member}`, request).catch(() => undefined);
    assert.ok(response === undefined || response.status === 413);
  });
  test('refuses paths that are not canonical', async () => {
    for (const path of [
      `/reports/${run}/00/0/noise/${member}`,
      `/reports/${run}/0/0/other/${member}`,
      `/reports/${run}/0/0/noise/${member.toUpperCase()}`,
      `/reports/0xab/0/0/noise/${member}`,
    ])
      assert.equal((await put(Uint8Array.of(1), path)).status, 400, path);
  });
  test('a bug in this node is a 500 without details, and goes to its log', async () => {
    const response = await put(new Uint8Array(0));
    assert.equal(response.status, 500);
    assert.doesNotMatch(JSON.stringify(await response.json()), /a bug/);
    assert.match(String(troubles.at(-1)), /a bug/);
  });
});

describe('[WI6] waiting for what is not there yet', () => {
  test('[WI5] a post is 404 until it is made, and a caller that waits is answered when it is', async () => {
    const path = `${origin}/posts/${run}/0/0/Seat`;
    assert.equal((await fetch(path)).status, 404);
    const waiting = fetch(`${path}?wait=5000`);
    setTimeout(() => {
      posts.set('Seat', { sealKey: '0x01' });
      bell.ring();
    }, 50);
    assert.deepEqual(await (await waiting).json(), { sealKey: '0x01' });
  });
  test('[WI4] a list is open until it is closed', async () => {
    const path = `${origin}/headers/${run}/0/0/noise`;
    assert.deepEqual(await (await fetch(`${path}?wait=20`)).json(), { closed: false, entries: '' });
    const { runBytes } = meter;
    for (let round = 0; round < 3; round++) await fetch(`${origin}/headers/${run}/${round}/7/noise`);
    assert.equal(meter.runBytes, runBytes, '[RD18] of attempts that never are, a stranger could ask for ever');
    closed = Uint8Array.of(0, 0, 0, 0);
    assert.deepEqual(await (await fetch(path)).json(), { closed: true, entries: '00000000' });
  });
  test('a kind that nobody says is refused', async () => {
    assert.equal(await codeOf(await fetch(`${origin}/posts/${run}/0/0/secrets`)), 'PATH');
  });
});

test('unknown paths and methods are 404; traffic is counted', async () => {
  assert.equal(await codeOf(await fetch(`${origin}/nothing`)), 'NO_SUCH_PATH');
  assert.equal(await codeOf(await fetch(`${origin}/status`, { method: 'POST' })), 'NO_SUCH_PATH');
  assert.deepEqual(await (await fetch(`${origin}/status`)).json(), { well: true });
  assert.ok(meter.bytesSent > 0 && meter.bytesReceived > 0);
});
