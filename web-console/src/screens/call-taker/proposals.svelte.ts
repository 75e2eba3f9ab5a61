import { api } from '../../api/endpoints';
import type { IncidentType, Suggestion } from '../../api/types';
import { reference } from '../../app/reference.svelte';
import type { Draft } from './draft.svelte';

/** One question for each pause in the typing, not for each letter. */
export const CLASSIFY_PAUSE_MILLISECONDS = 150;

/** Below this a text has nothing to classify. */
const CLASSIFY_LETTERS_MIN = 3;

/** The row of the keyboard below the digits that set the priority. */
export const proposalKeys = ['Alt+Q', 'Alt+W', 'Alt+E', 'Alt+R'] as const;

/** Asks the server while somebody types; the answer to an older text is dropped. Returns how to stop. */
export function classifyWhileTyping(draft: Draft, text: string): () => void {
  const trimmed = text.trim();
  if (trimmed.length < CLASSIFY_LETTERS_MIN) {
    draft.classification = null;
    return () => undefined;
  }
  const abort = new AbortController();
  const timer = setTimeout(() => {
    api.classify(trimmed, abort.signal).then(
      (answer) => (draft.classification = answer),
      // A proposal is a help; without it the list of types is still there.
      () => undefined,
    );
  }, CLASSIFY_PAUSE_MILLISECONDS);
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}

/** What the server thinks, then the types whose name holds what was typed. */
export function proposalsFor(draft: Draft): Suggestion[] {
  const suggested = draft.classification?.suggestions ?? [];
  const known = new Set(suggested.map((one) => one.type));
  const byName = (reference.policy?.types ?? [])
    .filter((type) => !known.has(type.code) && nameHolds(type, draft.form.said))
    .map(asSuggestion);
  return [...suggested, ...byName].slice(0, placesFor(draft));
}

/** How many proposals there is room for: what to ask a caller who cannot speak takes the room of two. */
export function placesFor(draft: Draft): number {
  return draft.classification?.covert ? 2 : proposalKeys.length;
}

export function nameHolds(type: Pick<IncidentType, 'label_id' | 'label_en'>, text: string): boolean {
  const typed = text.trim().toLocaleLowerCase('id');
  if (typed.length < CLASSIFY_LETTERS_MIN) return false;
  const name = `${type.label_id} ${type.label_en}`.toLocaleLowerCase('id');
  return typed.split(/\s+/).every((word) => name.includes(word));
}

function asSuggestion(type: IncidentType): Suggestion {
  return {
    category: type.category,
    type: type.code,
    priority: type.priority,
    score: 0,
    because: [],
    label_id: type.label_id,
    label_en: type.label_en,
  };
}
