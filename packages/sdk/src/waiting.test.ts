import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { proposedRun, runInPhase } from '../../testing/src/stages.ts';
import { hasSaid } from './posts.ts';
import { PHASES } from './view.ts';
import { endOf, endWords, waitingOf } from './waiting.ts';

describe('[RD1] what a run waits for', () => {
  test('a vote, until its time is over', () => {
    const stage = proposedRun(3);
    const waiting = waitingOf(stage.run(), stage.now());
    assert.equal(waiting.phase, 'VOTING');
    assert.deepEqual(waiting.whom, stage.members);
    const late = waitingOf(stage.run(), waiting.until! + 1);
    assert.equal(late.phase, 'FAILED');
    assert.deepEqual(late.whom, []);
  });
  test('in every phase one post of every holder, and nothing at the end', () => {
    const posts = PHASES.map((phase) => {
      const stage = runInPhase(phase);
      const waiting = waitingOf(stage.run(), stage.now());
      assert.equal(waiting.phase, phase);
      assert.deepEqual(waiting.whom, phase === 'FINISHED' ? [] : stage.members);
      assert.ok(phase === 'FINISHED' || waiting.until! > stage.now());
      return waiting.post;
    });
    assert.deepEqual(posts, [
      'Seat',
      'NoiseClosed',
      'open',
      'UploadsClosed',
      'query',
      'Verified',
      'Unmasked',
      'Settled',
      undefined,
    ]);
  });
  test('a committee is drawn before anybody can sit', () => {
    const stage = proposedRun(3, 2, { shares: 2, aggregators: 5 });
    for (const voter of stage.members)
      stage.ledger.post({ kind: 'voted', charterId: stage.runId, voter, support: true });
    const { what, whom, post } = waitingOf(stage.run(), stage.now());
    assert.deepEqual([what, whom, post], ['a relayer to draw the committee', [], undefined]);
  });
});

test('[WI5] whether a holder has said a post: yes, not yet, or no answer', async () => {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.writeHead(url.endsWith('/Seat') ? 200 : url.endsWith('/open') ? 404 : 500).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const attempt = { runId: `0x${'ab'.repeat(32)}`, round: 1, attempt: 2 } as const;
  try {
    assert.equal(await hasSaid(endpoint, attempt, 'Seat'), true);
    assert.equal(asked[0], `/posts/${attempt.runId}/1/2/Seat`);
    assert.equal(await hasSaid(endpoint, attempt, 'open'), false);
    assert.equal(await hasSaid(endpoint, attempt, 'query'), undefined);
    assert.equal(await hasSaid(undefined, attempt, 'Seat'), undefined);
  } finally {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
  assert.equal(await hasSaid(endpoint, attempt, 'Seat'), undefined);
});

test('[RD16][RD17] why a run is over is said in plain words', () => {
  const run = runInPhase('FINISHED').run();
  const words = (ended: 'gas' | 'privacy' | 'stopped' | undefined): string => endWords({ ...run, ended } as typeof run);
  assert.equal(endWords(run), 'every round is settled');
  assert.equal(words('gas'), 'stopped after round 2 of 2: the gas cap has no room for another round');
  assert.match(words('privacy'), /the privacy budget pays for no other round$/);
  const { origin } = run.attempts[0]!.settled!;
  const readings = run.charter.members.slice(0, 2).map((member) => ({ member, bytesSent: 1, milliseconds: 1 }));
  const stopped = { round: 1, attempt: 0, readings, signatures: [], origin };
  assert.match(endWords({ ...run, ended: 'stopped', stopped }), /2 of 3 members signed to stop/);
  const { ended: _, ...rest } = run;
  assert.match(endWords(rest), /the charter’s sunset has come$/);
  assert.equal(endOf(run, 0), 'rounds');
  const { charter, ...seating } = runInPhase('SEAT').run();
  const until = { ...seating, charter: { ...charter, limits: { ...charter.limits, sunset: 5_000n } } };
  assert.deepEqual([endOf(until, 5_000), endOf(until, 5_001)], [undefined, 'sunset']);
});
