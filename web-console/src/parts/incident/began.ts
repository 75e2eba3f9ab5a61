import type { Incident } from '../../api/types';

/** When an incident was reported: what is typed in from paper is as old as the paper says, and not as its entry. */
export function began(incident: Incident): string {
  return incident.paper?.received_at ?? incident.opened_at;
}
