import { t } from '../app/i18n/words.svelte';
import { whenNotKept } from '../app/preferences';
/** A message stays long enough to read it twice, and to undo what it tells. */
export const TOAST_MILLISECONDS = 10_000;

/** More than this at once nobody reads. */
export const TOASTS_MAX = 4;

/** What a message offers; its key works wherever somebody types. */
export interface Choice {
  label: string;
  key?: string;
  act: () => void;
}

export interface Toast {
  id: number;
  tone: 'good' | 'warn';
  title: string;
  detail?: string;
  action?: Choice;
  other?: Choice;
}

class Toasts {
  shown = $state.raw<Toast[]>([]);
  #next = 1;

  say(toast: Omit<Toast, 'id'>): void {
    const id = this.#next;
    this.#next += 1;
    this.shown = [...this.shown, { ...toast, id }].slice(-TOASTS_MAX);
    // What went wrong stays until somebody has seen it and closes it.
    if (toast.tone === 'good') setTimeout(() => this.close(id), TOAST_MILLISECONDS);
  }

  /** Takes what a message offers. */
  take(toast: Toast, choice: Choice): void {
    this.close(toast.id);
    choice.act();
  }

  close(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();

let saidNotKept = false;
whenNotKept(() => {
  // Once: it will not be otherwise the next time.
  if (saidNotKept) return;
  saidNotKept = true;
  toasts.say({ tone: 'warn', title: t('app.not_kept'), detail: t('app.not_kept_means') });
});
