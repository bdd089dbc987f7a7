/**
 * Training by a member's own program (LR22): the round's model and records go out as files in a folder that only the
 * owner can read, what it computed comes back as one file. What it may say is checked by the trainer's `exchange.ts`;
 * clipping, rounding, proofs and noise are done to it as to our own.
 */
import { lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { algorithmOf, descending } from '@concord/protocol';
import {
  decodeSafetensors,
  encodeSafetensors,
  LONGEST_HEADER,
  readGradients,
  readTrained,
  realParameters,
  writeParameters,
} from '@concord/trainer';
import { localOptions, localSeed, standardized } from '../core/vectors.ts';
import type { TrainElsewhere, TrainingTask } from '../ports.ts';
import { CommandError, runCommand } from './command.ts';

export interface TrainCommandOptions {
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** The member's CSV; the program is told where it is. */
  readonly dataFile: string;
}

/** What the program is told about a round, beside the tensors. Fields are only ever added. */
function roundOf({ state, text, records }: TrainingTask, dataFile: string) {
  const { training } = descending(text);
  const { mean, deviation } = state.statistics!.constants;
  const real = (x: Int32Array): number[] => Array.from(x, (value) => value / 2 ** 16);
  return {
    version: 1,
    round: state.round,
    algorithm: algorithmOf(training),
    model: text.model,
    recordCount: records.count,
    clippingNorm: training.clippingNorm / 2 ** 16,
    ...(training.algorithm === 'fedAvg' && { local: localOptions(training, state) }),
    seed: localSeed(state),
    dataFile,
    schema: text.schema,
    standardization: { mean: real(mean), deviation: real(deviation), featureLimit: training.featureLimit },
  };
}

/** The records as the model sees them: `features` [records, inputs] and `labels` [records]. */
function recordTensors({ state, text, records }: TrainingTask): Uint8Array {
  const { count, width, features, labels } = standardized(records, state, text);
  return encodeSafetensors(
    new Map([
      ['features', { shape: [count, width], values: Float32Array.from(features) }],
      ['labels', { shape: [count], values: Float32Array.from(labels) }],
    ]),
  );
}

/** The file's bytes, if it is a file of a length that can be right. */
function answerIn(file: string, most: number): Uint8Array {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > most)
    throw new CommandError(
      'EXIT',
      `the train command left ${found ? `${found.size} bytes that are no file of at most ${most}` : 'nothing'} at CONCORD_UPDATE: write one safetensors file there`,
    );
  return readFileSync(file);
}

/** Trains by a program. Its errors are CommandError, SafetensorsError and ExchangeError; nothing is left on disk. */
export const trainCommand = ({ argv, dataFile }: TrainCommandOptions): TrainElsewhere =>
  async function train(task, seconds, signal) {
    const { state, records } = task;
    const text = descending(task.text);
    const start = realParameters(state.optimizer.model.parameters);
    const folder = mkdtempSync(join(tmpdir(), 'concord-train-'));
    const place = (name: string): string => join(folder, name);
    const write = (name: string, bytes: Uint8Array | string): void =>
      writeFileSync(place(name), bytes, { mode: 0o600 });
    try {
      const recordsFile = place('records.safetensors');
      write('parameters.safetensors', encodeSafetensors(writeParameters(text.model, start)));
      write('records.safetensors', recordTensors(task));
      write('round.json', JSON.stringify({ ...roundOf(task, dataFile), records: recordsFile }, undefined, 1));
      const env = {
        CONCORD_PARAMETERS: place('parameters.safetensors'),
        CONCORD_UPDATE: place('update.safetensors'),
        CONCORD_ROUND_FILE: place('round.json'),
      };
      await runCommand(argv, { env, seconds, signal });
      const rows = text.training.algorithm === 'fedAvg' ? 1 : records.count;
      const tensors = decodeSafetensors(answerIn(env.CONCORD_UPDATE, 8 + LONGEST_HEADER + 8 * rows * start.length));
      return text.training.algorithm === 'fedAvg'
        ? readTrained(tensors, text.model, start)
        : readGradients(tensors, text.model, records.count);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
