/** `concord demand` against real processes: a member is asked for a piece, its relayer carries the answer. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { emptyView, type Fact, fold, getFacts, holdersOf } from '@concord/sdk';
import { type Consortium, startConsortium } from '../../../../packages/testing/src/consortium.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** The second account of every developer's chain: the first is the relayer's, and would take the same nonces. */
const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const PATIENCE = 120_000;

/** The exit code and everything that it printed; the relayer of this process goes on meanwhile. */
async function concord(
  args: readonly string[],
  key?: string,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const env = { ...process.env, ...(key && { CONCORD_KEY: key }) };
  const child = spawn(process.execPath, ['--no-warnings', MAIN, ...args], { env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said };
}

async function factsUntil(
  { client, fromBlock }: Consortium,
  enough: (facts: readonly Fact[]) => boolean,
): Promise<readonly Fact[]> {
  const started = performance.now();
  for (;;) {
    const facts = await getFacts(client, fromBlock, await client.reader.getBlockNumber());
    if (enough(facts)) return facts;
    assert.ok(performance.now() - started < PATIENCE, 'the run is stuck');
    await delay(300);
  }
}

const count = (facts: readonly Fact[], kind: Fact['kind']): number => facts.filter((fact) => fact.kind === kind).length;

test('[CM10] concord demand asks for a share and for a file, and both are published', async () => {
  const run = await startConsortium({ members: 3, rounds: 2, phaseSeconds: 60, blockMilliseconds: 150 });
  try {
    const facts = await factsUntil(run, (those) => count(those, 'settled') === 2);
    const [first] = facts.reduce(fold, emptyView).runs.get(run.runId)!.attempts;
    const { charters, rounds, inference } = run.client.deployment;
    const chain = ['--rpc', run.client.reader.transport['url'] as string, '--charters', charters, '--rounds', rounds];
    const named = [...chain, '--inference', inference, '--run', run.runId];
    const ask = (...which: string[]) => concord(['demand', ...named, '--round', '0', ...which], KEY);

    const share = await ask('--share', '1', '--piece', '2');
    assert.equal(share.code, 0, share.said);
    assert.match(share.said, new RegExp(`${holdersOf(first!)[0]} is asked for 0x[0-9a-f]{64}`));
    const file = await ask('--file', holdersOf(first!)[2]!);
    assert.equal(file.code, 0, file.said);
    await factsUntil(run, (those) => count(those, 'answered') === 2);
    const again = await ask('--share', '1', '--piece', '2');
    assert.notEqual(again.code, 0);
    assert.match(again.said, /AlreadyDemanded|AlreadyPublished/);
    const verified = await concord(['verify', ...named]);
    assert.match(verified.said, /2 demands, 2 answered/);
  } finally {
    await run.stop();
  }
});

test('what demand needs is named', async () => {
  const { code, said } = await concord(['demand', '--round', '0', '--share', '1']);
  assert.notEqual(code, 0);
  assert.match(said, /CONCORD_KEY/);
  const both = await concord(['demand', '--round', '0', '--share', '1', '--file', '0x1'], KEY);
  assert.match(both.said, /either --share or --file/);
});
