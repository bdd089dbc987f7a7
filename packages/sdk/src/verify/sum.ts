/** What was opened, and what became of the model: the public end of a round. */
import {
  type CharterText,
  type Components,
  coordinatesRoot,
  decodeRunState,
  type Elements,
  encodeRunState,
  ModelError,
  nextState,
  ReportError,
  type RunState,
  runStateHash,
  type Unsharded,
  unshard,
} from '@concord/protocol';
import { bytesToHex } from 'viem';
import { rulesOf } from '../attempt.ts';
import type { Charter, Hex } from '../facts.ts';
import { decodeAggregateShare } from '../records.ts';
import { Broken } from './clauses.ts';
import type { Judged } from './reports.ts';
import type { OpenedScene, Scene } from './scene.ts';

/** A sum, and how many updates are in it. */
export interface Opened extends Unsharded {
  readonly updates: number;
}

/** [AG17][AG18] X from the aggregate shares that the chain names, or from others. Throws Broken. */
export async function openSum(
  scene: OpenedScene,
  judged: Judged,
  components: Components,
  shareDigests: readonly Hex[] = scene.unmasked.shareDigests,
): Promise<Opened> {
  const { name, attempt } = scene;
  const { field, vectorLength } = attempt.sizes;
  if (shareDigests.length !== attempt.shares)
    throw new Broken('AG17', 'FAIL', `${name}: ${shareDigests.length} aggregate shares, ${attempt.shares} are needed`);
  const aggregates = await Promise.all(
    shareDigests.map(async (digest, i): Promise<Elements> => {
      const promisedBy = scene.holdersOf(i + 1);
      const what = `${name}: aggregate share ${i + 1} of ${promisedBy.join(' and ')}`;
      const bytes = await scene.obtainFile({ digest, clause: 'AG17', what, promisedBy, demand: `--share ${i + 1}` });
      const aggregate = decodeAggregateShare(bytes, i + 1, field, vectorLength);
      if (!aggregate)
        throw new Broken('AG17', 'FAIL', `${what} is not ${vectorLength} canonical elements of its share`);
      return aggregate;
    }),
  );
  const opened = unshard(aggregates, judged.commitments, judged.accepted, attempt, components);
  if (opened instanceof ReportError) throw new Broken('AG18', 'FAIL', `${name}: ${opened.message}`);
  return { ...opened, updates: judged.accepted.updates };
}

/** [AG17][AG18] The same, and the chain has its root. Throws Broken. */
export async function checkSum(scene: Scene, judged: Judged, components: Components): Promise<Opened> {
  const { name, settled } = scene;
  const opened = await openSum(scene, judged, components);
  const root = bytesToHex(coordinatesRoot(opened.aggregate, components.kernels.keccak256));
  if (root !== settled.aggregateRoot)
    throw new Broken('AG18', 'FAIL', `${name}: the sum has root ${root}, the chain holds ${settled.aggregateRoot}`);
  return opened;
}

/** The state that a settled attempt published, if its bytes are those that the chain names. Throws Broken. */
export async function publishedState(scene: Scene): Promise<RunState> {
  const { name, settled, holders } = scene;
  const what = `${name}: model state`;
  const bytes = await scene.obtain({ digest: settled.blob, clause: 'LR10', what, promisedBy: holders });
  try {
    const state = decodeRunState(bytes);
    const hash = bytesToHex(runStateHash(state));
    if (hash === settled.modelHash) return state;
    throw new Broken('LR10', 'FAIL', `${what} hashes to ${hash}, the chain holds ${settled.modelHash}`);
  } catch (error) {
    if (error instanceof ModelError) throw new Broken('LR10', 'FAIL', `${what}: ${error.message}`);
    throw error;
  }
}

/** [LR10] The model before, moved by the opened sum. Throws Broken. */
export function stateAfter(
  scene: OpenedScene,
  before: RunState,
  { sum, updates }: Opened,
  text: CharterText,
  charter: Charter,
): RunState {
  try {
    return nextState(rulesOf(charter, text), before, Array.from(sum, BigInt), updates);
  } catch (error) {
    if (error instanceof ModelError) throw new Broken('LR10', 'FAIL', `${scene.name}: ${error.message}`);
    throw error;
  }
}

/** [LR10] The model before, moved by the opened sum, is the model after, to the bit. Throws Broken. */
export function checkModel(
  scene: Scene,
  before: RunState,
  after: RunState,
  opened: Opened,
  text: CharterText,
  charter: Charter,
): void {
  const expected = stateAfter(scene, before, opened, text, charter);
  const [have, need] = [expected, after].map((state) => bytesToHex(encodeRunState(state)));
  if (have !== need)
    throw new Broken(
      'LR10',
      'FAIL',
      `${scene.name}: the rule makes a state with hash ${bytesToHex(runStateHash(expected))}, settled was ${scene.settled.modelHash}`,
    );
}
