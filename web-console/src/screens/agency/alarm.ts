import type { Priority } from '../../api/types';
import type { Pattern } from '../../sound/patterns';

/** The one alarm for everything that waits: the most urgent counts. P3 sounds once, P0 never. */
export function alarmFor(waiting: readonly Priority[]): Extract<Pattern, 'p1' | 'p2'> | null {
  if (waiting.includes('P1')) return 'p1';
  return waiting.includes('P2') ? 'p2' : null;
}
