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

/**
 * Joins pages: newest first, each entry once. A page that does not touch what is known replaces it:
 * a list with a hole in it would look like a log with a hole in it.
 */
export function joined(known: readonly LogEntry[], page: readonly LogEntry[]): LogEntry[] {
  const byIndex = new Map([...known, ...page].map((entry) => [entry.index, entry]));
  const all = [...byIndex.values()].sort((one, other) => (BigInt(one.index) > BigInt(other.index) ? -1 : 1));
  const hole = all.findIndex((entry, place) => {
    const next = all[place + 1];
    return next !== undefined && BigInt(entry.index) !== BigInt(next.index) + 1n;
  });
  return (hole === -1 ? all : all.slice(0, hole + 1)).slice(0, LOG_ROWS_MAX);
}

export function kindsOf(entries: readonly LogEntry[]): string[] {
  return [...new Set(entries.map((entry) => entry.kind))].sort();
}

/** `incident:0192…` belongs to the streams of incidents. */
export function streamFamily(stream: string): string {
  return stream.split(/[:/]/)[0] ?? stream;
}
