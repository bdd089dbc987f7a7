import type { Bell } from '../bell.ts';
import { POST_KINDS, type PostKind, type Slot } from '../core/slot.ts';
import { slotOf } from './place.ts';
import { refusal, type Route, waitOf } from './route.ts';

/** What was said, as JSON; a signed statement carries its `signature`. */
export type ReadPost = (slot: Slot, kind: PostKind) => Promise<object | undefined> | undefined;

/** GET /posts/…/<kind>: my statement of that kind about an attempt, 404 until I have made it. */
export const postsRoute = (bell: Bell, read: ReadPost): Route => ({
  method: 'GET',
  path: '/posts/:runId/:round/:attempt/:kind',
  most: () => 0,
  async answer({ parts, query }) {
    const slot = slotOf(parts);
    const kind = POST_KINDS.find((each) => each === parts['kind']);
    if (!slot || !kind) return refusal(400, 'PATH', `need /posts/<run id>/<round>/<attempt>/<${POST_KINDS.join('|')}>`);
    const post = await bell.until(() => read(slot, kind), waitOf(query));
    return post
      ? { status: 200, body: post }
      : refusal(404, 'NOT_SAID', `I have not said ${kind} about this attempt: ask again, or with ?wait=<milliseconds>`);
  },
});
