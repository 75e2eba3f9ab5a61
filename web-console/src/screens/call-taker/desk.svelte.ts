import { newKey } from '../../api/client';
import { api } from '../../api/endpoints';
import { Problem, Unreachable } from '../../api/problem';
import type { Answered, Call, CallBackOutcome, DispositionKind, Incident } from '../../api/types';
import { tellFailure } from '../../app/failure';
import { t } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { seat } from '../../audio/seat.svelte';
import { board } from '../../feed/board.svelte';
import { learnCall, learnIncident } from '../../feed/reducer';
import { toasts } from '../../parts/toasts.svelte';
import { tellRefusal } from '../../parts/incident/ended';
import { isLive, isMine, isOfferedTo, isWaiting } from '../../parts/calls';
import { StepKeys } from '../../parts/neighbours.svelte';
import { answersFor, carryOver, sendRest } from './card-answers.svelte';
import type { Draft } from './draft.svelte';
import { drafts } from './drafts.svelte';
import { toCorrection, toNewIncident, wordsOf } from './form';
import { toPaper } from './paper';

/** A correction meets changes of agencies' states only; more of them than this in a row is a conflict. */
const CORRECTION_ATTEMPTS_MAX = 4;

/** One call-taker's work: which calls wait, which one is mine, and what I do with them. */
class Desk {
  /** Calls for which an answer is on its way. */
  answering = $state.raw<ReadonlySet<string>>(new Set());
  /** A call whose outcome was recorded here and is on its way. */
  disposing = $state<string | null>(null);
  /** A call whose outcome is chosen by hand: recorded wrongly before, or left over by a colleague. */
  changing = $state<string | null>(null);
  /** How the call that was answered last is heard, as the server said at the answer; null after a reload. */
  audio = $state<Answered['audio'] | null>(null);
  /** The call that was ended here last: nobody has to be told why it is over. */
  hungUp: string | null = null;
  #keys = new Map<string, string>();
  readonly #stepKeys = new StepKeys();

  get waiting(): Call[] {
    return [...board.calls.values()]
      .filter(isWaiting)
      .sort((one, other) => (one.arrived_at < other.arrived_at ? -1 : 1));
  }

  /** The call that rings at this desk. The others wait for somebody else, and may be answered all the same. */
  get offered(): Call | null {
    return this.waiting.find((call) => isOfferedTo(call, session.user?.id)) ?? null;
  }

  /** Whether this desk rings: a call is meant for it, and this call-taker is ready and free. */
  get rings(): boolean {
    return this.offered !== null && !this.isLive && board.duty?.state === 'ready';
  }

  /** My live call; without one, the oldest of my calls whose outcome nobody recorded. */
  get active(): Call | null {
    const mine = [...board.calls.values()].filter(
      (call) => isMine(call, session.user?.id) && call.id !== this.disposing,
    );
    const unfinished = mine
      .filter((call) => call.state === 'ended' && call.disposition === null)
      .sort((one, other) => (one.arrived_at < other.arrived_at ? -1 : 1));
    const reopened = this.changing === this.disposing ? undefined : board.calls.get(this.changing ?? '');
    return mine.find(isLive) ?? reopened ?? unfinished[0] ?? null;
  }

  /** The form on the screen: of my call, of what I correct, or of the call that has just ended. */
  get draft(): Draft {
    const coming = [...this.answering][0];
    if (coming !== undefined) return drafts.of(coming);
    const held = drafts.held;
    if (held && drafts.pinned) return held;
    const active = this.active;
    if (active) return drafts.of(active.id);
    return held?.worthKeeping ? held : drafts.of(null);
  }

  /** Takes the outcome of a call upon oneself, whoever answered it. */
  take(call: Call): void {
    this.changing = call.id;
    drafts.begin(call.id, call.caller?.number ?? '');
  }

  /** Ended calls of anybody whose outcome nobody has recorded; the longest over comes first. */
  get unfinished(): Call[] {
    return [...board.calls.values()]
      .filter((call) => call.state === 'ended' && call.disposition === null)
      .sort((one, other) => ((one.ended_at ?? '') < (other.ended_at ?? '') ? -1 : 1));
  }

  /** A call that became an incident is no prank any more. */
  hasIncident(call: Call): boolean {
    return call.incident_id !== null || drafts.of(call.id).created !== null;
  }

  get isLive(): boolean {
    return this.active !== null && isLive(this.active);
  }

  /**
   * Why nobody at this desk hears my caller: the telephone still rings, the line comes back by itself, or there is none;
   * null while it is heard.
   */
  get deaf(): 'phone_rings' | 'reopening' | 'not_heard' | null {
    if (!this.isLive) return null;
    if (board.phoneRings) return 'phone_rings';
    if (seat.state === 'open') return null;
    if (seat.state === 'broken' || seat.state === 'opening') return 'reopening';
    const byPhone = board.duty?.audio.kind === 'phone';
    return this.audio === 'none' || (this.audio === null && !byPhone) ? 'not_heard' : null;
  }

  get callBacks(): Call[] {
    return [...board.calls.values()]
      .filter((call) => call.call_back?.state === 'open')
      .sort((one, other) => ((one.call_back?.due_at ?? '') < (other.call_back?.due_at ?? '') ? -1 : 1));
  }

  /** How often the person rang again whose call-back this is: it is one duty all the same. */
  redialsOf(call: Call): number {
    return [...board.calls.values()].filter((one) => one.call_back_with === call.id).length;
  }

  /** What rings here, or else whoever waits longest. */
  async answerNext(): Promise<boolean> {
    const next = this.offered ?? this.waiting.find((call) => !this.answering.has(call.id));
    return next ? this.answer(next) : false;
  }

  async answer(call: Call): Promise<boolean> {
    if (this.isLive || this.answering.size > 0) return false;
    const key = this.#keys.get(call.id) ?? newKey();
    this.#keys.set(call.id, key);
    // From the key on, what is typed is about this caller: the answer may take a while, and the form before belongs to another.
    const giveBack = drafts.begin(call.id, call.caller?.number ?? '');
    this.answering = new Set([...this.answering, call.id]);
    try {
      const answered = await api.answer(call.id, key);
      learnCall(board, answered.call);
      this.audio = answered.audio;
      // The caller is there and cannot be heard: whatever this desk believed of its audio, it is asked again.
      if (answered.audio === 'none') seat.verify().catch(() => undefined);
      return true;
    } catch (error) {
      this.#keys.delete(call.id);
      giveBack();
      if (error instanceof Problem && error.body.winner) {
        toasts.say({ tone: 'warn', title: t('desk.answered_by_other', { name: error.body.winner.name }) });
      } else {
        tellFailure(error);
      }
      return false;
    } finally {
      this.answering = new Set([...this.answering].filter((one) => one !== call.id));
    }
  }

  async hangUp(call: Call): Promise<void> {
    this.hungUp = call.id;
    try {
      learnCall(board, await api.hangUp(call.id));
    } catch (error) {
      tellFailure(error);
    }
  }

  /** Records the outcome; a live call is hung up with it. */
  async dispose(call: Call, kind: DispositionKind, about?: string): Promise<boolean> {
    this.disposing = call.id;
    try {
      const incident = about ?? call.incident_id ?? drafts.of(call.id).created?.id;
      const needsIncident = kind === 'incident' || kind === 'duplicate';
      learnCall(
        board,
        await api.dispose(call.id, kind, needsIncident && incident ? { incident_id: incident } : {}),
      );
      drafts.end(call.id);
      if (this.changing === call.id) this.changing = null;
      return true;
    } catch (error) {
      tellFailure(error);
      return false;
    } finally {
      this.disposing = null;
    }
  }

  /**
   * A second report of an incident: the call belongs to it, and the words typed so far become its note, in one act. Who is
   * on the line stays there. Gives how to take it back, which brings the words back as well; null when it was refused.
   * `go`: how to go on when that incident has ended meanwhile.
   */
  async attach(
    call: Call,
    incident: string,
    go: { again: () => unknown; anew: (ended: Incident) => void },
  ): Promise<{ noted: boolean; undo: () => Promise<void> } | null> {
    const draft = drafts.of(call.id);
    const isOwn = draft.callId === call.id;
    const note = isOwn ? wordsOf(draft.form) : '';
    try {
      const said = { incident_id: incident, hang_up: false, ...(note && { note }) };
      learnCall(board, await api.dispose(call.id, 'duplicate', said, draft.attachKeyFor(incident + note)));
    } catch (error) {
      void tellRefusal(error, { incident, ...go });
      return null;
    }
    const takeBack = isOwn ? await carryOver(draft, incident) : undefined;
    draft.attached();
    if (this.changing === call.id) this.changing = null;
    const bringBack = isOwn && isLive(call) ? drafts.renew(draft) : undefined;
    if (isOwn && !isLive(call)) drafts.end(call.id);
    const undo = async () => {
      try {
        learnCall(board, await api.withdraw(call.id));
        // The words first: what fails after this must not cost them.
        bringBack?.();
        await takeBack?.();
        toasts.say({ tone: 'good', title: t('dup.withdrawn') });
      } catch (error) {
        tellFailure(error);
      }
    };
    return { noted: note !== '', undo };
  }

  async recordCallBack(call: Call, outcome: CallBackOutcome): Promise<void> {
    try {
      learnCall(board, await api.recordCallBack(call.id, outcome));
    } catch (error) {
      tellFailure(error);
    }
  }

  async closeIncident(incident: string): Promise<void> {
    try {
      learnIncident(board, await api.close(incident));
    } catch (error) {
      tellFailure(error);
    }
  }

  /** Creates the incident and sends it to its agencies; each half may be repeated without doubling. */
  async send(draft: Draft): Promise<void> {
    if (draft.sending === 'sending' || draft.namesNobody) return;
    draft.sending = 'sending';
    try {
      if (draft.dispatched) await this.#correct(draft);
      else await this.#dispatch(draft);
      draft.sending = 'typing';
    } catch (error) {
      const mayPass = error instanceof Unreachable || (error instanceof Problem && error.passes);
      draft.sending = mayPass ? 'unsent' : 'typing';
      if (error instanceof Unreachable) toasts.say({ tone: 'warn', title: t('form.unsent') });
      else if (draft.created) {
        const again = () => this.send(draft);
        void tellRefusal(error, { incident: draft.created.id, again, anew: () => draft.startAnew() });
      } else tellFailure(error);
    }
  }

  /** Types a paper form in: the incident as it stands there, and a fresh sheet. Nothing typed is lost by a refusal. */
  async enterPaper(draft: Draft): Promise<Incident | null> {
    const sheet = draft.paper;
    if (sheet === null || draft.sending === 'sending') return null;
    draft.sending = 'sending';
    try {
      const answered = answersFor(draft);
      const report = { ...toNewIncident(draft.form, null), ...(answered && { card: answered }) };
      const incident = { ...report, paper: toPaper(sheet.fields) };
      const entered = await api.createIncident(incident, draft.createKeyFor(JSON.stringify(incident)));
      learnIncident(board, entered);
      draft.sending = 'typing';
      drafts.renew(draft);
      return entered;
    } catch (error) {
      const mayPass = error instanceof Unreachable || (error instanceof Problem && error.passes);
      draft.sending = mayPass ? 'unsent' : 'typing';
      if (error instanceof Unreachable) toasts.say({ tone: 'warn', title: t('form.unsent') });
      else if (!sheet.take(error)) tellFailure(error);
      return null;
    }
  }

  /** Offers the incident of a call to a neighbouring centre; what is not an incident yet becomes one first. */
  async offer(call: Call, draft: Draft, to: string): Promise<Incident | null> {
    let incident: string | null = null;
    try {
      if (draft.created === null && call.incident_id === null) await this.#create(draft);
      // What was typed since goes with the packet.
      else if (draft.created && draft.isCorrected && !(await this.#correctFields(draft))) return null;
      incident = draft.created?.id ?? call.incident_id;
      if (!incident) return null;
      const known = board.incidents.get(incident) ?? draft.created ?? (await api.incident(incident));
      const step = { action: 'offer' as const, to };
      const offered = await api.transferIncident(incident, step, this.#stepKeys.of(known, step));
      learnIncident(board, offered);
      return offered;
    } catch (error) {
      if (incident) void tellRefusal(error, { incident, again: () => this.offer(call, draft, to) });
      else tellFailure(error);
      return null;
    }
  }

  async #create(draft: Draft): Promise<void> {
    const answered = answersFor(draft);
    const incident = { ...toNewIncident(draft.form, draft.callId), ...(answered && { card: answered }) };
    const key = draft.createKeyFor(JSON.stringify(incident));
    const created = await api.createIncident(incident, key);
    draft.took(created);
    draft.answersTaken(answered?.answers ?? [], null);
    sendRest(draft);
    learnIncident(board, created);
  }

  async #dispatch(draft: Draft): Promise<void> {
    if (draft.created === null) {
      await this.#create(draft);
    } else if (draft.isCorrected && !(await this.#correctFields(draft))) {
      return;
    }
    const incident = draft.created;
    if (incident === null) return;
    const sent = await api.dispatch(incident.id, draft.namedAgencies, draft.dispatchKey);
    learnIncident(board, sent.incident);
    draft.created = sent.incident;
    draft.askedAgencies();
    toasts.say({
      tone: 'good',
      title: t('form.sent', { number: sent.incident.number, n: sent.assignments.length }),
    });
    if (draft.callId === null) drafts.renew(draft);
  }

  /** What is learned later: the incident is corrected, and agencies that were added are asked. */
  async #correct(draft: Draft): Promise<void> {
    if (draft.created === null) return;
    if (draft.isCorrected && !(await this.#correctFields(draft))) return;
    const more = draft.furtherAgencies;
    if (more.length > 0) {
      const sent = await api.dispatch(draft.created.id, more, draft.dispatchKey);
      learnIncident(board, sent.incident);
      draft.created = sent.incident;
      draft.askedAgencies();
    }
    toasts.say({ tone: 'good', title: t('form.corrected', { number: draft.created.number }) });
  }

  /**
   * Sends what was typed with the version that the person saw. Agencies report all the time, and each report
   * is a version: only a changed report is a conflict, which shows the present state and keeps the words here.
   */
  async #correctFields(draft: Draft): Promise<boolean> {
    let present = draft.created && (board.incidents.get(draft.created.id) ?? draft.created);
    for (let attempt = 0; present && attempt < CORRECTION_ATTEMPTS_MAX; attempt += 1) {
      if (draft.isOvertakenBy(present)) break;
      try {
        const fields = toCorrection(draft.form);
        const incident = await api.correctIncident(present.id, { version: present.version, ...fields });
        draft.took(incident);
        learnIncident(board, incident);
        return true;
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'version_conflict') throw error;
        present = await api.incident(present.id);
        learnIncident(board, present);
      }
    }
    draft.conflict = present;
    return false;
  }

  /** After a conflict: what was typed here shall stand, over what somebody else wrote. */
  async overrule(draft: Draft): Promise<void> {
    draft.created = draft.conflict ?? draft.created;
    draft.conflict = null;
    await this.send(draft);
  }
}

export const desk = new Desk();
