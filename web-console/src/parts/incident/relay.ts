import type { AssignmentAction } from '../../api/endpoints';
import type { AssignmentState } from '../../api/types';

export interface RelayStep {
  action: Exclude<AssignmentAction, 'seen'>;
  state: AssignmentState;
}

const steps: readonly RelayStep[] = [
  { action: 'acknowledge', state: 'acknowledged' },
  { action: 'en-route', state: 'en_route' },
  { action: 'on-scene', state: 'on_scene' },
  { action: 'working', state: 'working' },
  { action: 'under-control', state: 'under_control' },
  { action: 'complete', state: 'completed' },
];

const order: readonly AssignmentState[] = steps.map((step) => step.state);

/**
 * What the centre may write down for an agency that is in `present`: never back, and nothing before somebody there has
 * accepted or declined.
 */
export function relaySteps(present: AssignmentState): RelayStep[] {
  switch (present) {
    case 'sent':
    case 'delivered':
      return [steps[0]!, { action: 'decline', state: 'declined' }];
    case 'acknowledged':
    case 'en_route':
      return [...steps.slice(order.indexOf(present) + 1), { action: 'decline', state: 'declined' }];
    case 'on_scene':
    case 'working':
    case 'under_control':
      return steps.slice(order.indexOf(present) + 1);
    case 'completed':
    case 'declined':
    case 'cancelled':
      return [];
  }
}
