/**
 * Keeps the order of a live list under a person's hand still.
 *
 * While the pointer or the focus is inside, rows keep their place, new ones wait behind a strip
 * that tells their number, and one that has gone leaves without moving the rest up past it.
 */
export function steadyOrder(shown: readonly string[], wanted: readonly string[], held: boolean): string[] {
  if (!held) return [...wanted];
  const present = new Set(wanted);
  const kept = shown.filter((key) => present.has(key));
  // Where nothing stands, nothing can move.
  return kept.length > 0 ? kept : [...wanted];
}

/** How many rows wait behind the strip. */
export function waitingRows(shown: readonly string[], wanted: readonly string[]): number {
  const known = new Set(shown);
  return wanted.filter((key) => !known.has(key)).length;
}
