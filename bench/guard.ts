/**
 * What a person waits for the guard: on the embedded chain, over HTTP as a wallet asks its node, from the request to the
 * verdict. Cold: a new guard, whose model the chain has yet to vouch for. Warm: the model is verified, the account is
 * looked up anew each time. And the bytes that a page loads.
 */
import { gzipSync } from 'node:zlib';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { setGuardStage } from '../examples/guard/stage.ts';
import { guard, type GuardOptions, type Provider, type Verdict } from '../packages/guard/src/index.ts';
import { rpcOf } from '../packages/testing/src/pastLives.ts';

export interface GuardRow {
  readonly name: string;
  readonly runs: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly limit: number;
}

export interface GuardSize {
  /** Bytes. */
  readonly minified: number;
  readonly gzip: number;
  readonly limit: number;
}

const RUNS = { cold: 60, warm: 200 };
const LIMITS = { cold: 2_000, warm: 150, bytes: 300_000 };

/** packages/guard as a page would load it. */
export async function guardSize(): Promise<GuardSize> {
  const entryPoints = [fileURLToPath(new URL('../packages/guard/src/index.ts', import.meta.url))];
  const options = {
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  } as const;
  const { outputFiles } = await build({ ...options, entryPoints });
  const { contents } = outputFiles[0]!;
  return { minified: contents.length, gzip: gzipSync(contents, { level: 9 }).length, limit: LIMITS.bytes };
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;

async function timed(name: string, runs: number, limit: number, once: () => Promise<Verdict>): Promise<GuardRow> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    const { score } = await once();
    times.push(performance.now() - began);
    if (score === undefined) throw new Error(`${name}: the account was not scored`);
  }
  times.sort((a, b) => a - b);
  return { name, runs, p50: at(times, 0.5), p95: at(times, 0.95), limit };
}

export async function guardRows(): Promise<readonly GuardRow[]> {
  const stage = await setGuardStage(() => undefined);
  try {
    const rpc = rpcOf(stage.rpcUrl);
    const provider: Provider = { request: ({ method, params }) => rpc(method, (params ?? []) as readonly unknown[]) };
    const { chainId, charters, rounds } = stage.deployed;
    const options: GuardOptions = {
      model: { place: { chainId, charters, rounds }, charterId: stage.charterId, source: async () => stage.bytes },
      warnAbove: stage.model.warnAbove,
      decide: () => 'reject',
    };
    const { me, scam, ordinary } = stage.accounts;
    let turn = 0;
    const payment = () => ({
      method: 'eth_sendTransaction',
      params: [{ from: me, to: turn++ % 2 === 0 ? scam : ordinary, value: '0x1' }],
    });
    const warm = guard(provider, options);
    const cold = await timed('cold', RUNS.cold, LIMITS.cold, () => guard(provider, options).check(payment()));
    await warm.check(payment());
    return [cold, await timed('warm', RUNS.warm, LIMITS.warm, () => warm.check(payment()))];
  } finally {
    await stage.stop();
  }
}

/** Fails when a limit is broken. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const [size, rows] = [await guardSize(), await guardRows()];
  if (json) console.log(JSON.stringify({ rows, size }, null, 1));
  else {
    for (const { name, runs, p50, p95, limit } of rows)
      console.log(`${name}  p50 ${p50.toFixed(1)} ms  p95 ${p95.toFixed(1)} ms  (limit ${limit} ms, ${runs} verdicts)`);
    console.log(`bundle  ${size.minified} bytes minified, ${size.gzip} gzip  (limit ${size.limit})`);
  }
  if (rows.some(({ p95, limit }) => p95 > limit) || size.minified > size.limit) process.exitCode = 1;
}
