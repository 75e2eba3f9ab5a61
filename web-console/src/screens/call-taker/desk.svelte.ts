import { newKey } from '../../api/client';
import { api } from '../../api/endpoints';
import { Problem, Unreachable } from '../../api/problem';
import type { Call, CallBackOutcome, DispositionKind } from '../../api/types';
import { tellFailure } from '../../app/failure';
import { t } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { board } from '../../feed/board.svelte';
import { learnCall, learnIncident } from '../../feed/reducer';
import { toasts } from '../../parts/toasts.svelte';
import { drafts, type Draft } from './draft.svelte';
import { toNewIncident } from './form';

/** One call-taker's work: which calls wait, which one is mine, and what I do with them. */
class Desk {
  /** Calls for which an answer is on its way. */
  answering = $state.raw<ReadonlySet<string>>(new Set());
  /** A call whose outcome was recorded here and is on its way. */
  disposing = $state<string | null>(null);
  /** A call whose outcome was recorded wrongly and is chosen anew. */
  changing = $state<string | null>(null);
  #keys = new Map<string, string>();

  get waiting(): Call[] {
    return [...board.calls.values()]
      .filter((call) => call.state === 'ringing' || call.state === 'queued')
      .sort((one, other) => (one.arrived_at < other.arrived_at ? -1 : 1));
  }

  /** My live call; without one, the oldest of my calls whose outcome nobody recorded. */
  get active(): Call | null {
    const mine = [...board.calls.values()].filter(
      (call) => call.answered_by?.id === session.user?.id && call.id !== this.disposing,
    );
    const unfinished = mine
      .filter((call) => call.state === 'ended' && call.disposition === null)
      .sort((one, other) => (one.arrived_at < other.arrived_at ? -1 : 1));
    const reopened = mine.find((call) => call.id === this.changing);
    return mine.find((call) => call.state === 'connected') ?? reopened ?? unfinished[0] ?? null;
  }

  get isLive(): boolean {
    return this.active?.state === 'connected';
  }

  get callBacks(): Call[] {
    return [...board.calls.values()]
      .filter((call) => call.call_back?.state === 'open')
      .sort((one, other) => ((one.call_back?.due_at ?? '') < (other.call_back?.due_at ?? '') ? -1 : 1));
  }

  async answerOldest(): Promise<boolean> {
    const oldest = this.waiting.find((call) => !this.answering.has(call.id));
    return oldest ? this.answer(oldest) : false;
  }

  async answer(call: Call): Promise<boolean> {
    if (this.isLive || this.answering.size > 0) return false;
    const key = this.#keys.get(call.id) ?? newKey();
    this.#keys.set(call.id, key);
    this.answering = new Set([...this.answering, call.id]);
    try {
      const answered = await api.answer(call.id, key);
      learnCall(board, answered.call);
      drafts.begin(call.id, call.caller?.number ?? '');
      return true;
    } catch (error) {
      this.#keys.delete(call.id);
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
    try {
      learnCall(board, await api.hangUp(call.id));
    } catch (error) {
      tellFailure(error);
    }
  }

  /** Records the outcome; a live call is hung up with it. */
  async dispose(call: Call, kind: DispositionKind): Promise<boolean> {
    this.disposing = call.id;
    try {
      const incident = call.incident_id ?? drafts.of(call.id).created?.id;
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
    if (draft.sending === 'sending') return;
    draft.sending = 'sending';
    try {
      if (draft.dispatched) await this.#correct(draft);
      else await this.#dispatch(draft);
      draft.sending = 'typing';
    } catch (error) {
      const mayPass = error instanceof Unreachable || (error instanceof Problem && error.passes);
      draft.sending = mayPass ? 'unsent' : 'typing';
      if (error instanceof Unreachable) toasts.say({ tone: 'warn', title: t('form.unsent') });
      else tellFailure(error);
    }
  }

  async #dispatch(draft: Draft): Promise<void> {
    if (draft.created === null) {
      const incident = toNewIncident(draft.form, draft.callId);
      const key = draft.createKeyFor(JSON.stringify(incident));
      draft.created = await api.createIncident(incident, key);
      learnIncident(board, draft.created);
    }
    const sent = await api.dispatch(draft.created.id, draft.namedAgencies, draft.dispatchKey);
    learnIncident(board, sent.incident);
    draft.created = sent.incident;
    draft.dispatched = true;
    toasts.say({
      tone: 'good',
      title: t('form.sent', { number: sent.incident.number, n: sent.assignments.length }),
    });
    if (draft.callId === null) drafts.renew(draft);
  }

  /** What the caller tells later: the incident is corrected, and agencies that were added are asked. */
  async #correct(draft: Draft): Promise<void> {
    if (draft.created === null) return;
    const present = board.incidents.get(draft.created.id) ?? draft.created;
    const fields = toNewIncident(draft.form, null);
    let incident = await api.correctIncident(present.id, { version: present.version, ...fields });
    learnIncident(board, incident);
    const asked = new Set(board.assignmentsOf(incident.id).map((one) => one.agency.id));
    const more = draft.choices.filter((one) => one.added && one.ticked && !asked.has(one.agency.id));
    if (more.length > 0) {
      const sent = await api.dispatch(
        incident.id,
        more.map((one) => one.agency.id),
        draft.dispatchKey,
      );
      incident = sent.incident;
      learnIncident(board, incident);
    }
    draft.created = incident;
    toasts.say({ tone: 'good', title: t('form.corrected', { number: incident.number }) });
  }
}

export const desk = new Desk();
