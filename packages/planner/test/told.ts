/** A consortium's run as a chain would tell it: facts whose times and gas a test chooses, folded as nodes do. */
import {
  charterIdOf,
  type CompiledCharter,
  emptyView,
  type Fact,
  type FactBody,
  fold,
  gasCost,
  type Hex,
  priceOf,
  type RunView,
  TRANSACTIONS,
  type Transaction,
} from '@concord/sdk';

const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;

/** Seconds of every phase of a told round. */
export const PACE = 20;
export const BEGINNING = 1_700_000_000;

export class ToldRun {
  readonly facts: Fact[] = [];
  readonly compiled: CompiledCharter;
  /** Unix seconds of the last fact. */
  time = BEGINNING;
  #round = 0;
  #attempt = 0;
  #rho = 0n;

  constructor(compiled: CompiledCharter) {
    this.compiled = compiled;
    const { charter } = compiled;
    const charterId = charterIdOf(charter);
    const members = charter.members;
    this.#tell({ kind: 'proposed', charterId, proposer: members[0]!, charter }, 100_000, 0);
    for (const voter of members.slice(0, Math.floor(members.length / 2) + 1))
      this.#tell({ kind: 'voted', charterId, voter, support: true }, 50_000, 0);
  }

  get view(): RunView {
    return this.facts.reduce(fold, emptyView).runs.get(charterIdOf(this.compiled.charter))!;
  }

  /** One settled round, each phase as slow as told. */
  settle(pace: number = PACE): this {
    this.#until('settle', pace);
    [this.#round, this.#attempt] = [this.#round + 1, 0];
    return this;
  }

  /** An attempt that lands everything up to `last` and ends `after` seconds later. */
  lose(last: Transaction, after: number): this {
    this.#until(last, PACE);
    this.#tell({ kind: 'voided', phase: TRANSACTIONS.indexOf(last), ...this.#at() }, 37_000, after);
    this.#attempt++;
    return this;
  }

  /** Of a charter with a gas cap. */
  gasLeft(gas: bigint): this {
    this.#tell({ kind: 'gasLeft', gas, ...this.#at() }, 37_000, 0);
    return this;
  }

  /** Everything up to this of the attempt under way. */
  reach(last: Transaction, pace: number = PACE): this {
    this.#until(last, pace);
    return this;
  }

  readonly #at = () => ({ runId: charterIdOf(this.compiled.charter), round: this.#round, attempt: this.#attempt });

  #until(last: Transaction, pace: number): void {
    const { transactions } = gasCost(this.compiled.charter);
    for (const phase of TRANSACTIONS.slice(1, TRANSACTIONS.indexOf(last) + 1))
      this.#tell(this.#bodyOf(phase), transactions[phase], pace);
  }

  #bodyOf(phase: Transaction): FactBody {
    const at = this.#at();
    const listed = { root: word(7), blob: word(8), ...at };
    switch (phase) {
      case 'draw':
        throw new RangeError('a consortium draws nobody');
      case 'seat': {
        const seats = this.compiled.charter.members.map((holder) => ({
          ...{ holder, sealKey: word(1), openCommit: word(2), queryCommit: word(3) },
        }));
        return { kind: 'seated', committeeHash: word(4), seats, ...at };
      }
      case 'noise':
        return { kind: 'noiseClosed', ...listed };
      case 'open':
        return { kind: 'opened', beacon: word(5), ...at };
      case 'upload':
        return { kind: 'uploadsClosed', ...listed };
      case 'query':
        return { kind: 'queried', beacon: word(6), ...at };
      case 'verify': {
        this.#rho += priceOf(this.compiled.charter.aggregation);
        const counts = { updates: 4, noises: 4, rho: this.#rho };
        const roots = { uploadRoot: word(7), verifierRoot: word(8), acceptRoot: word(9), blob: word(10) };
        return { kind: 'verified', ...roots, ...counts, ...at };
      }
      case 'unmask':
        return { kind: 'unmasked', shareDigests: [], ...at };
      case 'settle':
        return { kind: 'settled', aggregateRoot: word(11), modelHash: word(12), blob: word(13), ...at };
    }
  }

  #tell(body: FactBody, gas: number, after: number): void {
    this.time += after;
    const n = this.facts.length + 1;
    const [block, blockHash, transaction] = [BigInt(n), word(n), word(n)];
    const origin = { block, blockHash, transaction, logIndex: 0, time: this.time, gas: BigInt(Math.round(gas)) };
    this.facts.push({ ...body, origin });
  }
}
