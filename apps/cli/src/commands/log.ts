import { stderr } from 'node:process';

/** One JSON line an event, for a process that nobody watches: time, what, and its values. */
export const logLine = (event: string, values: Readonly<Record<string, unknown>> = {}): void => {
  const line = { time: new Date().toISOString(), event, ...values };
  stderr.write(`${JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? value.toString() : value))}\n`);
};
