/**
 * Resolves when the process is asked to stop (SIGTERM, SIGINT) or, for a child of the demo (CONCORD_PARENT holds the
 * parent's process id), when the parent is gone: a demo that was killed outright leaves nobody behind.
 */
export const untilAsked = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    const parent = process.env['CONCORD_PARENT'];
    if (parent !== undefined) setInterval(() => String(process.ppid) !== parent && resolve(), 1_000).unref();
  });
