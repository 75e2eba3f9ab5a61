import type { IncidentLocation, Unit } from '../api/types';
import { distance } from '../app/time';

/** From a unit that is on its way to where it is going, as the crow flies. */
export interface RouteLine {
  from: { lat: number; lon: number };
  to: { lat: number; lon: number };
  label: string;
}

/** Mean radius of the earth, IUGG. */
const EARTH_METRES = 6_371_008.8;

/** As the crow flies: along the great circle (haversine). */
export function metresBetween(from: { lat: number; lon: number }, to: { lat: number; lon: number }): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [north, east] = [radians(to.lat - from.lat) / 2, radians(to.lon - from.lon) / 2];
  const part =
    Math.sin(north) ** 2 + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.sin(east) ** 2;
  return 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(part)));
}

/** One line for each unit that goes on this task; none where a place is not known. */
export function routeLines(
  units: readonly Unit[],
  assignment: string,
  location: IncidentLocation,
  language: 'id' | 'en',
): RouteLine[] {
  if (location.lat === null || location.lon === null) return [];
  const to = { lat: location.lat, lon: location.lon };
  return units
    .filter((unit) => unit.booking?.assignment_id === assignment)
    .flatMap((unit) => {
      const from = unit.position ?? unit.base;
      if (!from) return [];
      return [
        { from: { lat: from.lat, lon: from.lon }, to, label: distance(metresBetween(from, to), language) },
      ];
    });
}
