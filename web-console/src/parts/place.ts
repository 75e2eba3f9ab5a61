import type { IncidentLocation } from '../api/types';
import { t, words } from '../app/i18n/words.svelte';
import { distance, roughAge } from '../app/time';

/** Where it is, in one line: what a driver needs first comes first. */
export function placeOf(location: IncidentLocation): string {
  const area = location.outside
    ? [location.area_name, location.border?.owner.name, t('agency.outside')].filter(Boolean).join(', ')
    : location.area_name;
  return [location.landmark, location.address, area].filter(Boolean).join(' · ') || pointOf(location) || '–';
}

/** How sure and how old the point of an incident is; null where nothing is known of either. */
export function surenessOf(location: IncidentLocation, now: number): string | null {
  const age = location.fixed_at ? roughAge(now - Date.parse(location.fixed_at), words.language) : null;
  const radius = location.accuracy_m === null ? null : distance(location.accuracy_m, words.language);
  if (radius === null) return age === null ? null : t('place.age', { age });
  return age === null ? t('place.accuracy', { radius }) : t('place.aged', { radius, age });
}

export function pointOf(location: IncidentLocation): string | null {
  if (location.lat === null || location.lon === null) return null;
  return `${location.lat.toFixed(5)}, ${location.lon.toFixed(5)}`;
}
