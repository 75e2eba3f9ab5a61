import type { Incident, Role } from '../../api/types';
import { isOpen } from '../../feed/reducer';

export const actions = [
  'note',
  'agency',
  'alarm',
  'close',
  'cancel',
  'merge',
  'master',
  'no_master',
  'reopen',
] as const;
export type Action = (typeof actions)[number];

/** The highest alarm level. */
export const ALARM_LEVEL_MAX = 3;

/** What a person may do with an incident now; a button that the server would refuse is not there. */
export function actionsFor(
  incident: Pick<Incident, 'status' | 'mass_event_since' | 'alarm_level'>,
  role: Role,
): Action[] {
  if (!isOpen(incident)) return incident.status === 'merged' ? ['note'] : ['note', 'reopen'];
  const isSupervisor = role === 'supervisor';
  const isMaster = incident.mass_event_since !== null;
  const hidden = new Set<Action>(['reopen']);
  if (!isSupervisor && incident.status !== 'completed') hidden.add('close');
  if (!isSupervisor || isMaster) hidden.add('master');
  if (!isSupervisor || !isMaster) hidden.add('no_master');
  if (incident.alarm_level >= ALARM_LEVEL_MAX) hidden.add('alarm');
  return actions.filter((one) => !hidden.has(one));
}

/** Closing what its agencies have finished needs no words; everything that overrides somebody does. */
export function needsReason(action: Action, incident: Pick<Incident, 'status'>): boolean {
  if (action === 'master' || action === 'no_master') return false;
  if (action === 'alarm') return false;
  return action !== 'close' || incident.status !== 'completed';
}
