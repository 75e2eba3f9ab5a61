import type { AssignmentAction } from '../../api/endpoints';
import type { AssignmentState } from '../../api/types';
import { rank } from '../../feed/reducer';

export interface ChainStep {
  key: string;
  action: AssignmentAction;
  state: Extract<AssignmentState, 'en_route' | 'on_scene' | 'working' | 'under_control' | 'completed'>;
}

/** The five steps after Terima, each with its key. */
export const chain: readonly ChainStep[] = [
  { key: '1', action: 'en-route', state: 'en_route' },
  { key: '2', action: 'on-scene', state: 'on_scene' },
  { key: '3', action: 'working', state: 'working' },
  { key: '4', action: 'under-control', state: 'under_control' },
  { key: '5', action: 'complete', state: 'completed' },
];

/** Whether an agency that is in `present` may go on to `next`: never back, never before Terima. */
export function mayGoTo(present: AssignmentState, next: AssignmentState): boolean {
  const isTaken = rank(present) >= rank('acknowledged') && rank(present) < rank('completed');
  return isTaken && rank(next) > rank(present) && rank(next) <= rank('completed');
}

export function isWaiting(state: AssignmentState): boolean {
  return state === 'sent' || state === 'delivered';
}

export function isRunning(state: AssignmentState): boolean {
  return rank(state) >= rank('acknowledged') && rank(state) < rank('completed');
}
