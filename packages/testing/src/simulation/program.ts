/** Plays as tests, and the line that repeats one: `CONCORD_SEED=… CONCORD_PLAY=… npm test -- simulation`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type Act, repertoireOf } from './repertoire.ts';
import { type Answered, type Asked, type StageName, STAGES } from './stageWorker.ts';

const { CONCORD_SEED: seed = 'first light', CONCORD_PLAY: only, CONCORD_SWEEP: sweeps = '0' } = process.env;

/** Tests of all plays of a stage, act by act; those of the sweep once for each of `CONCORD_SWEEP` seeds. */
export function perform(stage: StageName, acts: Readonly<Partial<Record<Act, string>>>): void {
  let worker: Worker | undefined;
  after(() => worker?.terminate());
  const ask = async (asked: Asked): Promise<Answered> => {
    worker ??= new Worker(new URL('./stageWorker.ts', import.meta.url), { workerData: stage });
    worker.postMessage(asked);
    const [answered] = (await once(worker, 'message')) as [Answered];
    return answered;
  };
  for (const [act, title] of Object.entries(acts))
    describe(title, { concurrency: false }, () => {
      const seeds = act === 'sweep' ? Array.from({ length: Number(sweeps) }, (_, i) => `${seed} ${i}`) : [seed];
      for (const { name } of repertoireOf(STAGES[stage]).filter((play) => play.act === act))
        for (const from of only === undefined ? seeds : [seed])
          test(`${stage}: ${name}`, { skip: only !== undefined && only !== `${stage}: ${name}` }, async (t) => {
            const answered = await ask({ name, seed: from });
            if ('told' in answered) return t.diagnostic(answered.told);
            const again = `CONCORD_SEED='${from}' CONCORD_PLAY='${stage}: ${name}' npm test -- simulation`;
            assert.fail(`${again}\n${answered.message}\n${answered.stack}`);
          });
    });
}
