import type { Bell } from '../bell.ts';
import type { Slot, TypeName } from '../core/slot.ts';
import { slotOf, typeOf } from './place.ts';
import { refusal, type Route, waitOf } from './route.ts';

/** GET /headers/…: the closed list of my group as a header blob in hex. It never changes; until then `closed` is false. */
export const headersRoute = (bell: Bell, closed: (slot: Slot, type: TypeName) => Uint8Array | undefined): Route => ({
  method: 'GET',
  path: '/headers/:runId/:round/:attempt/:type',
  most: () => 0,
  async answer({ parts, query }) {
    const slot = slotOf(parts);
    const type = typeOf(parts);
    if (!slot || !type) return refusal(400, 'PATH', 'need /headers/<run id>/<round>/<attempt>/<update|noise>');
    const list = await bell.until(() => closed(slot, type), waitOf(query));
    if (!list) return { status: 200, body: { closed: false, entries: '' }, nothing: true };
    return { status: 200, body: { closed: true, entries: Buffer.from(list).toString('hex') } };
  },
});
