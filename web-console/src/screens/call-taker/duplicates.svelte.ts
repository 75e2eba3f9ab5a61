import { api } from '../../api/endpoints';
import type { Call, DuplicatesAsked, PossibleDuplicate } from '../../api/types';
import { t, words } from '../../app/i18n/words.svelte';
import { distance, roughAge } from '../../app/time';
import { pointOf, type FormFields } from './form';

/** One question for each pause in the typing, not for each letter. */
export const DUPLICATES_PAUSE_MILLISECONDS = 200;

/** What the call at this desk may be a second report of, and which of it is meant. */
export class DuplicateFinder {
  items = $state.raw<PossibleDuplicate[]>([]);
  #chosen = $state<string | null>(null);

  /** The one that was chosen, as long as it is there; else the likeliest. */
  get chosen(): PossibleDuplicate | null {
    return this.items.find((one) => one.incident_id === this.#chosen) ?? this.items[0] ?? null;
  }

  choose(incident: string): void {
    this.#chosen = incident;
  }

  /** One further down, or up; the ends hold. */
  step(by: 1 | -1): void {
    const place = this.items.findIndex((one) => one === this.chosen);
    const next = this.items[Math.min(this.items.length - 1, Math.max(0, place + by))];
    if (next) this.#chosen = next.incident_id;
  }

  show(items: PossibleDuplicate[]): void {
    this.items = items;
  }

  clear(): void {
    this.items = [];
    this.#chosen = null;
  }

  /** Asks after a pause; the answer to an older question is dropped. Returns how to stop. */
  look(asked: DuplicatesAsked): () => void {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api.duplicates(asked, abort.signal).then(
        (answer) => (this.items = answer.items),
        // A hint is a help; without it the list of open incidents is still there.
        () => undefined,
      );
    }, DUPLICATES_PAUSE_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }
}

export const duplicates = new DuplicateFinder();

/** What is known so far, as the server is asked with it. */
export function askedOf(form: FormFields, call: Call): DuplicatesAsked {
  const point = pointOf(form);
  const text = [form.said, form.narrative].filter((one) => one.trim()).join('. ');
  return {
    call_id: call.id,
    location: {
      ...(point && { lat: point.lat, lon: point.lon }),
      ...(point && form.accuracyMetres !== null && { accuracy_m: form.accuracyMetres }),
      ...(form.landmark.trim() && { landmark: form.landmark.trim() }),
      ...(form.address.trim() && { address: form.address.trim() }),
      ...(form.areaCode && { area_code: form.areaCode }),
    },
    ...(form.category && { category: form.category }),
    ...(form.type && { type: form.type }),
    ...(text && { text }),
  };
}

/** "14 panggilan · 300 m · 4 mnt" */
export function factsOf(one: PossibleDuplicate, now: number): string {
  return [
    t('dup.calls', { n: one.calls }),
    one.distance_m === null ? '' : distance(one.distance_m, words.language),
    roughAge(now - Date.parse(one.opened_at), words.language),
  ]
    .filter(Boolean)
    .join(' · ');
}

export function reasonsOf(one: PossibleDuplicate): string {
  return one.because.map((reason) => t(`dup_because.${reason}`)).join(', ');
}
