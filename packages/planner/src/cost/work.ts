/** What parts compute in one round, in processor-seconds of the calibrated machine. [PL3] */
import { deriveSizes, parameterCount, treePlan } from '@concord/protocol';
import { type CompiledCharter, isCommittee, paramsOf } from '@concord/sdk';
import type { Calibration, KernelName } from '../types.ts';

/** Processor-seconds of one part in one round; a part that only reports or only holds has 0 in the others. */
export interface Work {
  /** A member: its own noise, its records' contribution, and both reports. */
  readonly noise: number;
  readonly train: number;
  readonly make: number;
  /** A holder: reports read (half of them in NOISE, half in UPLOAD), their shares checked and decided, sums. */
  readonly read: number;
  readonly verify: number;
  readonly sum: number;
  readonly settle: number;
}

const total = (work: Partial<Work>): number => Object.values(work).reduce((a, b) => a + b, 0);

/** Of a member with so many records, and of a holder. `statistics`: in the round before training. */
export function workOf(
  { charter, text }: CompiledCharter,
  records: number,
  calibration: Calibration,
  statistics = false,
): { readonly work: Work; readonly member: number; readonly holder: number } {
  const { aggregation, members } = charter;
  const { vectorLength: D } = deriveSizes(paramsOf(aggregation));
  const { d, shares: k } = aggregation;
  const of = (name: KernelName, coordinates = D): number => {
    const { fixed, perCoordinate, perShare, perBoth } = calibration.kernels[name];
    return fixed + perCoordinate * coordinates + perShare * k + perBoth * coordinates * k;
  };
  const { training } = text;
  const plan = treePlan(text);
  const passes = training.algorithm === 'fedAvg' ? training.local.passes : 1;
  const gradients = statistics
    ? 0
    : records * passes * of('gradient', plan ? text.model.inputs * plan.training.together : parameterCount(text.model));
  const vectors = training.algorithm === 'fedAvg' ? 1 : plan ? 0 : records;
  const reports = 2 * members.length;
  const own = reports / k;
  const work: Work = {
    noise: of('noise', d),
    train: gradients + vectors * of('quantize', d),
    // Both reports, and a receipt for each.
    make: 2 * (of('make') + calibration.recover),
    // A signature comes with every seal; receipts are signed for the reports of one's own group.
    read: reports * (of('decode') + calibration.recover) + own * calibration.sign,
    verify: of('query') + reports * (of('check') + of('checkPublic') + of('decide')) + own * of('checkPublic'),
    sum: reports * of('aggregate'),
    settle: of('open'),
  };
  const { noise, train, make, ...held } = work;
  const member = total({ noise, train, make });
  const signing = 5 * calibration.sign;
  const holder = total(held) + signing;
  return { work, member: isCommittee(charter) ? member : member + holder, holder };
}
