import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { api } from '../../api/endpoints';
import { Problem } from '../../api/problem';
import type { FormDraft } from '../../api/types';
import { t } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { board } from '../../feed/board.svelte';
import { feed } from '../../feed/feed.svelte';
import { toasts } from '../../parts/toasts.svelte';
import { desk } from './desk.svelte';
import type { Draft, DraftMemo } from './draft.svelte';
import { drafts } from './drafts.svelte';

/** How often what was typed goes to the server; leaving a field sends it at once. */
export const KEEP_EVERY_MILLISECONDS = 2_000;

/** What is known of one form on the server. */
interface Kept {
  revision: number;
  /** As it was sent last. */
  text: string;
}

/** What a person may be told of the form that they type into. */
export interface Keeping {
  /** When it was kept last. */
  at: string | null;
  /** The last try did not get through; the next one comes by itself. */
  failing: boolean;
}

/** Keeps what is typed on the server, and brings back what was typed before this page was loaded or at another seat. */
class DraftKeeper {
  #keeping = new SvelteMap<string, Keeping>();
  #kept = new Map<string, Kept>();
  #busy = new Set<string>();
  #isLoaded = false;

  of(draft: Draft): Keeping | null {
    const name = drafts.named.find((one) => one[1] === draft)?.[0];
    return (name !== undefined && this.#keeping.get(name)) || null;
  }

  /** Begins with what the server has; returns how to stop. */
  start(): () => void {
    const tick = () => void (this.#isLoaded ? this.flush() : this.#load());
    const timer = setInterval(tick, KEEP_EVERY_MILLISECONDS);
    const left = () => this.flush();
    const hidden = () => this.flush(true);
    addEventListener('focusout', left);
    addEventListener('pagehide', hidden);
    document.addEventListener('visibilitychange', hidden);
    tick();
    return () => {
      clearInterval(timer);
      removeEventListener('focusout', left);
      removeEventListener('pagehide', hidden);
      document.removeEventListener('visibilitychange', hidden);
    };
  }

  /** Whether closing the window now would lose words that the server has not. */
  get owes(): boolean {
    const unsent = drafts.named.filter(([, draft]) => draft.hasUnsentWords);
    return unsent.some(([name, draft]) => this.#kept.get(name)?.text !== JSON.stringify(draft.memo));
  }

  /** Sends what changed, and has forgotten what was handed in. `last`: the page may be gone before the answer. */
  flush(last = false): void {
    if (!this.#isLoaded) return;
    const words = drafts.named.filter(([, draft]) => draft.hasUnsentWords);
    for (const [name, draft] of words) {
      const text = JSON.stringify(draft.memo);
      const known = this.#kept.get(name);
      if (known?.text !== text && !this.#busy.has(name)) void this.#keep(name, draft, text, last);
    }
    const needed = new Set(words.map(([name]) => name));
    for (const name of this.#kept.keys())
      if (!needed.has(name) && !this.#busy.has(name)) void this.#drop(name);
  }

  /** Somebody has this call now: what was typed for it before, here or elsewhere, goes on. */
  async look(call: string): Promise<void> {
    if (this.#kept.has(`call-${call}`)) return;
    try {
      for (const one of await api.formDrafts(call)) await this.#bring(one);
    } catch {
      // Then the first writing is told that there is something.
    }
  }

  forget(): void {
    this.#keeping.clear();
    this.#kept.clear();
    this.#isLoaded = false;
  }

  async #load(): Promise<void> {
    if (this.#busy.has('')) return;
    this.#busy.add('');
    try {
      const found = await api.formDrafts();
      let brought = 0;
      for (const one of found) if (await this.#bring(one)) brought += 1;
      this.#isLoaded = true;
      if (brought > 0) toasts.say({ tone: 'good', title: t('form.recalled') });
    } catch {
      // The next tick asks again; until then nothing is written over what the server has.
    } finally {
      this.#busy.delete('');
    }
  }

  async #bring(one: FormDraft): Promise<boolean> {
    const memo = one.content as Partial<DraftMemo>;
    const call = one.form.startsWith('call-') ? board.calls.get(one.form.slice(5)) : undefined;
    // Of a call that is long over: the server forgets it by itself.
    if (one.form.startsWith('call-') && !call) return false;
    if (call?.disposition && call.incident_id === null) {
      this.#kept.set(one.form, { revision: one.revision, text: '' });
      return false;
    }
    const draft = drafts.recall(one.form, memo);
    if (!draft) return false;
    // It was handed in, and this page never heard the answer: what the server made of it is newer than the memo.
    if (call?.incident_id && draft.created === null) {
      const incident = board.incidents.get(call.incident_id) ?? (await api.incident(call.incident_id));
      draft.dispatched = incident.assignments.length > 0;
      draft.load(incident);
    }
    this.#kept.set(one.form, { revision: one.revision, text: JSON.stringify(draft.memo) });
    this.#keeping.set(one.form, { at: one.at, failing: false });
    return draft.hasUnsentWords;
  }

  async #keep(name: string, draft: Draft, text: string, last: boolean): Promise<void> {
    this.#busy.add(name);
    const revision = this.#kept.get(name)?.revision ?? 0;
    try {
      const kept = await api.keepFormDraft(name, revision, JSON.parse(text) as object, last);
      this.#kept.set(name, { revision: kept.revision, text });
      this.#keeping.set(name, { at: kept.at, failing: false });
    } catch (error) {
      const present =
        error instanceof Problem && error.code === 'draft_overtaken' ? error.body.current : null;
      if (present) this.#overtaken(draft, present as unknown as FormDraft, text);
      else this.#keeping.set(name, { at: this.#keeping.get(name)?.at ?? null, failing: true });
    } finally {
      this.#busy.delete(name);
    }
  }

  /** Two screens, one form: whoever types next decides, knowing of the other. */
  #overtaken(draft: Draft, present: FormDraft, text: string): void {
    this.#kept.set(present.form, { revision: present.revision, text });
    toasts.say({
      tone: 'warn',
      title: t('form.overtaken', { name: present.author.name }),
      detail: t('form.overtaken_hint'),
      action: {
        label: t('form.overtaken_take'),
        key: 'Alt+O',
        act: () => {
          draft.recall(present.content as Partial<DraftMemo>);
          this.#kept.set(present.form, { revision: present.revision, text: JSON.stringify(draft.memo) });
        },
      },
    });
  }

  async #drop(name: string): Promise<void> {
    this.#busy.add(name);
    try {
      await api.dropFormDraft(name);
      this.#kept.delete(name);
      this.#keeping.delete(name);
    } catch {
      // Tried again with the next tick.
    } finally {
      this.#busy.delete(name);
    }
  }
}

export const keeper = new DraftKeeper();
session.onLeave(() => keeper.forget());

/** For as long as the call-taker's screen is open. */
export function keepDrafts(): void {
  $effect(() => {
    if (feed.filled) return untrack(() => keeper.start());
    return undefined;
  });
  const active = $derived(desk.active?.id ?? null);
  $effect(() => {
    if (active === null) return;
    untrack(() => {
      // It is mine without a key of mine: the page was loaded anew, or somebody handed it to me.
      const call = board.calls.get(active);
      if (call && !drafts.has(active)) drafts.begin(active, call.caller?.number ?? '');
      void keeper.look(active);
    });
  });
}
