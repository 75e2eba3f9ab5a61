import { newKey } from '../../api/client';
import type {
  Agency,
  AssignmentState,
  Card,
  CardAnswers,
  Classification,
  Flag,
  Incident,
  Priority,
  Suggestion,
} from '../../api/types';
import { cards } from '../../app/card-set.svelte';
import { t } from '../../app/i18n/words.svelte';
import { reference } from '../../app/reference.svelte';
import { board } from '../../feed/board.svelte';
import { assess, mostUrgent } from '../../parts/cards/assess';
import { toasts } from '../../parts/toasts.svelte';
import type { PaperFields } from './paper';
import type { PaperSheet } from './paper-sheet.svelte';
import { PlaceFinder } from './places.svelte';
import {
  agenciesFor,
  emptyForm,
  formOf,
  hasContent,
  reportOf,
  sameReport,
  toCorrection,
  type AgencyChoice,
  type FormFields,
} from './form';
import { plansFor } from './plans';

/** How a form is on its way to the server. */
export type Sending = 'typing' | 'sending' | 'unsent';

export interface Choice extends AgencyChoice {
  ticked: boolean;
  /** Added by hand, not by the plan for the type. */
  added: boolean;
  /** How far an agency is that was asked already; such a choice can no longer be taken back here. */
  state: AssignmentState | null;
}

/** Everything of a draft that another seat needs to go on with it; kept by the server, never by the browser. */
export interface DraftMemo {
  form: FormFields;
  by_hand: string[] | null;
  priority_by_hand: boolean;
  wished: Priority | null;
  answers: Record<string, Record<string, string | null>>;
  answered_under: number | null;
  created: Incident | null;
  dispatched: boolean;
  taken: string;
  keys: { create: string; body: string; dispatch: string };
  paper: PaperFields | null;
}

/** One report that is being written. Nothing of it is stored in the browser: the server keeps it (`draft-keeper`). */
export class Draft {
  form = $state<FormFields>({ ...emptyForm });
  sending = $state<Sending>('typing');
  classification = $state.raw<Classification | null>(null);
  /** What the server says of the landmark, and of the point. */
  readonly places = new PlaceFinder();
  /** Agencies ticked off or added by hand; null while the proposal stands as it is. */
  #byHand = $state.raw<string[] | null>(null);
  #priorityByHand = $state(false);
  /** The priority of the type, or by hand: what holds when no answer asks for more. */
  #wished = $state.raw<Priority | null>(null);
  /**
   * What was answered to question cards and is not on the incident yet: by card, then by question; null takes an answer
   * back.
   */
  answers = $state.raw<Record<string, Record<string, string | null>>>({});
  /** The version of the cards under which it was answered. */
  answeredUnder: number | null = null;
  /** Whether answers are on their way to the incident. */
  sendingAnswers = false;
  /** The incident, once it exists: a second attempt then only has to dispatch it. */
  created = $state.raw<Incident | null>(null);
  /** True once its agencies were asked; from then on sending means correcting. */
  dispatched = $state(false);
  /** What this form would send if nobody had typed since the server last took it. */
  #taken = $state('');
  /** The incident as somebody else has changed it meanwhile; what was typed here is kept beside it. */
  conflict = $state.raw<Incident | null>(null);
  #createKey = newKey();
  #createBody = '';
  dispatchKey = newKey();
  #attachKey = newKey();
  #attachBody = '';

  constructor(
    readonly callId: string | null,
    /** The paper form that it is typed in from. */
    readonly paper: PaperSheet | null = null,
  ) {}

  /** The form of an incident that is open already, to correct it and to add agencies. */
  static correcting(incident: Incident): Draft {
    const draft = new Draft(null);
    draft.dispatched = incident.assignments.length > 0;
    draft.load(incident);
    return draft;
  }

  /** Puts what the server knows into the form. */
  load(incident: Incident): void {
    this.form = formOf(incident);
    this.#priorityByHand = true;
    this.#wished = this.form.priority;
    this.took(incident);
  }

  /** The server has this form as it stands. */
  took(incident: Incident): void {
    this.created = incident;
    this.conflict = null;
    this.#taken = JSON.stringify(toCorrection(this.form));
  }

  get isCorrected(): boolean {
    return this.created !== null && JSON.stringify(toCorrection(this.form)) !== this.#taken;
  }

  /** Whether somebody else has changed what this form is about; states of agencies do not count. */
  isOvertakenBy(present: Incident): boolean {
    return this.created !== null && !sameReport(reportOf(this.created), reportOf(present));
  }

  get proposal(): AgencyChoice[] {
    const type = reference.type(this.form.type);
    if (!type || !reference.policy) return [];
    const { category, areaCode } = this.form;
    const situation = { type, category, flags: this.flags, area: areaCode || null };
    return agenciesFor(type, reference.agencies, plansFor(reference.policy, situation));
  }

  /** What holds by the answers to cards: those here, and those that the incident has. */
  get flags(): Flag[] {
    const known = this.created ? (board.incidents.get(this.created.id) ?? this.created).flags : [];
    const typed = Object.entries(this.answers).flatMap(([code, given]) => {
      const card = cards.card(code);
      return card ? assess(card, given as Record<string, string>).flags : [];
    });
    return [...new Set([...known, ...typed])];
  }

  get choices(): Choice[] {
    const asked = this.#asked;
    const known = new Set(asked.map((one) => one.agency.id));
    const proposed = this.proposal
      .filter((one) => !known.has(one.agency.id))
      .map((one) => ({
        ...one,
        // Before the first dispatch the plan stands by itself; later nobody is asked without a tick.
        ticked: this.#byHand?.includes(one.agency.id) ?? !this.dispatched,
        added: false,
        state: null,
      }));
    for (const one of proposed) known.add(one.agency.id);
    const added = (this.#byHand ?? [])
      .filter((agency) => !known.has(agency))
      .map((agency) => reference.agencies.find((one) => one.id === agency))
      .filter((agency): agency is Agency => agency !== undefined)
      .map((agency) => ({ agency, role: 'support' as const, ticked: true, added: true, state: null }));
    return [...asked, ...proposed, ...added];
  }

  /** What the first dispatch shall name; undefined leaves the routing to the server. */
  get namedAgencies(): string[] | undefined {
    return this.#byHand === null ? undefined : [...this.#byHand];
  }

  /** Somebody ticked everything off. The server reads "none named" as "all of the plan", so it is never sent. */
  get namesNobody(): boolean {
    return !this.dispatched && this.#byHand?.length === 0;
  }

  /** Agencies to be asked in addition, after the first dispatch. */
  get furtherAgencies(): string[] {
    return this.choices.filter((one) => one.state === null && one.ticked).map((one) => one.agency.id);
  }

  toggleAgency(agency: string): void {
    const ticked = this.choices.filter((one) => one.ticked && one.state === null).map((one) => one.agency.id);
    this.#byHand = ticked.includes(agency) ? ticked.filter((one) => one !== agency) : [...ticked, agency];
    this.dispatchKey = newKey();
  }

  /** What was ticked has been asked. */
  askedAgencies(): void {
    this.dispatched = true;
    this.#byHand = null;
    this.dispatchKey = newKey();
  }

  choose(suggestion: Pick<Suggestion, 'category' | 'type' | 'priority'>): void {
    this.form.category = suggestion.category;
    this.form.type = suggestion.type;
    if (!this.#priorityByHand) this.#wish(suggestion.priority);
    // Another type has another plan; what was ticked for the old one means nothing for it.
    this.#byHand = null;
    this.dispatchKey = newKey();
  }

  setPriority(priority: Priority): void {
    this.#wish(priority);
    this.#priorityByHand = true;
    if (this.form.priority !== priority && this.form.priority !== null)
      toasts.say({ tone: 'warn', title: t('card.floor', { priority: this.form.priority }) });
  }

  /** Answers ask for at least this priority; null when none does, or the incident has them already. */
  get floor(): Priority | null {
    const asked = Object.entries(this.answers).map(([code, given]) => {
      const card = cards.card(code);
      return card ? assess(card, given as Record<string, string>).priority : null;
    });
    return mostUrgent(asked);
  }

  /** Takes an answer in the place of an earlier one. A raise is seen at once. */
  answer(card: Card, question: string, code: string | null): void {
    // Before there is an incident nothing has to be taken back from it.
    const { [question]: _, ...rest } = this.answers[card.code] ?? {};
    const given = code === null && this.created === null ? rest : { ...rest, [question]: code };
    this.answers = { ...this.answers, [card.code]: given };
    this.answeredUnder = cards.set?.version ?? null;
    this.#wish(this.#wished ?? this.form.priority);
  }

  /** The incident has these answers now; what it has become because of them is no conflict with this form. */
  answersTaken(taken: CardAnswers['answers'], now: Incident | null): void {
    const left: typeof this.answers = {};
    for (const [card, given] of Object.entries(this.answers)) {
      const isTaken = ([question, answer]: [string, string | null]) =>
        taken.some(
          (one) => one.card === card && one.question === question && (one.answer ?? null) === answer,
        );
      const rest = Object.entries(given).filter((one) => !isTaken(one));
      if (rest.length > 0) left[card] = Object.fromEntries(rest);
    }
    this.answers = left;
    if (now === null || this.created === null || now.priority === this.created.priority) return;
    this.#wish(now.priority);
    this.created = { ...this.created, priority: now.priority };
    this.#taken = JSON.stringify({ ...JSON.parse(this.#taken), priority: now.priority });
  }

  #wish(priority: Priority | null): void {
    this.#wished = priority;
    this.form.priority = mostUrgent([priority, this.floor]);
  }

  /** The same words carry the same key, however often they are sent; changed words are another request. */
  createKeyFor(body: string): string {
    if (this.#createBody !== '' && this.#createBody !== body) this.#createKey = newKey();
    this.#createBody = body;
    return this.#createKey;
  }

  /** The same, for what becomes a note of an incident that is open already. */
  attachKeyFor(body: string): string {
    if (this.#attachBody !== '' && this.#attachBody !== body) this.#attachKey = newKey();
    this.#attachBody = body;
    return this.#attachKey;
  }

  /** It arrived: doing the same again, after it was taken back, is another request. */
  attached(): void {
    this.#attachKey = newKey();
  }

  /** What another seat needs to go on. The keys go along: what was sent and never answered is sent as the same wish. */
  get memo(): DraftMemo {
    return {
      form: { ...this.form },
      by_hand: this.#byHand,
      priority_by_hand: this.#priorityByHand,
      wished: this.#wished,
      answers: this.answers,
      answered_under: this.answeredUnder,
      created: this.created && { ...this.created, assignments: [] },
      dispatched: this.dispatched,
      taken: this.#taken,
      keys: { create: this.#createKey, body: this.#createBody, dispatch: this.dispatchKey },
      paper: this.paper && $state.snapshot(this.paper.fields),
    };
  }

  /** Goes on where a memo ends. One of an older console may lack what came later. */
  recall(memo: Partial<DraftMemo>): void {
    this.form = { ...emptyForm, ...memo.form };
    this.#byHand = memo.by_hand ?? null;
    this.#priorityByHand = memo.priority_by_hand ?? false;
    this.#wished = memo.wished ?? null;
    this.answers = memo.answers ?? {};
    this.answeredUnder = memo.answered_under ?? null;
    this.created = memo.created ?? null;
    this.dispatched = memo.dispatched ?? false;
    this.#taken = memo.taken ?? '';
    this.#createKey = memo.keys?.create ?? newKey();
    this.#createBody = memo.keys?.body ?? '';
    this.dispatchKey = memo.keys?.dispatch ?? newKey();
    if (this.paper && memo.paper) this.paper.fields = memo.paper;
  }

  /** What it was written for has ended: what is typed becomes an incident of its own. */
  startAnew(): void {
    this.created = null;
    this.conflict = null;
    this.dispatched = false;
    this.#taken = '';
    this.#createKey = newKey();
    this.#createBody = '';
    this.dispatchKey = newKey();
  }

  /** Takes place and kind from an incident that has ended, where nothing was typed here. */
  takeFrom(ended: Incident): void {
    const { landmark, address, areaCode, point, accuracyMetres, pointSource, fixedAt } = formOf(ended);
    const { form } = this;
    if (!form.landmark && !form.address && !form.point && !form.areaCode) {
      Object.assign(form, { landmark, address, areaCode, point, accuracyMetres, pointSource, fixedAt });
    }
    if (form.category === null) this.choose(ended);
  }

  get worthKeeping(): boolean {
    return (
      hasContent(this.form) || this.created !== null || this.hasAnswers || this.paper?.hasContent === true
    );
  }

  /** Whether closing the window now would lose somebody's words. */
  get hasUnsentWords(): boolean {
    if (this.created !== null) return this.isCorrected;
    return hasContent(this.form) || this.hasAnswers || this.paper?.hasContent === true;
  }

  get hasAnswers(): boolean {
    return Object.values(this.answers).some((given) => Object.keys(given).length > 0);
  }

  get #asked(): Choice[] {
    if (!this.dispatched || this.created === null) return [];
    return board
      .assignmentsOf(this.created.id)
      .filter((one) => one.state !== 'cancelled')
      .map((one) => ({
        agency: reference.agencies.find((agency) => agency.id === one.agency.id) ?? {
          ...one.agency,
          active: true,
          functions: [],
        },
        role: one.role,
        ticked: true,
        added: false,
        state: one.state,
      })) as Choice[];
  }
}
