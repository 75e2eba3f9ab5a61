import type { Incident, Role } from '../../api/types';
import { isOpen } from '../../feed/reducer';

export const actions = ['note', 'agency', 'close', 'cancel', 'merge', 'reopen'] as const;
export type Action = (typeof actions)[number];

/** What a person may do with an incident now; a button that the server would refuse is not there. */
export function actionsFor(incident: Pick<Incident, 'status'>, role: Role): Action[] {
  if (!isOpen(incident)) return incident.status === 'merged' ? ['note'] : ['note', 'reopen'];
  const mayClose = role === 'supervisor' || incident.status === 'completed';
  return actions.filter((one) => one !== 'reopen' && (one !== 'close' || mayClose));
}

/** Closing what its agencies have finished needs no words; everything that overrides somebody does. */
export function needsReason(action: Action, incident: Pick<Incident, 'status'>): boolean {
  return action !== 'close' || incident.status !== 'completed';
}
