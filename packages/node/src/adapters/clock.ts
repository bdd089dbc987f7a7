/** The clock of this process. */
import type { Clock } from '../clock.ts';

export const systemClock: Clock = {
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
  soon(call) {
    setImmediate(call);
  },
};
