import { api } from '../../api/endpoints';
import type { LocationFix, PlaceHit, Places, ReadPoint, Whereabouts } from '../../api/types';
import { local, t, words } from '../../app/i18n/words.svelte';
import { distance, roughAge } from '../../app/time';
import { parsePoint, pointOf, showPoint, takePoint, type FormFields } from './form';

/** One question for each pause in the typing, not for each letter. */
export const PLACE_PAUSE_MILLISECONDS = 120;

/** Below this a text finds everything. */
const PLACE_LETTERS_MIN = 2;

/** What fits below the field without hiding the type. */
const PLACES_SHOWN = 6;

/** Something that the landmark may mean: coordinates that were typed there, or a place. */
export type PlaceOption = { point: ReadPoint; hit: null } | { point: null; hit: PlaceHit };

type Before = Pick<
  FormFields,
  'landmark' | 'areaCode' | 'point' | 'pointRead' | 'pointSource' | 'accuracyMetres' | 'fixedAt'
>;

/** Looks for what is typed as a location. It proposes; the words themselves stay what they are until somebody picks. */
export class PlaceFinder {
  /** The last answer, with the text that it is about. */
  #found = $state.raw<{ text: string; answer: Places } | null>(null);
  #pointFound = $state.raw<{ text: string; answer: Places } | null>(null);
  /** What a pick has put into the field: it is not looked for again. */
  #picked = $state.raw<{ text: string; before: Before } | null>(null);
  /** Enter came before the answer: the best one is taken when it comes. */
  #wanted = false;
  active = $state(0);
  /** Somebody closed the list for this text. */
  #closedFor = $state('');

  /** The answer, if it is about this text. */
  answerTo(text: string): Places | null {
    return this.#found?.text === text.trim() ? this.#found.answer : null;
  }

  optionsFor(text: string): PlaceOption[] {
    const typed = text.trim();
    const answer = this.answerTo(typed);
    if (!answer || this.#closedFor === typed || this.#picked?.text === typed) return [];
    const { point } = answer.reading;
    const hits = answer.hits.slice(0, PLACES_SHOWN).map((hit): PlaceOption => ({ point: null, hit }));
    return point ? [{ point, hit: null }, ...hits] : hits;
  }

  /** What the server says of the point that stands in the form. */
  pointAnswer(form: FormFields): Places | null {
    return this.#pointFound?.text === form.point.trim() ? this.#pointFound.answer : null;
  }

  /** Where the point of the form lies. */
  hereOf(form: FormFields): Whereabouts | null {
    const answer = this.pointAnswer(form);
    return answer?.here ?? answer?.reading.point?.whereabouts ?? null;
  }

  /** Asks after a pause; an answer to an older text is dropped. Returns how to stop. */
  look(form: FormFields, fix: LocationFix | null): () => void {
    const text = form.landmark.trim();
    this.#wanted = false;
    if (text.length < PLACE_LETTERS_MIN || this.#picked?.text === text) return () => undefined;
    const near: Record<string, number> = fix?.point ? { lat: fix.point.lat, lon: fix.point.lon } : {};
    return ask({ q: text, limit: PLACES_SHOWN, ...near }, (answer) => {
      this.#found = { text, answer };
      this.active = 0;
      const first = this.optionsFor(text)[0];
      if (this.#wanted && first && form.landmark.trim() === text) this.pick(form, first);
    });
  }

  /** Asks where the point of the form lies, and reads it when it is written in another way. */
  lookAtPoint(form: FormFields): () => void {
    const text = form.point.trim();
    if (text === '') return () => undefined;
    const here = parsePoint(text);
    return ask(here ? { ...here } : { q: text, limit: 1 }, (answer) => {
      this.#pointFound = { text, answer };
      const read = answer.reading.point;
      if (!read || form.point.trim() !== text) return;
      form.pointRead = { text, lat: read.lat, lon: read.lon };
      form.accuracyMetres = read.accuracy_m;
    });
  }

  /** Enter: the marked place, or the best one as soon as the answer is there. */
  enter(form: FormFields): void {
    const option = this.optionsFor(form.landmark)[this.active];
    if (option) this.pick(form, option);
    else this.#wanted = this.answerTo(form.landmark) === null;
  }

  pick(form: FormFields, option: PlaceOption): void {
    const { landmark, areaCode, point, pointRead, pointSource, accuracyMetres, fixedAt } = form;
    const before = { landmark, areaCode, point, pointRead, pointSource, accuracyMetres, fixedAt };
    if (option.point) {
      takePoint(form, option.point, 'typed', option.point.accuracy_m);
      form.areaCode = '';
    } else {
      const { hit } = option;
      const isArea = hit.id.startsWith('area:');
      form.landmark = [hit.name, hit.rest].filter(Boolean).join(', ');
      // The middle of an area is no point where something happened.
      form.areaCode = isArea ? (hit.whereabouts.area_code ?? '') : '';
      if (!isArea) takePoint(form, hit, 'place', hit.accuracy_m);
    }
    this.#picked = { text: form.landmark.trim(), before };
    this.#wanted = false;
  }

  /** Escape: closes the list; after a pick it brings back what was typed. False when there was nothing to do. */
  escape(form: FormFields): boolean {
    const typed = form.landmark.trim();
    if (this.#picked && this.#picked.text === typed) {
      const { before } = this.#picked;
      this.#picked = null;
      this.#closedFor = before.landmark.trim();
      Object.assign(form, before);
      return true;
    }
    if (this.optionsFor(typed).length === 0) return false;
    this.#closedFor = typed;
    return true;
  }

  isPicked(form: FormFields): boolean {
    return this.#picked?.text === form.landmark.trim();
  }
}

function ask(query: Record<string, string | number>, take: (answer: Places) => void): () => void {
  const abort = new AbortController();
  const timer = setTimeout(() => {
    api.places(query, abort.signal).then(
      (answer) => {
        if (!abort.signal.aborted) take(answer);
      },
      // A proposal is a help; without it the words that were typed are the place.
      () => undefined,
    );
  }, PLACE_PAUSE_MILLISECONDS);
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}

/** What the call-taker asks or says to the caller about a text: a doubt first, else what is read back. */
export function sentenceFor(answer: Places | null): { text: string; tone: 'plain' | 'warn' } | null {
  const doubt = answer?.reading.doubts[0];
  if (doubt) return { text: local(doubt.question_id, doubt.question_en), tone: 'warn' };
  const said = answer?.reading.kilometre ?? answer?.reading.point;
  return said ? { text: local(said.read_back_id, said.read_back_en), tone: 'plain' } : null;
}

/** How sure the point of a form is, and how old. */
export function surenessOf(form: FormFields, now: number): string {
  if (pointOf(form) === null) return '';
  const age = form.fixedAt ? roughAge(now - Date.parse(form.fixedAt), words.language) : null;
  const radius = form.accuracyMetres === null ? null : distance(form.accuracyMetres, words.language);
  if (radius === null) return age === null ? '' : t('place.age', { age });
  return age === null ? t('place.accuracy', { radius }) : t('place.aged', { radius, age });
}

/** Desa and kecamatan of an answer, and whether they are ours. */
export function areaWords(hit: Pick<PlaceHit, 'whereabouts'>): string {
  const { desa, kecamatan, outside, border } = hit.whereabouts;
  const names = [desa?.name, kecamatan?.name].filter((name) => name !== undefined);
  return [...names, ...(outside ? [border?.owner.name ?? t('place.outside')] : [])].join(', ');
}

/** The neighbour at or near a point, and whom to call in; null when there is none. */
export function borderWords(here: Whereabouts | null): string | null {
  const border = here?.border;
  if (!border) return null;
  const away = distance(border.distance_m, words.language);
  const { name } = border.owner;
  const where =
    border.distance_m === 0
      ? t('place.border_inside', { name })
      : t('place.border', { name, distance: away });
  return [
    // Without outlines a border is the line between two centres.
    here.area_by === 'nearest' ? `${where} (${t('place.guess')})` : where,
    border.contact && t('place.border_contact', { label: border.contact }),
  ]
    .filter(Boolean)
    .join(' · ');
}

export function pointWords(point: ReadPoint): string {
  return t('place.point', { point: showPoint(point.lat, point.lon) });
}
