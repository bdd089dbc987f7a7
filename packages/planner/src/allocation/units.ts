/** Work in the market's unit: one share of one report checked, for each begun 65,536 bytes of it (MK2). */
import { deriveSizes } from '@concord/protocol';
import { type Charter, paramsOf } from '@concord/sdk';

/** Bytes of a report that one unit stands for. */
export const UNIT_BYTES = 65_536;

/** Wei for a unit: its check, and the bytes that it stands for [MK2]. */
export const unitPrice = (perCheck: bigint, perByte: bigint): bigint => perCheck + BigInt(UNIT_BYTES) * perByte;

/** Units that one round of a charter's run takes, where every member sends both its reports [MK2]. */
export function unitsOf({ aggregation, members }: Pick<Charter, 'aggregation' | 'members'>): number {
  const { field, vectorLength, ringDegree, update, noise } = deriveSizes(paramsOf(aggregation));
  const perMember = [update, noise].reduce((sum, { bits, proofLength }) => {
    const bytes = (vectorLength + ringDegree + bits + proofLength) * field.bytes;
    return sum + Math.ceil(bytes / UNIT_BYTES);
  }, 0);
  return members.length * aggregation.shares * aggregation.holders * perMember;
}
