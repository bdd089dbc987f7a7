/**
 * The kernels as loops over bigint: slow, short, and the meaning of every method. The WASM twin must agree with this
 * file on every input that `checks.ts` admits.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { type Elements, F32, F64, type Field, mod, rootOfUnity, type Signed } from '../field.ts';
import { bitReverse, interpolate, powers, transform } from '../ntt.ts';
import * as check from './checks.ts';
import { type FieldKernels, type Kernels, WINDOW_ELEMENTS, WINDOW_WORDS } from './types.ts';

const at = (x: Elements | Signed, i: number): bigint => BigInt(x[i]!);

function put(out: Elements | Signed, i: number, value: bigint): void {
  if (out instanceof BigUint64Array || out instanceof BigInt64Array) out[i] = value;
  else out[i] = Number(value);
}

const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, b) => (sum << 8n) | BigInt(b), 0n);

/** −1, 0 or +1 for coordinate i (AG8). */
const sign = (bits: Uint8Array, i: number): bigint => {
  const pair = (bits[i >> 2]! >> (2 * (i & 3))) & 3;
  return pair === 0 ? -1n : pair === 3 ? 1n : 0n;
};

function signDot(x: Elements | Signed, bits: Uint8Array): bigint {
  check.checkSigns(x);
  check.atLeast('bits', bits.length, Math.ceil(x.length / 4));
  let sum = 0n;
  for (let i = 0; i < x.length; i++) sum += sign(bits, i) * at(x, i);
  return sum;
}

/** The 2,048 survivors of one window of keystream words (AG5). */
function windowElements(words: readonly bigint[], q: bigint): bigint[] {
  const kept = words.filter((w) => w < q).slice(0, WINDOW_ELEMENTS);
  return [...kept, ...words.slice(0, WINDOW_ELEMENTS - kept.length).map((w) => w % q)];
}

function fieldKernels(field: Field): FieldKernels {
  const { modulus: q, ringDegree: n, bytes } = field;
  const logN = Math.log2(n);
  const psi = powers(rootOfUnity(field, 2 * n), n, q);
  const omega = rootOfUnity(field, n);

  const map = (out: Elements, count: number, f: (i: number) => bigint): void => {
    for (let i = 0; i < count; i++) put(out, i, mod(f(i), q));
  };
  const ringTransform = (x: readonly bigint[]): bigint[] => {
    const natural = transform(
      x.map((v, i) => (v * psi[i]!) % q),
      omega,
      q,
    );
    return natural.map((_, i) => natural[bitReverse(i, logN)]!);
  };
  /** The matrix of ringTransform, transposed: exchange its two steps. */
  const ringTranspose = (y: readonly bigint[]): bigint[] => {
    const natural = y.map((_, i) => y[bitReverse(i, logN)]!);
    return transform(natural, omega, q).map((v, i) => (v * psi[i]!) % q);
  };
  const block = (x: Elements, b: number): bigint[] => Array.from(x.subarray(b * n, (b + 1) * n), BigInt);

  return {
    field,
    alloc: (count) => (bytes === 4 ? new Uint32Array(count) : new BigUint64Array(count)),
    allocSigned: (count) => (bytes === 4 ? new Int32Array(count) : new BigInt64Array(count)),
    mark: () => 0,
    release: () => {},

    add(acc, x) {
      check.atLeast('acc', acc.length, x.length);
      map(acc, x.length, (i) => at(acc, i) + at(x, i));
    },
    sub(acc, x) {
      check.atLeast('acc', acc.length, x.length);
      map(acc, x.length, (i) => at(acc, i) - at(x, i));
    },
    mul(acc, x) {
      check.atLeast('acc', acc.length, x.length);
      map(acc, x.length, (i) => at(acc, i) * at(x, i));
    },
    dot(a, b) {
      check.exactly('b', b.length, a.length);
      let sum = 0n;
      for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i);
      return sum % q;
    },

    lift(x, out) {
      check.atLeast('out', out.length, x.length);
      map(out, x.length, (i) => at(x, i));
    },
    center(x, out) {
      check.atLeast('out', out.length, x.length);
      for (let i = 0; i < x.length; i++) put(out, i, at(x, i) > q / 2n ? at(x, i) - q : at(x, i));
    },
    squaredNorm(x) {
      let sum = 0n;
      for (let i = 0; i < x.length; i++) sum += at(x, i) ** 2n;
      return sum;
    },

    foldWindows(keystream, out, offset, op) {
      check.checkWindows(field, keystream, out, offset);
      for (let w = 0; w * WINDOW_WORDS * bytes < keystream.length; w++) {
        const words: bigint[] = [];
        for (let i = 0; i < WINDOW_WORDS; i++) {
          const start = (w * WINDOW_WORDS + i) * bytes;
          words.push(littleEndian(keystream.subarray(start, start + bytes)));
        }
        const elements = windowElements(words, q);
        const start = offset + w * WINDOW_ELEMENTS;
        for (let i = 0; i < WINDOW_ELEMENTS && start + i < out.length; i++) {
          const old = op === 'set' ? 0n : at(out, start + i);
          put(out, start + i, mod(op === 'sub' ? old - elements[i]! : old + elements[i]!, q));
        }
      }
    },

    expandPublic(prefix, blockIndex, count, out) {
      check.checkPublic(prefix, blockIndex, count, out);
      const message = new Uint8Array(prefix.length + 8);
      message.set(prefix);
      const view = new DataView(message.buffer);
      view.setUint32(prefix.length, blockIndex);
      for (let i = 0; i < count; i += 2) {
        view.setUint32(prefix.length + 4, i / 2);
        const digest = sha256(message);
        put(out, i, littleEndian(digest.subarray(0, 16)) % q);
        if (i + 1 < count) put(out, i + 1, littleEndian(digest.subarray(16)) % q);
      }
    },

    ntt(x) {
      check.exactly('x', x.length, n);
      const image = ringTransform(block(x, 0));
      map(x, n, (i) => image[i]!);
    },
    commit(x, A, T) {
      check.checkCommit(field, x, A, T);
      for (let b = 0; b < x.length / n; b++) {
        const image = ringTransform(block(x, b));
        map(T, n, (i) => at(T, i) + at(A, b * n + i) * image[i]!);
      }
    },
    transpose(u, A, out) {
      check.checkTranspose(field, u, A, out);
      for (let b = 0; b < A.length / n; b++) {
        const image = ringTranspose(block(A, b).map((a, i) => (a * at(u, i)) % q));
        map(out.subarray(b * n, (b + 1) * n), n, (i) => image[i]!);
      }
    },

    proveSquares(x, seeds, P, out) {
      check.checkSquares(field, x, seeds, P, out);
      const sum = new Array<bigint>(2 * P).fill(0n);
      for (let l = 0; l < seeds.length; l++) {
        const values = Array.from({ length: P }, (_, c) => {
          const i = (c - 1) * seeds.length + l;
          return c === 0 ? at(seeds, l) : i < x.length ? at(x, i) : 0n;
        });
        const wire = [...interpolate(values, rootOfUnity(field, P), q), ...new Array<bigint>(P).fill(0n)];
        transform(wire, rootOfUnity(field, 2 * P), q).forEach((v, i) => {
          sum[i]! += v * v;
        });
      }
      map(out, 2 * P, (i) => sum[i]!);
    },
    evaluateWires(x, weights, out) {
      check.checkWires(x, weights, out);
      map(out, out.length, (l) => {
        let sum = 0n;
        for (let i = l, c = 1; i < x.length; i += out.length, c++) sum += at(weights, c) * at(x, i);
        return sum;
      });
    },

    signDot,
    prepareSignDot(x) {
      const isSigned = x instanceof Int32Array || x instanceof BigInt64Array;
      return { dot: (bits) => (isSigned ? signDot(x, bits) : mod(signDot(x, bits), q)) };
    },
  };
}

/** The kernels in plain TypeScript; `alloc` gives ordinary arrays and `release` leaves them to the collector. */
export const plainKernels: Kernels = {
  F32: fieldKernels(F32),
  F64: fieldKernels(F64),

  keccak256(messages, size) {
    check.checkMessages(size);
    const out = new Uint8Array(32 * Math.ceil(messages.length / size));
    for (let i = 0; 32 * i < out.length; i++) out.set(keccak_256(messages.subarray(i * size, (i + 1) * size)), 32 * i);
    return out;
  },
  sampleTable(random, thresholds, out) {
    check.checkTable(random, thresholds, out);
    const last = thresholds.length - 1;
    for (let i = 0; i < out.length; i++) {
      const u = random[i]! >> 1n;
      let magnitude = 0;
      for (let step = 2 ** 31; step >= 1; step /= 2) {
        if (magnitude + step <= last && thresholds[magnitude + step - 1]! <= u) magnitude += step;
      }
      put(out, i, BigInt(random[i]! & 1n ? -magnitude : magnitude));
    }
  },
  roundStochastically(x, scale, random, out) {
    check.checkRounding(x, random, out);
    const limit = out instanceof BigInt64Array ? 2 ** 63 : 2 ** 31;
    const rounded = x.map((v, i) => Math.floor(v * scale + (random[i]! >>> 8) * 2 ** -24));
    check.inRange(rounded, limit);
    for (let i = 0; i < x.length; i++) put(out, i, BigInt(rounded[i]!));
  },
};
