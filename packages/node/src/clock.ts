/** Time as a node knows it. Nothing here asks what time it is: the chain says that. */

export interface Clock {
  /** Calls back once after so many milliseconds, unless what it returns is called before. */
  after(milliseconds: number, call: () => void): () => void;
  /** Calls back when everything that waits has had a turn. */
  soon(call: () => void): void;
}

/** Resolves after so many milliseconds; rejects with the signal's reason as soon as it aborts. */
export function delay(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      cancel();
      reject(signal!.reason);
    };
    const cancel = clock.after(milliseconds, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Lets waiting requests be answered between two pieces of long arithmetic. */
export const breathe = (clock: Clock): Promise<void> => new Promise((resolve) => clock.soon(resolve));

/** A signal that aborts with the given one, or after so many milliseconds. */
export function within(clock: Clock, milliseconds: number, signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const cancel = clock.after(milliseconds, () => late.abort(new DOMException('it took too long', 'TimeoutError')));
  signal.addEventListener('abort', cancel, { once: true });
  return AbortSignal.any([signal, late.signal]);
}
