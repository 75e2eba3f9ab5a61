import { untrack } from 'svelte';
import { newKey } from '../api/client';
import { api } from '../api/endpoints';
import type { Alerts, Broadcast, CallInAnswer, Disaster } from '../api/types';
import { clock } from '../app/clock.svelte';
import { tellFailure } from '../app/failure';
import { session } from '../app/session.svelte';
import { board } from '../feed/board.svelte';

/** An answer that did not come is asked for again after this long. */
const RETRY_MILLISECONDS = 3_000;

/** The disaster mode, and words from the centre to agencies. */
class AlertBook {
  now = $state.raw<Alerts | null>(null);
  /** Whether the drawer stands open from which they are made. */
  shown = $state(false);
  busy = $state(false);
  #keys = new Map<string, string>();

  /** The mode that is on. */
  readonly on = $derived(this.now?.disaster?.state === 'on' ? this.now.disaster : null);

  /** What waits for a second person, until it lapses. */
  readonly proposed = $derived.by((): Disaster | null => {
    const last = this.now?.disaster;
    return last?.state === 'proposed' && clock.now < Date.parse(last.holds_until) ? last : null;
  });

  /** Whether this person may be the second one. */
  readonly mayConfirm = $derived(
    this.proposed !== null &&
      session.user !== null &&
      this.proposed.proposed.by.id !== session.user.id &&
      ['call_taker', 'supervisor', 'admin'].includes(session.user.role),
  );

  /** Words to this person's agency that nobody there has read. */
  readonly unread = $derived(
    session.user?.role === 'dispatcher'
      ? (this.now?.broadcasts ?? []).filter((one) => one.to.some((to) => to.read === null))
      : [],
  );

  forget(): void {
    this.now = null;
    this.shown = false;
  }

  /** Keeps them fresh for as long as a component lives. */
  follow(): void {
    $effect(() => {
      if (board.alertsTouched === null) return;
      return untrack(() => this.#load());
    });
  }

  #load(): () => void {
    let again: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const ask = () =>
      void api.alerts().then(
        (now) => {
          if (!gone) this.now = now;
        },
        () => {
          if (!gone) again = setTimeout(ask, RETRY_MILLISECONDS);
        },
      );
    ask();
    return () => {
      gone = true;
      clearTimeout(again);
    };
  }

  async propose(disaster: { name: string; incident_id?: string; decree?: string }): Promise<boolean> {
    return this.#do(async () => this.#learn(await api.proposeDisaster(disaster, this.#keyFor(disaster))));
  }

  async confirm(disaster: Disaster): Promise<boolean> {
    return this.#do(async () => this.#learn(await api.confirmDisaster(disaster.id)));
  }

  async end(disaster: Disaster, reason: string): Promise<boolean> {
    return this.#do(async () => this.#learn(await api.endDisaster(disaster.id, reason)));
  }

  async note(disaster: Disaster, person: string, answer: CallInAnswer): Promise<boolean> {
    return this.#do(async () => this.#learn(await api.noteCallIn(disaster.id, person, answer)));
  }

  async send(word: { text: string; urgent: boolean; agencies: string[] }): Promise<boolean> {
    return this.#do(async () => this.#hear(await api.sendBroadcast(word, this.#keyFor(word))));
  }

  async read(word: Broadcast): Promise<boolean> {
    return this.#do(async () => this.#hear(await api.readBroadcast(word.id)));
  }

  /** The same wish has the same key, however often it is sent; once it arrived, the same again is another one. */
  #keyFor(wish: object): string {
    const text = JSON.stringify(wish);
    const key = this.#keys.get(text) ?? newKey();
    this.#keys.set(text, key);
    return key;
  }

  #learn(disaster: Disaster): void {
    this.now = { broadcasts: this.now?.broadcasts ?? [], disaster };
  }

  #hear(word: Broadcast): void {
    const others = (this.now?.broadcasts ?? []).filter((one) => one.id !== word.id);
    const broadcasts = [word, ...others].sort((one, other) => (one.sent.at > other.sent.at ? -1 : 1));
    this.now = { disaster: this.now?.disaster ?? null, broadcasts };
  }

  async #do(act: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await act();
      this.#keys.clear();
      return true;
    } catch (error) {
      tellFailure(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

export const alerts = new AlertBook();
session.onLeave(() => alerts.forget());
