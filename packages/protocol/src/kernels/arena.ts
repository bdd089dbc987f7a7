/// <reference path="./webassembly.d.ts" />
import { KernelError } from './checks.ts';

const PAGE = 65_536;
/** The first page holds the module's constants; the last line is left free, as vectors may be read past an array. */
const START = PAGE;
const ALIGN = 64;

type View = { readonly buffer: ArrayBufferLike; readonly byteOffset: number; readonly byteLength: number };

/** What a call may do with its arguments: both return addresses in kernel memory. */
export interface Frame {
  /** The array's own address, or that of a copy. */
  read(x: View): number;
  /** As `read`; a copy is written back when the call ends. */
  write(x: View): number;
  /** Zeroed memory until the call ends. */
  take(bytes: number): number;
}

/**
 * A stack of bytes in one WebAssembly memory. What lies above its top is zero: whatever is given back is overwritten, so
 * that no secret stays in memory that is not in use. The memory never grows, so a view of it is never detached: it is made at
 * its full size, of which the system provides only the pages that are touched.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  #top = START;

  /** Throws a RangeError where the platform cannot reserve that much address space. */
  constructor(bytes: number) {
    const pages = Math.ceil(bytes / PAGE);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  }

  mark(): number {
    return this.#top;
  }

  release(mark: number): void {
    if (mark >= START && mark <= this.#top) this.#drop(mark);
    else throw new KernelError('RANGE', 'mark', mark, `a position below ${this.#top} that mark() returned`);
  }

  #drop(mark: number): void {
    this.bytes(mark, this.#top - mark).fill(0);
    this.#top = mark;
  }

  /** Address of that many zero bytes, 64-byte aligned. Throws KernelError MEMORY. */
  take(bytes: number): number {
    const address = this.#top;
    const top = address + Math.ceil(bytes / ALIGN) * ALIGN;
    const end = this.memory.buffer.byteLength - ALIGN;
    if (top > end) {
      throw new KernelError(
        'MEMORY',
        'bytes asked of the kernels',
        bytes,
        `at most the ${end - address} left; release or load the kernels with more memory`,
      );
    }
    this.#top = top;
    return address;
  }

  bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, count);
  }

  #copy(x: View): number {
    const address = this.take(x.byteLength);
    this.bytes(address, x.byteLength).set(new Uint8Array(x.buffer, x.byteOffset, x.byteLength));
    return address;
  }

  /** Runs a call; what it takes or copies in is zeroed and released when it returns or throws. */
  run<R>(call: (frame: Frame) => R): R {
    const mark = this.#top;
    const copies: [View, number][] = [];
    const inside = (x: View): boolean => x.buffer === this.memory.buffer;
    try {
      const result = call({
        read: (x) => (inside(x) ? x.byteOffset : this.#copy(x)),
        write: (x) => {
          if (inside(x)) return x.byteOffset;
          const address = this.#copy(x);
          copies.push([x, address]);
          return address;
        },
        take: (bytes) => this.take(bytes),
      });
      for (const [x, address] of copies) {
        new Uint8Array(x.buffer, x.byteOffset, x.byteLength).set(this.bytes(address, x.byteLength));
      }
      return result;
    } finally {
      this.#drop(mark);
    }
  }
}
