/**
 * Runs of released protocol versions, kept as they were, still verify with today's code [RD3]. An archive is made once
 * for a version, by the program itself, and never again: `CONCORD_WRITE_ARCHIVES=1 npm test -- archive` writes the ones
 * that are not there yet.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodeRunState } from '@concord/protocol';
import { loadKernels, nodePlatform } from '@concord/node';
import { emptyView, encodeArchive, fetchBlob, fold, registerModel, type RunView, watchFacts } from '@concord/sdk';
import { aRun } from '../../../../packages/testing/src/builders.ts';
import { type Consortium, startConsortium } from '../../../../packages/testing/src/consortium.ts';
import { logOf } from '../../../../packages/testing/src/logs.ts';

const ARCHIVES = fileURLToPath(new URL('../../../../spec/vectors/archives/', import.meta.url));
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'concord-archive-'));
after(() => rmSync(folder, { recursive: true }));

const concord = (...args: string[]) =>
  spawnSync(process.execPath, ['--no-warnings', MAIN, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });

async function finished({ client, runId, fromBlock }: Consortium): Promise<RunView> {
  let view = emptyView;
  for await (const event of watchFacts(client, { fromBlock, confirmations: 0, pollMilliseconds: 100 })) {
    if (event.type !== 'fact') continue;
    view = fold(view, event.fact);
    const run = view.runs.get(runId);
    if (run?.finished) return run;
  }
  throw new Error('the chain went silent');
}

/** Version 1 named files by their own SHA-256, version 2 names them by their pieces [CM10]. */
const RUNS = {
  'concord-v1-consortium.bin': {},
  'concord-v1-committee.bin': { committee: { shares: 2, aggregators: 4 } },
  'concord-v2-consortium.bin': {},
  'concord-v2-committee.bin': { committee: { shares: 2, aggregators: 4 } },
} as const;

for (const [name, options] of Object.entries(RUNS)) {
  const file = ARCHIVES + name;
  if (existsSync(file) || process.env['CONCORD_WRITE_ARCHIVES'] !== '1') continue;
  test(`${name} is written from a real run`, async () => {
    const run = await startConsortium({ members: 3, rounds: 2, phaseSeconds: 60, blockMilliseconds: 150, ...options });
    try {
      const { attempts } = await finished(run);
      const endpoints = [...run.members, ...run.aggregators].map(({ endpoint }) => endpoint);
      const state = decodeRunState(await fetchBlob(endpoints, attempts.at(-1)!.settled!.blob));
      await registerModel(run.client, run.runId, state, run.charterText);
      await delay(500);
      const { charters, rounds, inference } = run.client.deployment;
      const chain = ['--rpc', run.client.reader.transport['url'] as string, '--charters', charters, '--rounds', rounds];
      const written = concord('archive', ...chain, '--inference', inference, '--run', run.runId, '--out', file);
      assert.equal(written.status, 0, written.stdout + written.stderr);
    } finally {
      await run.stop();
    }
  });
}

test('[RD3] there is an archive of every mode of every protocol version', () => {
  assert.deepEqual(readdirSync(ARCHIVES).sort(), Object.keys(RUNS).sort());
});

for (const name of Object.keys(RUNS))
  test(`[RD3] ${name} verifies offline`, { skip: !existsSync(ARCHIVES + name) && 'not written yet' }, () => {
    const { status, stdout, stderr } = concord('verify', '--archive', ARCHIVES + name, '--json');
    assert.equal(status, 0, stderr);
    const { verdict, clauses } = JSON.parse(stdout) as { verdict: string; clauses: { id: string; verdict: string }[] };
    assert.equal(verdict, 'PASS');
    assert.ok(clauses.filter((clause) => clause.verdict === 'PASS').length >= 20);
    const publish = clauses.find(({ id }) => id === 'CM10');
    assert.equal(publish?.verdict, name.includes('-v1-') ? 'NOT ENFORCED IN THIS VERSION' : 'PASS');
  });

test('[BD5][CH8] an archive of a run that its sunset ended has its model, one written before the sunset has none yet', () => {
  const sunset = 1_800_000_000;
  const components = { platform: nodePlatform, kernels: loadKernels() };
  const { runId, deployment, ledger } = aRun({ members: 3, rounds: 3, sunset }, components);
  const last = ledger.facts.findLastIndex((fact) => fact.kind === 'settled' && fact.round === 1);
  const logs = ledger.facts.slice(0, last + 1).map((fact) => logOf(fact, deployment));
  const cardAt = (now: number) => {
    const file = join(folder, `${now}.bin`);
    writeFileSync(file, encodeArchive({ deployment, runId, now, logs, blobs: ledger.blobs }));
    return concord('model', 'card', '--archive', file, '--json');
  };
  const early = cardAt(sunset);
  assert.equal(early.status, 1);
  assert.match(early.stderr, /is not finished/);
  const { status, stdout, stderr } = cardAt(sunset + 1);
  assert.equal(status, 0, stderr);
  const { lineage } = JSON.parse(stdout) as { lineage: { readFrom: string; run: { settledRounds: number } } };
  assert.deepEqual([lineage.readFrom, lineage.run.settledRounds], ['archive', 2]);
});

test('options that lack are named, and a file that is no archive is refused', () => {
  const missing = concord('verify', '--rpc', 'http://127.0.0.1:1', '--rounds', `0x${'11'.repeat(20)}`);
  assert.notEqual(missing.status, 0);
  assert.match(missing.stderr, /^--charters, --inference: needed beside the others, or pass --deployment FILE$/m);
  const other = concord('verify', '--archive', fileURLToPath(import.meta.url));
  assert.notEqual(other.status, 0);
  assert.match(other.stdout + other.stderr, /not an archive/);
});
