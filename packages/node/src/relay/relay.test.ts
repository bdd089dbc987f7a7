import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ConcordClient,
  currentAttempt,
  type DemandView,
  type Deployment,
  type Hex,
  type RunView,
  sign,
  type Statement,
} from '@concord/sdk';
import { createPublicClient, http, sha256 } from 'viem';
import { membersOf } from '../../../testing/src/committee.ts';
import { runInPhase } from '../../../testing/src/stages.ts';
import { systemClock } from '../adapters/clock.ts';
import type { Reply, Route } from '../api/route.ts';
import type { Json, Peers } from '../peers.ts';
import { answersRoute, joinsRoute, votesRoute } from './carry.ts';
import { agreed, type Errand, GatherError, preimages, statementOf } from './gather.ts';

const deployment: Deployment = {
  chainId: 31_337,
  charters: `0x${'11'.repeat(20)}`,
  rounds: `0x${'22'.repeat(20)}`,
  inference: `0x${'33'.repeat(20)}`,
};
/** Can check signatures; has no account, and no chain behind it. */
const client: ConcordClient = { deployment, reader: createPublicClient({ transport: http('http://127.0.0.1:9') }) };
const members = membersOf(3, 'relay');
const charterId: Hex = `0x${'ab'.repeat(32)}`;

const ask = async (route: Route, body: unknown): Promise<{ readonly status: number; readonly code: unknown }> => {
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body));
  const reply: Reply = await route.answer({ parts: {}, query: new URLSearchParams(), body: bytes });
  return { status: reply.status, code: (reply.body as { code?: unknown }).code };
};

describe('[WI7] a relayer checks before it spends', () => {
  const [first, second] = members as [(typeof members)[0], (typeof members)[0]];
  test('a vote that is not the voter’s is refused; one that is goes on to the chain', async () => {
    const signature = await sign(first.secretKey, deployment, { kind: 'Vote', charterId, support: true });
    const vote = { charterId, voter: first.address, support: true, signature };
    const route = votesRoute(client);
    assert.deepEqual(await ask(route, { ...vote, voter: second.address }), { status: 422, code: 'SIGNATURE' });
    assert.deepEqual(await ask(route, { ...vote, support: false }), { status: 422, code: 'SIGNATURE' });
    assert.deepEqual(await ask(route, { ...vote, signature: `0x${'00'.repeat(65)}` }), {
      status: 422,
      code: 'SIGNATURE',
    });
    assert.deepEqual(await ask(route, vote), { status: 422, code: 'NO_ACCOUNT' });
  });
  test('a join binds the endpoint, which must be a URL', async () => {
    const endpoint = 'https://member.example';
    const signature = await sign(first.secretKey, deployment, { kind: 'Join', charterId, endpoint });
    const entry = { charterId, member: first.address, endpoint, signature };
    const route = joinsRoute(client);
    assert.deepEqual(await ask(route, { ...entry, endpoint: 'https://elsewhere.example' }), {
      status: 422,
      code: 'SIGNATURE',
    });
    assert.deepEqual(await ask(route, { ...entry, endpoint: 'javascript:alert(1)' }), { status: 400, code: 'BODY' });
    assert.deepEqual(await ask(route, entry), { status: 422, code: 'NO_ACCOUNT' });
  });
  test('[CM10] an answer is carried for an open demand, and only with its bytes', async () => {
    const demandId: Hex = `0x${'d1'.repeat(32)}`;
    const asked = { piece: sha256('0x00ff'), state: 'open' } as DemandView;
    const carrying = (demand?: DemandView) => answersRoute(client, (id) => (id === demandId ? demand : undefined));
    const body = { demandId, data: '0x00ff' };
    assert.deepEqual(await ask(carrying(asked), body), { status: 422, code: 'NO_ACCOUNT' });
    assert.deepEqual(await ask(carrying(asked), { ...body, data: '0x00fe' }), { status: 422, code: 'WRONG_BYTES' });
    assert.deepEqual(await ask(carrying(), body), { status: 404, code: 'NO_DEMAND' });
    for (const state of ['answered', 'forfeited'] as const)
      assert.deepEqual(await ask(carrying({ ...asked, state }), body), { status: 200, code: undefined });
    for (const data of ['0x0', '0xFF', 'ff', 7])
      assert.deepEqual(await ask(carrying(asked), { ...body, data }), { status: 400, code: 'BODY' });
  });
  test('bodies that are not what they should be are refused', async () => {
    for (const body of [new Uint8Array(0), Uint8Array.of(255, 254), [], null, 7, { charterId }])
      assert.deepEqual(await ask(votesRoute(client), body), { status: 400, code: 'BODY' });
  });
});

describe('[RD2] what holders say is checked before it is landed', () => {
  const stage = runInPhase('NOISE');
  const seats = currentAttempt(stage.run())!.seated!.seats.map((seat, i) => ({ ...seat, holder: members[i]!.address }));
  const view = { ...currentAttempt(stage.run())!, seated: { ...currentAttempt(stage.run())!.seated!, seats } };
  const run: RunView = stage.run();
  const slot = { runId: run.charterId, round: 0, attempt: 0 };
  const word = (digits: string): Hex => `0x${digits.repeat(32)}`;
  const closed: Statement<'NoiseClosed'> = {
    kind: 'NoiseClosed',
    ...slot,
    committeeHash: word('01'),
    root: word('02'),
    blob: word('03'),
  };
  const never = (): Promise<never> => Promise.reject(new Error('a relayer asks only for posts'));
  /** Posts by endpoint, in seat order. */
  const errand = (posts: readonly Json[]): Errand => {
    const post: Peers['post'] = async (where) =>
      posts[members.findIndex(({ address }) => where() === `http://${address}`)] ?? {};
    const peers = { post, blob: never, hand: never, headers: never, putReport: never, putSeal: never };
    const endpointOf: Errand['endpointOf'] = (member) => `http://${member}`;
    const { signal } = new AbortController();
    return { client, clock: systemClock, peers, run, view, standbys: false, endpointOf, signal };
  };
  const signed = (statement: Statement<'NoiseClosed'>): Promise<Json[]> =>
    Promise.all(
      members.map(async ({ secretKey }) => ({ ...statement, signature: await sign(secretKey, deployment, statement) })),
    );

  test('one statement with all signatures in seat order', async () => {
    const posts = await signed(closed);
    const { statement, signatures } = await agreed(errand(posts), 'NoiseClosed');
    assert.deepEqual({ ...statement }, { ...closed });
    assert.deepEqual(
      signatures,
      posts.map(({ signature }) => signature),
    );
  });
  test('a signature of another, of another attempt, or none at all names the holder', async () => {
    const posts = await signed(closed);
    const old = await signed({ ...closed, attempt: 1 });
    for (const bad of [posts[0]!, old[1]!, { ...posts[1], signature: undefined }, {}]) {
      const asked = statementOf(errand(posts.with(1, bad)), members[1]!.address, 'NoiseClosed');
      await assert.rejects(
        asked,
        (error: GatherError) => error.code === 'SIGNATURE' && error.holder === members[1]!.address,
      );
    }
  });
  test('holders that signed different things are not landed', async () => {
    const posts = (await signed(closed)).with(2, (await signed({ ...closed, root: word('ff') }))[2]!);
    await assert.rejects(agreed(errand(posts), 'NoiseClosed'), (error: GatherError) => error.code === 'DISAGREEMENT');
  });
  test('[RD8] preimages are 32 bytes each, in seat order', async () => {
    const posts = ['0a', '0b', '0c'].map((digits) => ({ preimage: word(digits) }));
    assert.deepEqual(
      await preimages(errand(posts), 'open'),
      posts.map(({ preimage }) => preimage),
    );
    const asked = preimages(errand([...posts.slice(0, 2), { preimage: '0x0c' }]), 'open');
    await assert.rejects(asked, (error: unknown) => error instanceof GatherError && error.code === 'PREIMAGE');
  });
});
