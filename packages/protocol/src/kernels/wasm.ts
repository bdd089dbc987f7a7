/// <reference path="./webassembly.d.ts" />
/** The kernels in WebAssembly: arguments are checked and placed here, the loops are in the `.as.ts` files. */
import { type Elements, F32, F64, type Field, inverse, mod, rootOfUnity, type Signed } from '../field.ts';
import { bitReverse, powers } from '../ntt.ts';
import { Arena, type Frame } from './arena.ts';
import * as check from './checks.ts';
import { plainKernels } from './plain.ts';
import { type Exports, prepareSigns } from './signs.ts';
import { type FieldKernels, type Kernels, type SignDot, WINDOW_ELEMENTS, WINDOW_WORDS } from './types.ts';

/** Blocks of a commitment that are copied in at once, where they lie elsewhere: they stay in the processor's cache. */
const PIECE = 16;
/** Entries of the tables of roots that are made once; longer transforms make their own for the call. */
const TABLE = 8192;

export interface WasmOptions {
  /**
   * Size of the kernels' memory, at most 4 GiB; default 1 GiB of address space, of which the system provides the pages
   * that are touched.
   */
  readonly memoryBytes?: number;
}

/** Kernels over a memory of their own. Throws a RangeError where that memory cannot be reserved. */
export function wasmKernels(module: WebAssembly.Module, { memoryBytes = 2 ** 30 }: WasmOptions = {}): Kernels {
  const arena = new Arena(memoryBytes);
  const exports = new WebAssembly.Instance(module, { env: { memory: arena.memory } }).exports as Exports;
  return {
    F32: fieldKernels(F32, exports, arena),
    F64: fieldKernels(F64, exports, arena),

    keccak256(messages, size) {
      check.checkMessages(size);
      const out = new Uint8Array(32 * Math.ceil(messages.length / size));
      arena.run(({ read, write, take }) => {
        const piece = Math.min(size, Math.max(1, messages.length));
        exports['keccak256']!(read(messages), messages.length, piece, take(336), write(out));
      });
      return out;
    },
    sampleTable(random, thresholds, out) {
      check.checkTable(random, thresholds, out);
      const guideBits = Math.max(0, Math.min(16, Math.floor(Math.log2(out.length + 1)) - 4));
      arena.run(({ read, write, take }) => {
        const guide = take(4 * (2 ** guideBits + 1));
        const table = [read(thresholds), thresholds.length, guide, guideBits] as const;
        exports['sampleTable']!(read(random), out.length, ...table, write(out), out.BYTES_PER_ELEMENT);
      });
    },
    roundStochastically(x, scale, random, out) {
      check.checkRounding(x, random, out);
      const limit = 2 ** (8 * out.BYTES_PER_ELEMENT - 1);
      arena.run(({ read, write }) => {
        const target = out.subarray(0, x.length);
        const args = [read(x), x.length, scale, read(random), write(target), out.BYTES_PER_ELEMENT, limit] as const;
        // The loop only says that some value does not fit; its twin throws the error that names it.
        if (exports['roundStochastically']!(...args) === 0) plainKernels.roundStochastically(x, scale, random, out);
      });
    },
  };
}

function fieldKernels(field: Field, exports: Exports, arena: Arena): FieldKernels {
  const { modulus: q, ringDegree: n, bytes } = field;
  const loop = (name: string) => exports[name + field.name]!;
  const run = <R>(arrays: readonly (Elements | Signed)[], body: (frame: Frame) => R): R => {
    for (const x of arrays) check.checkWidth(field, x);
    return arena.run(body);
  };
  const elements = (address: number, count: number): Elements =>
    bytes === 4
      ? new Uint32Array(arena.memory.buffer, address, count)
      : new BigUint64Array(arena.memory.buffer, address, count);
  /** Σ words[i] · 2^(32·i) of u64 words. */
  const compose = (address: number, count: number): bigint =>
    new BigUint64Array(arena.memory.buffer, address, count).reduceRight((sum, word) => (sum << 32n) + word, 0n);

  /** What Montgomery form multiplies by. */
  const form = bytes === 4 ? 2n ** 32n : 1n;
  /** Powers of the root of order 2·size in bit-reversed order, in Montgomery form for F32 (ntt32.as.ts). */
  const fillTable = (address: number, size: number, root: bigint): number => {
    const table = elements(address, size);
    powers(root, size, q).forEach((w, i) => {
      const value = (w * form) % q;
      table[bitReverse(i, Math.log2(size))] = bytes === 4 ? Number(value) : value;
    });
    return address;
  };
  const root = (size: number): bigint => rootOfUnity(field, 2 * size);
  /** Both transforms read the roots' powers, F32 the inverse roots' too, F64 those of the roots' cubes. */
  const fillTables = (size: number): readonly [number, number] => {
    const other = bytes === 4 ? inverse(root(size), q) : root(size) ** 3n % q;
    return [fillTable(arena.take(size * bytes), size, root(size)), fillTable(arena.take(size * bytes), size, other)];
  };
  const tables = fillTables(TABLE);
  const ringTables = bytes === 4 ? tables.slice(0, 1) : tables;

  /** acc ← acc ∘ x. */
  const inPlace =
    (name: string) =>
    (acc: Elements, x: Elements): void => {
      check.atLeast('acc', acc.length, x.length);
      run([acc, x], ({ read, write }) => loop(name)(write(acc), read(x), x.length));
    };
  const convert =
    (name: string) =>
    (x: Elements | Signed, out: Elements | Signed): void => {
      check.atLeast('out', out.length, x.length);
      run([x, out], ({ read, write }) => loop(name)(read(x), write(out), x.length));
    };

  const prepareSignDot = (x: Elements | Signed): SignDot => {
    check.checkWidth(field, x);
    check.checkSigns(x);
    const sum = prepareSigns(x, exports, arena);
    const isSigned = x instanceof Int32Array || x instanceof BigInt64Array;
    return {
      dot(bits) {
        check.atLeast('bits', bits.length, Math.ceil(x.length / 4));
        return isSigned ? sum(bits) : mod(sum(bits), q);
      },
    };
  };

  return {
    field,
    alloc: (count) => elements(arena.take(count * bytes), count),
    allocSigned(count) {
      const address = arena.take(count * bytes);
      return bytes === 4
        ? new Int32Array(arena.memory.buffer, address, count)
        : new BigInt64Array(arena.memory.buffer, address, count);
    },
    mark: () => arena.mark(),
    release: (mark) => arena.release(mark),

    add: inPlace('add'),
    sub: inPlace('sub'),
    mul: inPlace('mul'),
    dot(a, b) {
      check.exactly('b', b.length, a.length);
      return run([a, b], ({ read, take }) => {
        const out = take(32);
        loop('dot')(read(a), read(b), a.length, out);
        return bytes === 4 ? compose(out, 2) % q : compose(out, 1);
      });
    },
    lift: convert('lift'),
    center: convert('center'),
    squaredNorm: (x) =>
      run([x], ({ read, take }) => {
        const out = take(32);
        loop('squaredNorm')(read(x), x.length, out);
        return compose(out, bytes / 2);
      }),

    foldWindows(keystream, out, offset, op) {
      check.checkWindows(field, keystream, out, offset);
      run([out], ({ write, take }) => {
        const windowBytes = WINDOW_WORDS * bytes;
        const words = take(windowBytes);
        const spare = take(WINDOW_ELEMENTS * bytes);
        const target = write(out);
        const room = arena.bytes(words, windowBytes);
        const [findWindow, fold] = [loop('window'), loop(op === 'sub' ? 'sub' : 'add')];
        for (let from = 0, to = offset; from < keystream.length && to < out.length; to += WINDOW_ELEMENTS) {
          room.set(keystream.subarray(from, from + windowBytes));
          const window = findWindow(words, spare) >>> 0;
          const count = Math.min(WINDOW_ELEMENTS, out.length - to);
          if (op === 'set') arena.bytes(target + to * bytes, count * bytes).set(arena.bytes(window, count * bytes));
          else fold(target + to * bytes, window, count);
          from += windowBytes;
        }
      });
    },

    expandPublic(prefix, block, count, out) {
      check.checkPublic(prefix, block, count, out);
      run([out], ({ write, take }) => {
        const message = take(64);
        const padded = arena.bytes(message, 64);
        padded.set(prefix);
        const view = new DataView(padded.buffer, message, 64);
        view.setUint32(prefix.length, block);
        padded[prefix.length + 8] = 0x80;
        view.setUint16(62, 8 * (prefix.length + 8));
        exports['expandPublic']!(message, prefix.length + 4, count, bytes, take(1024), write(out));
      });
    },

    ntt(x) {
      check.exactly('x', x.length, n);
      run([x], ({ write }) => loop('ntt')(write(x), n, ...ringTables));
    },
    commit(x, A, T) {
      check.checkCommit(field, x, A, T);
      run([x, A, T], ({ write, take }) => {
        const [sum, room] = [write(T), take(3 * n * bytes)];
        for (let from = 0; from < x.length; from += PIECE * n) {
          const part = x.subarray(from, from + PIECE * n);
          const rows = A.subarray(from, from + part.length);
          arena.run(({ read }) => loop('commit')(read(part), part.length / n, read(rows), sum, n, ...ringTables, room));
        }
      });
    },
    transpose(u, A, out) {
      check.checkTranspose(field, u, A, out);
      run([u, A, out], ({ read, write, take }) =>
        loop('transpose')(read(u), A.length / n, read(A), write(out), n, ...ringTables, take(n * bytes)),
      );
    },

    proveSquares(x, seeds, P, out) {
      check.checkSquares(field, x, seeds, P, out);
      run([x, seeds, out], ({ read, write, take }) => {
        const pair = P <= TABLE ? tables : fillTables(P);
        const scale = mod(inverse(BigInt(P) ** 2n, q) * form ** 2n, q);
        const shape = [x.length, seeds.length, Math.log2(P), ...pair, bytes === 4 ? Number(scale) : scale];
        loop('proveSquares')(read(seeds), read(x), ...shape, take(32 * P), take(64 * P), write(out));
      });
    },
    evaluateWires(x, weights, out) {
      check.checkWires(x, weights, out);
      run([x, weights, out], ({ read, write, take }) => {
        const sums = take(64 * Math.ceil(out.length / 4));
        loop('evaluateWires')(read(x), x.length, read(weights) + bytes, out.length, sums, write(out));
      });
    },

    signDot(x, bits) {
      const mark = arena.mark();
      try {
        return prepareSignDot(x).dot(bits);
      } finally {
        arena.release(mark);
      }
    },
    prepareSignDot,
  };
}
