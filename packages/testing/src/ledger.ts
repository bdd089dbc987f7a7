/** A chain's log without a chain: facts in order, one a block, and the blobs that they name. */
import {
  type ChainView,
  cutPieces,
  emptyView,
  type Fact,
  type FactBody,
  fold,
  type Hex,
  type RunView,
} from '@concord/sdk';
import { numberToHex, sha256 } from 'viem';

/** Seconds: the time of block 0. */
const START = 1_700_000_000;

export class Ledger {
  readonly facts: Fact[] = [];
  readonly blobs = new Map<Hex, Uint8Array>();
  #view: ChainView = emptyView;
  #waited = 0;
  #pauses = 0;

  /** Records a fact in a block of its own, one second after the last. Throws ViewError when it cannot follow. */
  post(body: FactBody): void {
    const block = this.facts.length + 1 + this.#pauses;
    const word = numberToHex(block, { size: 32 });
    const origin = { block: BigInt(block), blockHash: word, transaction: word, logIndex: 0, gas: 100_000n };
    const fact = { ...body, origin: { ...origin, time: this.now } };
    this.#view = fold(this.#view, fact);
    this.facts.push(fact);
  }

  /** Keeps bytes under their SHA-256. */
  keep(bytes: Uint8Array): Hex {
    const digest = sha256(bytes);
    this.blobs.set(digest, bytes);
    return digest;
  }

  /** Keeps a file in pieces under its list's SHA-256 [CM10]. */
  keepPieced(file: Uint8Array): Hex {
    const { digest, list, pieces } = cutPieces(file);
    for (const bytes of [list, ...pieces]) this.keep(bytes);
    return digest;
  }

  /** Throws RangeError for a run that was never proposed. */
  run(runId: Hex): RunView {
    const run = this.#view.runs.get(runId);
    if (!run) throw new RangeError(`run ${runId} was never proposed`);
    return run;
  }

  get view(): ChainView {
    return this.#view;
  }

  /** Seconds: the time of the next block. */
  get now(): number {
    return START + this.facts.length + 1 + this.#waited;
  }

  /** Lets chain time pass, with one empty block. */
  wait(seconds: number): void {
    this.#pauses += 1;
    this.#waited += seconds;
  }
}
