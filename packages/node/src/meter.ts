/** Bytes, proofs and computing, counted since the process started. */

/** Most questions whose answers are counted one by one; of more, the oldest count anew. */
const QUESTIONS = 1 << 17;

export class Meter {
  bytesSent = 0;
  bytesReceived = 0;
  proofsChecked = 0;
  /** Sent for the run as its caps mean it: of answers, each question's at most `others` times [RD18]. */
  runBytes = 0;
  /** How many others may need each answer. */
  others = 0;
  readonly #cpu: () => number;
  #elsewhere = 0;
  readonly #answers = new Map<string, number>();

  /** `cpu`: milliseconds that this process has computed so far. */
  constructor(cpu: () => number = () => 0) {
    this.#cpu = cpu;
  }

  /** Of computing, by this process and by what it had others compute. */
  get milliseconds(): number {
    return this.#cpu() + this.#elsewhere;
  }

  sent(bytes: number): void {
    this.bytesSent += bytes;
    this.runBytes += bytes;
  }

  /** Somebody asked for a path and was answered; `useful`: with what was asked for. */
  answered(path: string, useful: boolean, bytes: number): void {
    this.bytesSent += bytes;
    if (!useful) return;
    const times = this.#answers.get(path) ?? 0;
    if (times >= this.others) return;
    this.#answers.set(path, times + 1);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= QUESTIONS) break;
      this.#answers.delete(oldest);
    }
    this.runBytes += bytes;
  }

  received(bytes: number): void {
    this.bytesReceived += bytes;
  }

  /** Time that a program of the member's own took. */
  computed(milliseconds: number): void {
    this.#elsewhere += Math.round(milliseconds);
  }
}
