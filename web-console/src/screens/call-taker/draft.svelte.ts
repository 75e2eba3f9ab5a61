import { newKey } from '../../api/client';
import type { Agency, Classification, Incident, Priority, Suggestion } from '../../api/types';
import { reference } from '../../app/reference.svelte';
import { session } from '../../app/session.svelte';
import { agenciesFor, emptyForm, hasContent, type AgencyChoice, type FormFields } from './form';

/** How a form is on its way to the server. */
export type Sending = 'typing' | 'sending' | 'unsent';

/** One report that is being written. It lives in memory only: nothing personal is stored in a browser. */
export class Draft {
  form = $state<FormFields>({ ...emptyForm });
  sending = $state<Sending>('typing');
  classification = $state.raw<Classification | null>(null);
  /** Agencies ticked off or added by hand; null while the proposal stands as it is. */
  #byHand = $state.raw<string[] | null>(null);
  #priorityByHand = $state(false);
  /** The incident, once it exists: a second attempt then only has to dispatch it. */
  created = $state.raw<Incident | null>(null);
  /** True once its agencies were asked; from then on sending means correcting. */
  dispatched = $state(false);
  #createKey = newKey();
  #createBody = '';
  dispatchKey = newKey();

  constructor(readonly callId: string | null) {}

  get proposal(): AgencyChoice[] {
    return agenciesFor(reference.type(this.form.type), reference.agencies);
  }

  get choices(): (AgencyChoice & { ticked: boolean; added: boolean })[] {
    const proposal = this.proposal;
    const proposed = proposal.map((one) => ({
      ...one,
      ticked: this.#byHand?.includes(one.agency.id) ?? true,
      added: false,
    }));
    const added = (this.#byHand ?? [])
      .filter((agency) => !proposal.some((one) => one.agency.id === agency))
      .map((agency) => reference.agencies.find((one) => one.id === agency))
      .filter((agency): agency is Agency => agency !== undefined)
      .map((agency) => ({ agency, role: 'support' as const, ticked: true, added: true }));
    return [...proposed, ...added];
  }

  /** What the dispatch shall name; undefined leaves the routing to the server. */
  get namedAgencies(): string[] | undefined {
    return this.#byHand === null ? undefined : [...this.#byHand];
  }

  toggleAgency(agency: string): void {
    const ticked = this.choices.filter((one) => one.ticked).map((one) => one.agency.id);
    this.#byHand = ticked.includes(agency) ? ticked.filter((one) => one !== agency) : [...ticked, agency];
    this.dispatchKey = newKey();
  }

  choose(suggestion: Pick<Suggestion, 'category' | 'type' | 'priority'>): void {
    this.form.category = suggestion.category;
    this.form.type = suggestion.type;
    if (!this.#priorityByHand) this.form.priority = suggestion.priority;
    // Another type has another plan; what was ticked for the old one means nothing for it.
    this.#byHand = null;
    this.dispatchKey = newKey();
  }

  setPriority(priority: Priority): void {
    this.form.priority = priority;
    this.#priorityByHand = true;
  }

  /** The same words carry the same key, however often they are sent; changed words are another request. */
  createKeyFor(body: string): string {
    if (this.#createBody !== '' && this.#createBody !== body) this.#createKey = newKey();
    this.#createBody = body;
    return this.#createKey;
  }

  get worthKeeping(): boolean {
    return hasContent(this.form) || this.created !== null;
  }
}

/** One draft for each call, and one for a report without a call. */
class Drafts {
  #all = $state.raw<ReadonlyMap<string | null, Draft>>(new Map([[null, new Draft(null)]]));

  of(callId: string | null): Draft {
    return this.#all.get(callId) ?? this.#all.get(null) ?? new Draft(null);
  }

  begin(callId: string, reporterNumber: string): Draft {
    const known = this.#all.get(callId);
    if (known) return known;
    const draft = new Draft(callId);
    draft.form.reporterNumber = reporterNumber;
    this.#all = new Map([...this.#all, [callId, draft]]);
    return draft;
  }

  /** Puts an empty one in the place of a draft, and gives the old one for an undo. */
  renew(old: Draft): () => void {
    const before = this.#all;
    const fresh = new Draft(old.callId);
    fresh.form.reporterNumber = old.callId === null ? '' : old.form.reporterNumber;
    this.#all = new Map([...before, [old.callId, fresh]]);
    return () => (this.#all = new Map([...this.#all, [old.callId, old]]));
  }

  end(callId: string): void {
    const rest = new Map(this.#all);
    rest.delete(callId);
    this.#all = rest;
  }

  forget(): void {
    this.#all = new Map([[null, new Draft(null)]]);
  }
}

export const drafts = new Drafts();
session.onLeave(() => drafts.forget());
