import type { LogEntry } from '../../api/types';

/** Entries asked for at once: two screens full. */
export const LOG_PAGE = 50;

/** More rows than this a browser draws slowly on an old PC; the export is for reading everything. */
export const LOG_ROWS_MAX = 1_000;

/** The `after` of the page that ends right before `before` (or at the head, when nothing is loaded yet). */
export function pageBefore(before: bigint): { after: string; limit: number } | null {
  if (before <= 0n) return null;
  const after = before > BigInt(LOG_PAGE) ? before - BigInt(LOG_PAGE) : 0n;
  return { after: after.toString(), limit: Number(before - after) };
}

/** Joins pages: newest first, each entry once. */
export function joined(known: readonly LogEntry[], page: readonly LogEntry[]): LogEntry[] {
  const byIndex = new Map([...known, ...page].map((entry) => [entry.index, entry]));
  return [...byIndex.values()]
    .sort((one, other) => (BigInt(one.index) > BigInt(other.index) ? -1 : 1))
    .slice(0, LOG_ROWS_MAX);
}

export function kindsOf(entries: readonly LogEntry[]): string[] {
  return [...new Set(entries.map((entry) => entry.kind))].sort();
}

/** `incident:0192…` belongs to the streams of incidents. */
export function streamFamily(stream: string): string {
  return stream.split(/[:/]/)[0] ?? stream;
}
