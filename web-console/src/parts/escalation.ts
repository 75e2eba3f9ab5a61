import { dictionaries, t, type Key } from '../app/i18n/words.svelte';

/** What a rung of the ladder does, in words; a step that this page does not know yet keeps its code. */
export function stepName(step: string | null): string {
  const key = `step.${step}`;
  return key in dictionaries.id ? t(key as Key & `step.${string}`) : (step ?? '').replaceAll('_', ' ');
}
