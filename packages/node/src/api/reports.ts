import type { Address } from '@concord/sdk';
import type { Slot, TypeName } from '../core/slot.ts';
import type { Verdict } from '../core/verdict.ts';
import { memberOf, slotOf, typeOf } from './place.ts';
import { refusal, type Reply, type Route } from './route.ts';

/** Takes the bytes that `member` brings for an attempt; the value is what goes into the answer. */
export type Take = (slot: Slot, type: TypeName, member: Address, bytes: Uint8Array) => Promise<Verdict<object>>;

const putRoute = (path: string, most: () => number, take: Take): Route => ({
  method: 'PUT',
  path,
  most,
  async answer({ parts, body }): Promise<Reply> {
    const slot = slotOf(parts);
    const type = typeOf(parts);
    const member = memberOf(parts);
    if (!slot || !type || !member)
      return refusal(
        400,
        'PATH',
        `need ${path}: a 32-byte hex run id, two integers, update or noise, a lower-case address`,
      );
    const result = await take(slot, type, member, body);
    switch (result.verdict) {
      case 'accept':
        return { status: 200, body: result.value };
      case 'ignore':
        return { ...refusal(503, result.code, result.message), headers: { 'retry-after': '1' } };
      case 'reject':
        return refusal(422, result.code, result.message);
      default:
        return result satisfies never;
    }
  },
});

/** PUT a public report into my group: stored durably, answered with a signed receipt. A resend is the same bytes. */
export const reportsRoute = (most: () => number, take: Take): Route =>
  putRoute('/reports/:runId/:round/:attempt/:type/:member', most, take);

/** PUT the signed header and my share's sealed seed of a report. */
export const sealsRoute = (most: () => number, take: Take): Route =>
  putRoute('/seals/:runId/:round/:attempt/:type/:member', most, take);
