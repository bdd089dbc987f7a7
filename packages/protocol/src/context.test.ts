import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePlatform as platform } from '../../node/src/adapters/platform.ts';
import { hex, text } from '../test/vectorFile.ts';
import { type AttemptFacts, noiseContext, updateContext } from './context.ts';

test('[AG4] contexts change with every fact that they bind', () => {
  const facts: AttemptFacts = {
    chainId: 1n,
    contract: new Uint8Array(20),
    runId: new Uint8Array(32),
    round: 1,
    attempt: 1,
    paramsHash: new Uint8Array(32),
    drawBeacon: new Uint8Array(32),
    committeeHash: new Uint8Array(32),
  };
  const changes: Partial<AttemptFacts>[] = [
    { chainId: 2n },
    { contract: new Uint8Array(20).fill(1) },
    { round: 2 },
    { attempt: 2 },
    ...['runId', 'paramsHash', 'drawBeacon', 'committeeHash'].map((name) => ({ [name]: new Uint8Array(32).fill(1) })),
  ];
  const all = [facts, ...changes.map((change) => ({ ...facts, ...change }))].map((f) =>
    text(noiseContext(f, platform)),
  );
  assert.equal(new Set(all).size, all.length);
  assert.throws(() => noiseContext({ ...facts, runId: new Uint8Array(31) }, platform), /runId has 31 bytes/);
  const update = { modelHash: new Uint8Array(32), noiseRoot: new Uint8Array(32), openBeacon: new Uint8Array(32) };
  const other = Object.keys(update).map((name) => ({ ...update, [name]: new Uint8Array(32).fill(1) }));
  const contexts = [update, ...other].map((f) => text(updateContext(hex(all[0]!), f, platform)));
  assert.equal(new Set([...contexts, ...all]).size, contexts.length + all.length);
});
