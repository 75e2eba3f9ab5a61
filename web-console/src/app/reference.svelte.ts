import { api } from '../api/endpoints';
import type { Agency, Area, Category, IncidentType, MapOffer, Policy } from '../api/types';
import { local } from './i18n/words.svelte';

/** A reference list that did not come is asked for again after this long. */
const RETRY_MILLISECONDS = 3_000;

/** What changes seldom: the policy, the areas, the agencies. Loaded after log-in; the policy again when it changes. */
class Reference {
  policy = $state.raw<Policy | null>(null);
  areas = $state.raw<Area[]>([]);
  agencies = $state.raw<Agency[]>([]);
  /** Whether people practise here: nothing on the screens is real. */
  isTraining = $state(false);
  /** The base maps beside the data. */
  map = $state.raw<MapOffer | null>(null);
  #wanted = false;
  #renewing = false;
  #touched: string | null = null;

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#load('policy', api.policy);
    this.#load('areas', api.areas);
    this.#load('agencies', api.agencies);
    api.ready().then(
      (ready) => (this.isTraining = ready.demo === true),
      () => undefined,
    );
    this.#load('map', api.map);
  }

  /** Makes sure that at least this version of the policy is here. One that is being loaded for the first time is new. */
  wantPolicy(version: string): void {
    const known = this.policy;
    if (known === null || Number(known.version) >= Number(version) || this.#renewing) return;
    this.#renewing = true;
    const again = () => {
      this.#renewing = false;
      this.wantPolicy(version);
    };
    api.policy().then(
      (policy) => {
        this.policy = policy;
        // A desk may tell of a version a moment before it hands it out.
        if (Number(policy.version) < Number(version)) setTimeout(again, RETRY_MILLISECONDS / 10);
        else this.#renewing = false;
      },
      () => setTimeout(again, RETRY_MILLISECONDS),
    );
  }

  /** Reads agencies and areas again; a second time a little later, because a desk may tell of areas a moment before it has them. */
  renew(touched: string): void {
    if (!this.#wanted || touched === this.#touched) return;
    const isFirst = this.#touched === null;
    this.#touched = touched;
    // What was loaded at the start is as new as the first snapshot.
    if (isFirst) return;
    for (const wait of [0, RETRY_MILLISECONDS]) {
      setTimeout(() => {
        this.#load('agencies', api.agencies);
        this.#load('areas', api.areas);
      }, wait);
    }
  }

  type(code: string | null): IncidentType | undefined {
    return code === null ? undefined : this.policy?.types.find((type) => type.code === code);
  }

  typeLabel(code: string | null): string | null {
    const type = this.type(code);
    return type ? local(type.label_id, type.label_en) : null;
  }

  categoryLabel(category: Category): string {
    const found = this.policy?.categories.find((one) => one.category === category);
    return found ? local(found.label_local, found.label_en) : category.toUpperCase();
  }

  /** What an incident is, as exactly as is known. */
  kindLabel(incident: { type: string | null; category: Category }): string {
    return this.typeLabel(incident.type) ?? this.categoryLabel(incident.category);
  }

  #load<Name extends 'policy' | 'areas' | 'agencies' | 'map'>(name: Name, ask: () => Promise<unknown>): void {
    ask().then(
      (answer) => ((this as Record<string, unknown>)[name] = answer),
      () => setTimeout(() => this.#load(name, ask), RETRY_MILLISECONDS),
    );
  }
}

export const reference = new Reference();
