import { t } from './i18n/words.svelte';

/** Why the browser gives no position, in the language of the person: its own words are for programmers. */
export function positionFault(error: Pick<GeolocationPositionError, 'code'>): string {
  if (error.code === 1) return t('position.denied');
  return error.code === 3 ? t('position.late') : t('position.unknown');
}
