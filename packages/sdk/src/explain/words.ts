/** Quantities as people read them. */

/** Seconds: “2 days”, “90 minutes”, “45 seconds”. */
export const duration = (seconds: number | bigint): string => {
  const all = Number(seconds);
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const;
  for (const [name, size] of units)
    if (all >= 2 * size) return `${Number.isInteger(all / size) ? all / size : (all / size).toFixed(1)} ${name}s`;
  return `${all} seconds`;
};

/** Unix seconds → “2026-03-01 14:05:00 UTC”. */
export const timeOf = (seconds: number | bigint): string =>
  `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** Bytes: “163 KB”, “2.4 MB”, “84.0 GB”. */
export const bytesText = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.ceil(bytes / 1e3)} KB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`;

/** 1234567 → “1 234 567”. */
export const thousands = (value: number | bigint): string => value.toLocaleString('en-US').replaceAll(',', ' ');

/** Words of somebody else on one line, so that they cannot look like lines of ours. */
export const onOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
