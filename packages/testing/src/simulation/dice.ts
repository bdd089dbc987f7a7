/** All chance in a simulation, from one seed: the same text gives the same numbers. */
import { sha256 } from 'viem';
import { nodePlatform } from '../../../node/src/adapters/platform.ts';

export class Dice {
  readonly #seed: string;
  readonly #stream: { read(count: number): Uint8Array };

  constructor(seed: string) {
    const key = sha256(new TextEncoder().encode(seed), 'bytes');
    this.#seed = seed;
    this.#stream = nodePlatform.aesCtr(key.subarray(0, 16), key.subarray(16));
  }

  /** Other dice, that the throws of these do not change. */
  named(name: string): Dice {
    return new Dice(`${this.#seed}/${name}`);
  }

  readonly bytes = (count: number): Uint8Array<ArrayBuffer> => Uint8Array.from(this.#stream.read(count));

  /** 0 … below − 1. */
  below(below: number): number {
    return Math.floor(this.real() * below);
  }

  /** In [0, 1). */
  real(): number {
    return Buffer.from(this.#stream.read(4)).readUInt32LE(0) / 2 ** 32;
  }

  /** In [from, to). */
  between(from: number, to: number): number {
    return from + this.real() * (to - from);
  }

  chance(probability: number): boolean {
    return this.real() < probability;
  }
}
