/**
 * Kernel times beside what bounds them on the same machine in the same run: a copy of the bytes that the kernel reads,
 * or the AES-128-CTR keystream that it consumes. One thread; each time is the fastest of several runs, since other work
 * on the machine only adds. `node bench/kernels.ts [log2 d]` prints the table.
 */
import { createCipheriv, createHash, randomFillSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { loadKernels } from '../packages/node/src/adapters/kernels.ts';
import type { Elements, FieldName, Signed } from '../packages/protocol/src/field.ts';
import {
  type FieldKernels,
  type Kernels,
  WINDOW_ELEMENTS,
  WINDOW_WORDS,
} from '../packages/protocol/src/kernels/types.ts';

export interface KernelRow {
  readonly name: string;
  readonly field: FieldName | '';
  /** Coordinates that one call works on. */
  readonly d: number;
  readonly ms: number;
  /** Time of the work that no implementation avoids. */
  readonly limit: { readonly name: string; readonly ms: number };
  /** ms / limit.ms. */
  readonly ratio: number;
}

const CHECKS = 100;
const SHARES = 8;
const PIECE = 65_536;
const ZEROS = new Uint8Array(PIECE);
/** Each time is the fastest run of at least this many milliseconds and runs: compilers warm up in the background. */
const PATIENCE = 250;
const RUNS = 5;

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

/** The keystream's next bytes in pieces, to `use` with their position. */
function keystream(
  bytes: number,
  piece: number,
  use: (bytes: Uint8Array, at: number) => void,
  cipher = newCipher(),
): void {
  const zeros = piece === PIECE ? ZEROS : new Uint8Array(piece);
  for (let at = 0; at < bytes; at += piece) use(cipher.update(zeros.subarray(0, Math.min(piece, bytes - at))), at);
}
const newCipher = () => createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));

function limits() {
  const known = new Map<string, KernelRow['limit']>();
  const remember = (name: string, measure: () => number) => {
    const limit = known.get(name) ?? { name, ms: measure() };
    known.set(name, limit);
    return limit;
  };
  return {
    copy: (bytes: number) =>
      remember(`copy ${mib(bytes)}`, () => {
        const [from, to] = [new Uint8Array(bytes).fill(1), new Uint8Array(bytes)];
        return fastest(() => to.set(from));
      }),
    aes: (bytes: number) =>
      remember(`AES ${mib(bytes)}`, () => {
        const into = new Uint8Array(PIECE);
        return fastest(() => keystream(bytes, PIECE, (piece) => into.set(piece)));
      }),
  };
}
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** Uniform enough for timing: random words with the top bit clear, so every word is an element. */
function randomize(x: Elements): Elements {
  const bytes = new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
  for (let at = 0; at < bytes.length; at += PIECE) randomFillSync(bytes.subarray(at, at + PIECE));
  const width = x.BYTES_PER_ELEMENT;
  for (let i = width - 1; i < bytes.length; i += width) bytes[i]! &= 0x7f;
  return x;
}

type Row = (name: string, k: FieldKernels | undefined, limit: KernelRow['limit'], work: () => unknown) => void;
type Limits = ReturnType<typeof limits>;

export function kernelRows(kernels: Kernels, d: number): KernelRow[] {
  const rows: KernelRow[] = [];
  const bounds = limits();
  const row: Row = (name, k, limit, work) => {
    const ms = fastest(work);
    rows.push({ name, field: k?.field.name ?? '', d, ms, limit, ratio: ms / limit.ms });
  };
  for (const k of [kernels.F32, kernels.F64]) {
    measureVectors(k, d, row, bounds);
    measureRing(k, d, row, bounds);
    measureSigns(k, d, row, bounds);
    measureReport(k, d, row, bounds);
  }
  measureSampling(kernels, d, row, bounds);
  return rows;
}

function measureSampling(kernels: Kernels, d: number, row: Row, { copy }: Limits): void {
  const mark = kernels.F64.mark();
  const random = randomize(kernels.F64.alloc(d)) as BigUint64Array;
  for (const sigma of [64, 81_920]) {
    const size = Math.ceil(12 * sigma);
    const thresholds = kernels.F64.alloc(size) as BigUint64Array;
    let sum = 0;
    const weights = Float64Array.from({ length: size }, (_, i) => {
      sum += (i === 0 ? 0.5 : 1) * Math.exp((-i * i) / (2 * sigma * sigma));
      return sum;
    });
    thresholds.set(BigUint64Array.from(weights, (w) => BigInt(Math.floor((w / sum) * 2 ** 53)) << 10n));
    const out = kernels.F64.allocSigned(d);
    row(`sampleTable, deviation ${sigma}`, undefined, copy(16 * d), () => kernels.sampleTable(random, thresholds, out));
  }
  const x = new Float64Array(random.buffer, kernels.F64.alloc(d).byteOffset, d).fill(0.3);
  const words = new Uint32Array(random.buffer, random.byteOffset, d);
  for (const out of [kernels.F32.allocSigned(d), kernels.F64.allocSigned(d)]) {
    const name = `roundStochastically to ${8 * out.BYTES_PER_ELEMENT} bits`;
    row(name, undefined, copy((12 + out.BYTES_PER_ELEMENT) * d), () =>
      kernels.roundStochastically(x, 1000, words, out),
    );
  }
  kernels.F64.release(mark);
}

/** out ← out − mask, as a member does once a share. */
function foldMask(k: FieldKernels, out: Elements, op: 'set' | 'sub'): void {
  const window = WINDOW_WORDS * k.field.bytes;
  const windows = Math.ceil(out.length / WINDOW_ELEMENTS);
  keystream(windows * window, 8 * window, (words, at) => {
    k.foldWindows(words, out, (at / window) * WINDOW_ELEMENTS, op);
  });
}

/** The wraparound checks of `x`, each over fresh bits. */
function checkSigns(k: FieldKernels, x: Elements | Signed): void {
  const mark = k.mark();
  const signs = k.prepareSignDot(x);
  const bits = Math.ceil(x.length / 4);
  keystream(CHECKS * bits, bits, (piece) => signs.dot(piece));
  k.release(mark);
}

function measureVectors(k: FieldKernels, d: number, row: Row, { copy, aes }: Limits): void {
  const { bytes } = k.field;
  const mark = k.mark();
  const [a, b, out] = [randomize(k.alloc(d)), randomize(k.alloc(d)), k.alloc(d)];
  row('add', k, copy(bytes * d), () => k.add(a, b));
  row('mul', k, copy(bytes * d), () => k.mul(a, b));
  row('dot', k, copy(bytes * d), () => k.dot(a, b));
  const stream = new Uint8Array((d / WINDOW_ELEMENTS) * WINDOW_WORDS * bytes);
  keystream(stream.length, PIECE, (piece, at) => stream.set(piece, at));
  row('foldWindows', k, copy(stream.length), () => k.foldWindows(stream, a, 0, 'add'));
  row('mask: keystream and foldWindows', k, aes(stream.length), () => foldMask(k, a, 'sub'));
  row('expandPublic', k, copy(bytes * d), () => k.expandPublic(new Uint8Array(40), 0, d, out));
  k.release(mark);
}

function measureRing(k: FieldKernels, d: number, row: Row, { copy }: Limits): void {
  const { bytes, ringDegree: n } = k.field;
  const mark = k.mark();
  const [x, A, out] = [randomize(k.alloc(d)), randomize(k.alloc(d)), k.alloc(d)];
  const [u, T, block] = [randomize(k.alloc(n)), k.alloc(n), randomize(k.alloc(n))];
  row(`ntt of ${n}, ${d / n} times`, k, copy(bytes * d), () => {
    for (let i = 0; i < d / n; i++) k.ntt(block);
  });
  row('commit', k, copy(2 * bytes * d), () => k.commit(x, A, T));
  row('transpose', k, copy(2 * bytes * d), () => k.transpose(u, A, out));
  const [P, L] = shape(d);
  const [seeds, gadget] = [randomize(k.alloc(L)), k.alloc(2 * P)];
  row(`proveSquares, P ${P}, L ${L}`, k, copy(bytes * d), () => k.proveSquares(x, seeds, P, gadget));
  const [weights, wires] = [randomize(k.alloc(P)), k.alloc(L)];
  row('evaluateWires', k, copy(bytes * d), () => k.evaluateWires(x, weights, wires));
  k.release(mark);
}

function measureSigns(k: FieldKernels, d: number, row: Row, { aes }: Limits): void {
  const mark = k.mark();
  const [signed, share] = [k.allocSigned(d), randomize(k.alloc(d))];
  const keystreams = aes((CHECKS * d) / 4);
  for (const reach of [100, 2 ** 20]) {
    fill(signed, reach);
    row(`${CHECKS} sign dots with keystream, |x| < ${reach}`, k, keystreams, () => checkSigns(k, signed));
  }
  row(`${CHECKS} sign dots with keystream, share`, k, keystreams, () => checkSigns(k, share));
  k.release(mark);
}

/** The kernels and streams of a whole report, without seals, validity proofs and the network. */
function measureReport(k: FieldKernels, d: number, row: Row, { aes }: Limits): void {
  const { bytes, ringDegree: n } = k.field;
  const mark = k.mark();
  const D = (Math.ceil(d / n) + 2) * n;
  const [P, L] = shape(D);
  const [x, A, y, T] = [k.alloc(D), randomize(k.alloc(D)), k.alloc(D), k.alloc(n)];
  const signed = fill(k.allocSigned(D), 100);
  const [seeds, gadget] = [randomize(k.alloc(L)), k.alloc(2 * P)];
  const maskBytes = Math.ceil(D / WINDOW_ELEMENTS) * WINDOW_WORDS * bytes;
  const checkBytes = (CHECKS * D) / 4;
  const proofs = bytes === 4 ? 2 : 1;
  row(
    `member: commit, ${SHARES} masks, hash, signs, ${proofs} norm proofs`,
    k,
    aes(SHARES * maskBytes + checkBytes),
    () => {
      k.lift(signed, x);
      k.commit(x, A, T);
      k.lift(signed, y);
      for (let share = 0; share < SHARES; share++) foldMask(k, y, 'sub');
      createHash('sha256')
        .update(new Uint8Array(y.buffer, y.byteOffset, y.byteLength))
        .digest();
      checkSigns(k, signed);
      for (let proof = 0; proof < proofs; proof++) k.proveSquares(x, seeds, P, gadget);
    },
  );
  const [weights, wires] = [randomize(k.alloc(P)), k.alloc(L)];
  row(`holder, one share: mask, signs, ${proofs} wires, 2 dots`, k, aes(maskBytes + checkBytes), () => {
    foldMask(k, x, 'set');
    checkSigns(k, x);
    for (let proof = 0; proof < proofs; proof++) k.evaluateWires(x, weights, wires);
    for (let check = 0; check < 2; check++) k.dot(x, A);
  });
  k.release(mark);
}

/** P and L of the norm proof at about 2^20 coordinates. */
const shape = (count: number): [P: number, L: number] => [1024, Math.ceil(count / 1023 / 4) * 4];

function fill(x: Signed, reach: number): Signed {
  for (let i = 0; i < x.length; i++) {
    const value = ((i * 7919) % (2 * reach)) - reach;
    x[i] = x instanceof BigInt64Array ? BigInt(value) : value;
  }
  return x;
}

/** The rows as aligned text. */
export function formatKernelRows(rows: readonly KernelRow[]): string {
  const cells = rows.map(({ field, name, ms, ratio, limit }) => [
    field.padEnd(4),
    name,
    `${ms.toFixed(2)} ms`,
    `${ratio.toFixed(1)} ×`,
    `${limit.name} in ${limit.ms.toFixed(2)} ms`,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const align = (cell: string, c: number) => (c === 2 || c === 3 ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!));
  return cells.map((row) => row.map(align).join('  ').trimEnd()).join('\n');
}

if (import.meta.main) {
  const d = 2 ** Number(process.argv[2] ?? 20);
  console.log(`d = ${d}\n${formatKernelRows(kernelRows(loadKernels(), d))}`);
}
