/** Many of a kind, some of them at a time. */

/** Reports that a node asks for at once: each may be megabytes, of which a peer sends as many as it is asked for. */
export const AT_ONCE = 8;

/**
 * Does `each` for every item, at most `bound` at a time, begun in order. Rejects with the first failure, after which
 * nothing more is begun.
 */
export async function atOnce<T>(
  items: readonly T[],
  bound: number,
  each: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      try {
        await each(items[next++]!);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(bound, items.length) }, work));
}
