import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ConcordClient, currentAttempt, type Deployment, type RunView, sign } from '@concord/sdk';
import { createPublicClient, http } from 'viem';
import { membersOf } from '../../../testing/src/committee.ts';
import { runInPhase } from '../../../testing/src/stages.ts';
import { systemClock } from '../adapters/clock.ts';
import type { Peers } from '../peers.ts';
import { askOthers, areEnough, Stops, stopsRoute } from './stops.ts';

const deployment: Deployment = {
  chainId: 31_337,
  charters: `0x${'11'.repeat(20)}`,
  rounds: `0x${'22'.repeat(20)}`,
  inference: `0x${'33'.repeat(20)}`,
};
const client: ConcordClient = { deployment, reader: createPublicClient({ transport: http('http://127.0.0.1:9') }) };
const members = membersOf(5, 'stops').toSorted((a, b) => (a.address < b.address ? -1 : 1));
const runIn = (phase: Parameters<typeof runInPhase>[0]): RunView => {
  const run = runInPhase(phase).run();
  return { ...run, charter: { ...run.charter, members: members.map(({ address }) => address) } };
};
const run = runIn('NOISE');
const runId = run.charterId;
const reading = { bytesSent: 5, milliseconds: 6 };

const said = async (i: number, round = 0) => {
  const { address: member, secretKey } = members[i]!;
  return {
    runId,
    round,
    member,
    ...reading,
    signature: await sign(secretKey, deployment, { kind: 'Stop', runId, round, ...reading }),
  };
};
const handing = (view: RunView | undefined, stops: Stops) => async (body: unknown) => {
  const route = stopsRoute(client, () => view, stops);
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const reply = await route.answer({ parts: {}, query: new URLSearchParams(), body: bytes });
  return { status: reply.status, code: (reply.body as { code?: unknown }).code };
};

describe('[RD17][WI7] a relayer collects the members’ stops', () => {
  test('each once, in the charter’s order, until they are enough', async () => {
    const stops = new Stops();
    let told = 0;
    stops.onSaid = () => {
      told += 1;
    };
    const hand = handing(run, stops);
    assert.deepEqual(await hand(await said(2)), { status: 200, code: undefined });
    assert.deepEqual(await hand(await said(2)), { status: 200, code: undefined });
    assert.deepEqual([told, areEnough(stops.of(run), run)], [1, false]);
    await hand(await said(0));
    assert.deepEqual([told, areEnough(stops.of(run), run)], [2, false]);
    await hand(await said(1));
    assert.deepEqual([told, areEnough(stops.of(run), run)], [3, true]);
    assert.deepEqual(
      stops.of(run).map(({ member }) => member),
      members.slice(0, 3).map(({ address }) => address),
    );
  });

  test('none that is not the member’s, of no member, of another round, or no stop at all', async () => {
    const stops = new Stops();
    const hand = handing(run, stops);
    const refused = { status: 422, code: 'SIGNATURE' };
    assert.deepEqual(await hand({ ...(await said(0)), member: members[1]!.address }), refused);
    assert.deepEqual(await hand({ ...(await said(0)), bytesSent: 6 }), refused);
    assert.deepEqual(
      await handing({ ...run, charter: { ...run.charter, members: [members[1]!.address] } }, stops)(await said(0)),
      refused,
    );
    assert.deepEqual(await hand(await said(0, 1)), { status: 503, code: 'EARLY' });
    assert.deepEqual(await handing(undefined, stops)(await said(0)), { status: 404, code: 'NO_RUN' });
    const good = await said(0);
    for (const body of [
      null,
      [],
      7,
      {},
      { ...good, bytesSent: -1 },
      { ...good, milliseconds: 1.5 },
      { ...good, round: '0' },
      { ...good, signature: '0x' },
    ])
      assert.deepEqual(await hand(body), { status: 400, code: 'BODY' });
    assert.deepEqual(stops.of(run), []);
  });

  test('what is heard late, of a round that is over, displaces nothing', async () => {
    const stops = new Stops();
    stops.take(runId, 0, await said(0));
    stops.take(runId, 1, await said(1, 1));
    stops.take(runId, 0, await said(2));
    const next = { ...run, attempts: [{ ...currentAttempt(run)!, round: 1 }] };
    assert.deepEqual(
      stops.of(next).map(({ member }) => member),
      [members[1]!.address],
    );
  });

  test('a stop that anybody spelled in another way displaces nothing, and could not be landed', async () => {
    const stops = new Stops();
    const hand = handing(run, stops);
    const good = await said(0);
    await hand(good);
    const respelled = {
      ...good,
      signature: good.signature.slice(0, 130) + (good.signature.endsWith('1b') ? '00' : '01'),
    };
    assert.deepEqual(await hand(respelled), { status: 422, code: 'SIGNATURE' });
    assert.equal(stops.of(run)[0]?.signature, good.signature);
  });

  test('none once the attempt is charged, and an ended run is answered as done', async () => {
    const stops = new Stops();
    await handing(runIn('VERIFY'), stops)(await said(0));
    assert.equal(stops.of(runIn('VERIFY')).length, 1);
    assert.deepEqual(stops.of(runIn('UNMASK')), []);
    assert.deepEqual(await handing(runIn('FINISHED'), stops)(await said(0)), { status: 200, code: undefined });
  });

  test('those who handed theirs to another relayer are asked', async () => {
    const stops = new Stops();
    await handing(run, stops)(await said(1));
    const posts = new Map(await Promise.all([0, 1].map(async (i) => [members[i]!.address, await said(i)] as const)));
    const never = (): Promise<never> => Promise.reject(new Error('a relayer asks only for posts'));
    const post: Peers['post'] = async (where) => {
      const found = posts.get(where() as (typeof members)[0]['address']);
      if (!found) throw new Error('404');
      return { ...found };
    };
    const peers = { post, blob: never, hand: never, headers: never, putReport: never, putSeal: never };
    const { signal } = new AbortController();
    const view = currentAttempt(run)!;
    await askOthers(stops, {
      client,
      clock: systemClock,
      peers,
      run,
      view,
      standbys: false,
      endpointOf: (who) => who,
      signal,
    });
    assert.equal(stops.of(run).length, 2);
  });
});
