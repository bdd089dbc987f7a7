/** A byte string that does not print: seeds and private keys travel as Secret, so that no log or JSON can hold them. */
export class Secret {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The bytes themselves, not a copy; whoever calls this keeps them out of messages, logs and errors. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** Overwrites the bytes with zeros. Copies made elsewhere (by the platform, by the collector) are out of reach. */
  erase(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return 'Secret(..)';
  }

  toJSON(): string {
    return 'Secret(..)';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'Secret(..)';
  }
}
