/** The comparison of a demo, as a child of the lowest priority, so that it never slows the story down. */
import { performance } from 'node:perf_hooks';
import { joinRecords, readRecords } from '@concord/trainer';
import { type Baselines, compare, type ComparisonTask, modelOf } from './comparison.ts';

export interface BaselineResult {
  readonly baselines: Baselines;
  /** What `timeCentralTraining` takes here. */
  readonly centralSeconds: number;
}

/** The run's own work without the others: per-record gradients of all records, clipped and summed, once a round. */
function timeCentralTraining(task: ComparisonTask): number {
  const pool = joinRecords(task.members.map((table) => readRecords(table, task.schema)));
  const model = modelOf(task.rules);
  const parameters = new Float64Array(model.parameterCount);
  const gradient = new Float64Array(model.parameterCount);
  const sum = new Float64Array(model.parameterCount);
  const began = performance.now();
  for (let round = 0; round < task.rules.rounds; round++) {
    sum.fill(0);
    for (let row = 0; row < pool.count; row++) {
      model.gradient(parameters, pool.features, row * pool.width, pool.labels[row]!, gradient);
      let squared = 0;
      for (let i = 0; i < gradient.length; i++) squared += gradient[i]! ** 2;
      const factor = Math.min(1, 1 / Math.sqrt(squared));
      for (let i = 0; i < gradient.length; i++) sum[i]! += factor * gradient[i]!;
    }
    for (let i = 0; i < sum.length; i++) parameters[i]! -= sum[i]! / pool.count;
  }
  return (performance.now() - began) / 1000;
}

process.once('message', (task: ComparisonTask) => {
  const result: BaselineResult = { baselines: compare(task), centralSeconds: timeCentralTraining(task) };
  process.send?.(result, () => process.disconnect());
});
