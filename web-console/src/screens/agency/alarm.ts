import type { Priority } from '../../api/types';
import type { Pattern } from '../../sound/patterns';

/**
 * The one alarm for everything that waits: the most urgent counts. P3 sounds once, P0 never. In a flood all but P1 is
 * one sound of its own.
 */
export function alarmFor(
  waiting: readonly Priority[],
  isFlood = false,
): Extract<Pattern, 'p1' | 'p2' | 'flood'> | null {
  if (waiting.includes('P1')) return 'p1';
  if (isFlood && waiting.some((priority) => priority !== 'P0')) return 'flood';
  return waiting.includes('P2') ? 'p2' : null;
}
