import type { Priority } from '../api/types';
import { urgencyOf } from './pins';

/** Incidents that stand too near each other to be drawn apart. */
export interface Group {
  ids: string[];
  /** The most urgent of them. */
  priority: Priority;
  /** Where it is drawn, in pixels from the left and the upper edge of the map. */
  x: number;
  y: number;
  /** Nearer by they would come apart. */
  parts: boolean;
}

/** The most urgent of some priorities. */
export function mostUrgent(priorities: readonly Priority[]): Priority {
  return priorities.reduce((one, other) => (urgencyOf(other) < urgencyOf(one) ? other : one), 'P0');
}

/** Most groups that can be reached by key: more than a map has room for beside each other is of no use to Tab. */
export const GROUPS_BY_KEY_MAX = 40;

/** The groups within the map, from the upper left to the lower right as one reads. */
export function inReadingOrder(groups: readonly Group[], width: number, height: number): Group[] {
  return groups
    .filter(({ x, y }) => x >= 0 && y >= 0 && x <= width && y <= height)
    .sort((one, other) => one.y - other.y || one.x - other.x)
    .slice(0, GROUPS_BY_KEY_MAX);
}
