/** The first wait may be as short as chance wants, never shorter than this on average halves. */
export const BACK_OFF_MILLISECONDS_MIN = 500;

/** A desk never waits longer than this for its next attempt: a call may be waiting. */
export const BACK_OFF_MILLISECONDS_MAX = 10_000;

/**
 * Full jitter: anything between nothing and the doubled ceiling, so that twenty desks that lost
 * the same server do not come back in step.
 */
export function backOffMs(attempt: number, chance: () => number): number {
  const ceiling = Math.min(BACK_OFF_MILLISECONDS_MAX, BACK_OFF_MILLISECONDS_MIN * 2 ** Math.max(0, attempt));
  return Math.round(chance() * ceiling);
}
