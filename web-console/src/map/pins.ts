import type { Incident, PossibleDuplicate, Priority, Unit } from '../api/types';

export interface Pin {
  id: string;
  lat: number;
  lon: number;
  priority: Priority;
  label: string;
}

/** A unit on the map. */
export interface UnitPin {
  id: string;
  lat: number;
  lon: number;
  state: Unit['state'];
  label: string;
}

/** Where units are as last told, else at their base; none where neither is known. */
export function unitPins(units: readonly Unit[]): UnitPin[] {
  return units.flatMap((unit) => {
    const at = unit.position ?? unit.base;
    return at ? [{ id: unit.id, lat: at.lat, lon: at.lon, state: unit.state, label: unit.callsign }] : [];
  });
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
  return { id: incident.id, lat, lon, priority: incident.priority, label: labelOf(incident.number) };
}

/** The pin of what a call may be a second report of; none where nobody knows the point. */
export function possiblePin(one: PossibleDuplicate): Pin[] {
  if (one.lat === null || one.lon === null) return [];
  const { incident_id: id, lat, lon, priority } = one;
  return [{ id, lat, lon, priority, label: labelOf(one.number) }];
}

/** The number without its year, as it stands on the map. */
export function labelOf(number: string): string {
  return number.replace(/^\d+-0*/, '');
}
