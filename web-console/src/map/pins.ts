import type { Incident, Priority } from '../api/types';

export interface Pin {
  id: string;
  lat: number;
  lon: number;
  priority: Priority;
  label: string;
}

const urgency: Record<Priority, number> = { P1: 0, P2: 1, P3: 2, P0: 3 };

/** 0 is the most urgent. */
export function urgencyOf(priority: Priority): number {
  return urgency[priority];
}

/** By priority, then the one that is open longest: what is new never pushes others out of reach. */
export function byUrgency(
  one: { priority: Priority; opened_at: string },
  other: { priority: Priority; opened_at: string },
): number {
  return urgencyOf(one.priority) - urgencyOf(other.priority) || (one.opened_at < other.opened_at ? -1 : 1);
}

export function pinOf(incident: Incident): Pin | null {
  const { lat, lon } = incident.location;
  if (lat === null || lon === null) return null;
  return {
    id: incident.id,
    lat,
    lon,
    priority: incident.priority,
    label: incident.number.replace(/^\d+-0*/, ''),
  };
}
