/** What a run was, in the figures that a planner predicts: for benches and tests that hold predictions to it. */
import { type CompiledCharter, type Fact, type RunView, readCharterText } from '@concord/sdk';
import { calm } from './network.ts';
import { Simulation } from './simulation.ts';
import { setStage, type Stage } from './stage.ts';

export interface Measured {
  readonly compiled: CompiledCharter;
  /** In the order of the chain. */
  readonly facts: readonly Fact[];
  /** Of all transactions that told a fact, from the proposal on. */
  readonly gas: number;
  /** Bodies that all parts sent. */
  readonly bytes: number;
  /** From the first seats to the last settled round, by the chain's clock. */
  readonly seconds: number;
  /** Attempts that were void. */
  readonly voids: number;
}

/** What the chain tells of a finished run. */
export function toldOf(facts: readonly Fact[], run: RunView): Pick<Measured, 'gas' | 'seconds' | 'voids'> {
  const ofRun = facts.filter(({ kind }) => kind !== 'registeredAggregator');
  const byTransaction = new Map(ofRun.map(({ origin }) => [origin.transaction, Number(origin.gas)]));
  const seated = run.attempts.find((each) => each.seated)!.seated!.origin.time;
  const settled = run.attempts.findLast((each) => each.settled)!.settled!.origin.time;
  return {
    gas: [...byTransaction.values()].reduce((a, b) => a + b, 0),
    seconds: settled - seated,
    voids: run.attempts.filter((each) => each.voided).length,
  };
}

/** Plays a whole run of a stage in calm weather and measures it. Throws where it does not end. */
export async function playMeasured(stage: Stage, seed: string): Promise<Measured> {
  const set = await setStage(stage);
  try {
    const sim = await Simulation.begin(set, { seed, weather: calm });
    let bytes = 0;
    for (const node of sim.nodes)
      node.onWord = ({ from, body, reply }) => {
        if (from === node.name) bytes += body.length + reply.length;
      };
    sim.open();
    await sim.play(100_000);
    if (!sim.run.finished) throw new Error(`the run of ${stage.members} members did not end`);
    const textBytes = new TextEncoder().encode(set.charterText);
    const { charter } = sim.run;
    const compiled = { charter, text: readCharterText(textBytes, charter.textDigest), textBytes };
    return { compiled, facts: sim.facts, bytes, ...toldOf(sim.facts, sim.run) };
  } finally {
    set.clear();
  }
}
