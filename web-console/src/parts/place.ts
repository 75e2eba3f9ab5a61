import type { IncidentLocation } from '../api/types';
import { t } from '../app/i18n/words.svelte';

/** Where it is, in one line: what a driver needs first comes first. */
export function placeOf(location: IncidentLocation): string {
  const area = location.outside
    ? [location.area_name, t('agency.outside')].filter(Boolean).join(', ')
    : location.area_name;
  return [location.landmark, location.address, area].filter(Boolean).join(' · ') || pointOf(location) || '–';
}

export function pointOf(location: IncidentLocation): string | null {
  if (location.lat === null || location.lon === null) return null;
  return `${location.lat.toFixed(5)}, ${location.lon.toFixed(5)}`;
}
