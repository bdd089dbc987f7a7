/** Reading the parts of a path that name an attempt, totally. */
import type { Address, Hex } from '@concord/sdk';
import type { Slot, TypeName } from '../core/slot.ts';

const COUNT = /^(0|[1-9][0-9]{0,9})$/;
const HASH = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;

type Parts = Readonly<Record<string, string>>;

/** `:runId/:round/:attempt`; undefined unless all three are canonical. */
export function slotOf({ runId = '', round = '', attempt = '' }: Parts): Slot | undefined {
  if (!HASH.test(runId) || !COUNT.test(round) || !COUNT.test(attempt)) return undefined;
  return { runId: runId as Hex, round: Number(round), attempt: Number(attempt) };
}

export const typeOf = ({ type }: Parts): TypeName | undefined =>
  type === 'update' || type === 'noise' ? type : undefined;

/** `:member`: a lower-case address. */
export const memberOf = ({ member = '' }: Parts): Address | undefined =>
  ADDRESS.test(member) ? (member as Address) : undefined;
