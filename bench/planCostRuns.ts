/** Runs that were really played, and what each was: in one process with virtual time, or by processes on a real chain. */
import { readFileSync } from 'node:fs';
import { emptyView, fold, getFacts, readCharterText } from '../packages/sdk/src/index.ts';
import { startConsortium } from '../packages/testing/src/consortium.ts';
import { type Measured, playMeasured, toldOf } from '../packages/testing/src/simulation/measured.ts';

export interface Setting {
  readonly members: number;
  readonly rounds: number;
  readonly features: number;
  readonly rows: number;
  readonly committee?: { readonly shares: number; readonly aggregators: number };
  readonly blockSeconds: number;
  readonly confirmations: number;
}

export interface PlayedByProcesses extends Omit<Measured, 'facts'> {
  /** Processor-seconds of all parts until each was ready, and from then to the last settled round. */
  readonly ready: number;
  readonly running: number;
  /** The latter by part: the relayer, one member and one aggregator on the mean. */
  readonly each: { readonly relayer: number; readonly member: number; readonly aggregator: number };
  /** Seconds from the moment at which all were ready to the last settled round. */
  readonly ran: number;
}

/** Longest that a phase may take, seconds: more than any of these runs needs. */
const PHASE = 900;

/** Plays a run of real nodes over the real contracts with virtual time; messages take 2 to 40 ms. */
export const simulated = (setting: Setting, seed: string): Promise<Measured> =>
  playMeasured({ ...setting, phaseSeconds: PHASE, relayers: 1 }, seed);

/** Ticks of a processor in a second, as Linux counts them for everybody. */
const TICKS = 100;

/** Processor-seconds that a process has used. Throws where the system has no /proc. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** How often each process looks at the chain, milliseconds. */
export const POLL = 100;

/** Plays a run of processes of this machine on its embedded chain. */
export async function byProcesses({ blockSeconds, ...setting }: Setting): Promise<PlayedByProcesses> {
  const consortium = await startConsortium({
    ...setting,
    phaseSeconds: 120,
    blockMilliseconds: 1_000 * blockSeconds,
    pollMilliseconds: POLL,
  });
  try {
    const { client, relayer, members, aggregators, runId, fromBlock, charter, charterText } = consortium;
    const parts = [relayer, ...members, ...aggregators];
    const used = (): readonly number[] => parts.map(({ pid }) => processorSeconds(pid));
    const [before, began] = [used(), performance.now()];
    const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    for (;;) {
      await pause(100);
      const after = used();
      const facts = await getFacts(client, fromBlock, await client.reader.getBlockNumber());
      const run = facts.reduce(fold, emptyView).runs.get(runId);
      if (!run?.finished) {
        if (performance.now() - began > 180_000) throw new Error(`the run of ${members.length} processes did not end`);
        continue;
      }
      const sent = await Promise.all(
        parts.map(
          async ({ endpoint }) =>
            ((await (await fetch(`${endpoint}/status`)).json()) as { readonly bytesSent: number }).bytesSent,
        ),
      );
      const compiled = { charter, text: readCharterText(charterText, charter.textDigest), textBytes: charterText };
      const ran = (performance.now() - began) / 1_000;
      const running = after.map((seconds, i) => seconds - before[i]!);
      const mean = (from: number, count: number): number =>
        count === 0 ? 0 : total(running.slice(from, from + count)) / count;
      const each = {
        relayer: running[0]!,
        member: mean(1, members.length),
        aggregator: mean(1 + members.length, aggregators.length),
      };
      return {
        compiled,
        ...toldOf(facts, run),
        bytes: total(sent),
        ready: total(before),
        running: total(running),
        each,
        ran,
      };
    }
  } finally {
    await consortium.stop();
  }
}
