/**
 * What one report costs a member, a holder and a stranger, beside work that no implementation avoids, measured in the
 * same run: the AES-128-CTR keystream that is consumed, or a copy of the bytes that are read. One thread, nothing of
 * network or storage; each time is the fastest of several runs, since other work on the machine only adds.
 */
import { createCipheriv } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { loadKernels } from '../packages/node/src/adapters/kernels.ts';
import { nodePlatform as platform, nodeRandom } from '../packages/node/src/adapters/platform.ts';
import { WINDOW_ELEMENTS, WINDOW_WORDS } from '../packages/protocol/src/kernels/types.ts';
import { shortestWireLength, UPDATE } from '../packages/protocol/src/params.ts';
import type { Secret } from '../packages/protocol/src/secret.ts';
import { signReport } from '../packages/protocol/src/signing.ts';
import { aggregateShare } from '../packages/protocol/src/report/aggregate.ts';
import { ReportError } from '../packages/protocol/src/report/error.ts';
import { exampleAttempt, exampleVector } from '../packages/protocol/test/exampleAttempt.ts';
import { decodeReport, encodeReport } from '../packages/protocol/src/report/report.ts';
import { decodeSeal, openSeal } from '../packages/protocol/src/report/seal.ts';
import { shard } from '../packages/protocol/src/report/shard.ts';
import { checkAggregate, unshard } from '../packages/protocol/src/report/unshard.ts';
import { createQuery, decide, verifyPublicShare, verifyShare } from '../packages/protocol/src/report/verify.ts';

export interface ProtocolRow {
  readonly name: string;
  readonly field: 'F32' | 'F64';
  readonly d: number;
  /** Shares. */
  readonly k: number;
  readonly ms: number;
  /** What is sent (member: report and seals; holder: verifier share), or read (checks). */
  readonly bytes: number;
  readonly limit: { readonly name: string; readonly ms: number };
  /** ms / limit.ms. */
  readonly ratio: number;
}

const SHARES = 8;
const PIECE = 65_536;
/** Runs of one measurement: at least so many, and so many milliseconds. */
const RUNS = 5;
const PATIENCE = 400;
/** d. */
const SIZES = [10_000, 100_000, 1_000_000];

function fastest(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  const begun = performance.now();
  for (let run = 0; run < RUNS || performance.now() - begun < PATIENCE; run++) {
    const started = performance.now();
    work();
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

function keystreamLimit(bytes: number): ProtocolRow['limit'] {
  const zeros = new Uint8Array(PIECE);
  const ms = fastest(() => {
    const cipher = createCipheriv('aes-128-ctr', zeros.subarray(0, 16), zeros.subarray(0, 16));
    for (let left = bytes; left > 0; left -= PIECE) cipher.update(zeros.subarray(0, Math.min(PIECE, left)));
  });
  return { name: `AES keystream of ${mib(bytes)}`, ms };
}

function copyLimit(bytes: number): ProtocolRow['limit'] {
  const [from, to] = [new Uint8Array(bytes).fill(1), new Uint8Array(bytes)];
  return { name: `copy of ${mib(bytes)}`, ms: fastest(() => to.set(from)) };
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function demand<T>(result: T | ReportError): T {
  if (result instanceof ReportError) throw result;
  return result;
}

/** One attempt with one report, walked from shard to the opened sum. */
function rowsOf(field: 32 | 64, d: number): ProtocolRow[] {
  const wireLength = shortestWireLength(field, d);
  const components = { platform, kernels: loadKernels() };
  // The largest bounds that AG1 allows.
  const bound = field === 32 ? 1883n : 123_418_600n;
  const example = exampleAttempt({ field, d, shares: SHARES, members: 1, wireLength, bound }, components);
  const { attempt, holders, sealKeys, verifyBeacon } = example;
  const { vectorLength: D, params, field: elements } = attempt.sizes;
  const { key, address: member } = example.members[0]!;
  const vector = exampleVector(field, d, 1, example.random);
  const rows: ProtocolRow[] = [];
  const row = (name: string, bytes: number, limit: ProtocolRow['limit'], work: () => unknown): void => {
    const ms = fastest(work);
    rows.push({ name, field: elements.name, d, k: SHARES, ms, bytes, limit, ratio: ms / limit.ms });
  };

  const send = () => {
    const options = { attempt, type: UPDATE, member, vector, sealKeys };
    const { report, seals } = demand(shard(options, nodeRandom, components));
    const signature = signReport(attempt.domain, report.headerHash, key);
    return { bytes: encodeReport({ ...report, signature }), seals };
  };
  const sent = send();
  const report = demand(decodeReport(sent.bytes, UPDATE, attempt, components));
  const open = (i: number): Secret =>
    demand(
      openSeal(
        demand(decodeSeal(sent.seals[i]!, attempt)),
        report.header,
        i + 1,
        0,
        holders[i]![0]!,
        attempt,
        components,
      ),
    );
  const seeds = holders.map((_, i) => open(i));
  const query = createQuery(attempt, verifyBeacon, components);
  const V0 = verifyPublicShare(report, query, attempt, components);
  const V = [V0, ...seeds.map((seed, i) => verifyShare(report.header, i + 1, seed, query, attempt, components))];
  const decision = decide(report, V, query, attempt, components);
  if (!decision.accepted) throw decision.error;
  const aggregate = (i: number, y1 = i === 0) =>
    aggregateShare(
      i + 1,
      [{ member, type: UPDATE, seed: seeds[i]!, ...(y1 ? { y1: report.y1 } : {}) }],
      attempt,
      components,
    );
  const Z = seeds.map((_, i) => aggregate(i));
  const counts = { updates: 1, noises: 0 };
  const X = demand(unshard(Z, [report.commitment], counts, attempt, components)).aggregate;

  const maskBytes = (D / WINDOW_ELEMENTS) * WINDOW_WORDS * elements.bytes;
  const checkBytes = (params.checks * D) / 4;
  const sentBytes = sent.bytes.length + sent.seals.reduce((sum, seal) => sum + seal.length, 0);
  row('member: shard, seal, sign', sentBytes, keystreamLimit(SHARES * maskBytes + checkBytes), send);
  const perShare = keystreamLimit(maskBytes + checkBytes);
  row('holder: open and verify one share', V0.byteLength, perShare, () =>
    verifyShare(report.header, 1, open(0), query, attempt, components),
  );
  row('assigned pair besides: decode', sent.bytes.length, copyLimit(sent.bytes.length), () =>
    decodeReport(sent.bytes, UPDATE, attempt, components),
  );
  row('assigned pair besides: verify share 0', V0.byteLength, keystreamLimit(checkBytes), () =>
    verifyPublicShare(report, query, attempt, components),
  );
  row('holder: aggregate one report', X.byteLength, keystreamLimit(maskBytes), () => aggregate(1));
  row('anybody: check a sum against the commitments', 2 * X.byteLength, copyLimit(2 * X.byteLength), () =>
    checkAggregate(X, [report.commitment], counts, attempt, components),
  );
  row('holder, once an attempt: query', 3 * X.byteLength, copyLimit(3 * X.byteLength), () =>
    createQuery(attempt, verifyBeacon, components),
  );
  return rows;
}

export function protocolRows(): ProtocolRow[] {
  return ([32, 64] as const).flatMap((field) => SIZES.flatMap((d) => rowsOf(field, d)));
}

export function formatProtocolRows(rows: readonly ProtocolRow[]): string {
  const cells = rows.map(({ name, field, d, ms, bytes, limit, ratio }) => [
    field,
    `d ${d}`,
    name,
    `${ms.toFixed(1)} ms`,
    `${bytes} B`,
    name.startsWith('member') ? `${(bytes / (4 * d)).toFixed(3)} × float32` : '',
    `${ratio.toFixed(1)} ×`,
    `${limit.name} in ${limit.ms.toFixed(2)} ms`,
  ]);
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const right = new Set([3, 4, 5, 6]);
  const align = (cell: string, c: number): string =>
    right.has(c) ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!);
  return cells.map((row) => row.map(align).join('  ').trimEnd()).join('\n');
}

export function run({ json }: { readonly json: boolean }): void {
  const rows = protocolRows();
  console.log(json ? JSON.stringify(rows, null, 1) : formatProtocolRows(rows));
}
