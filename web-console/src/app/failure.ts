import { Problem } from '../api/problem';
import { toasts } from '../parts/toasts.svelte';
import { t, words } from './i18n/words.svelte';

/** Tells a person what went wrong, in the server's own words where it had any. */
export function tellFailure(error: unknown): void {
  if (error instanceof Problem) {
    const detail = error.detail(words.language);
    toasts.say({ tone: 'warn', title: error.title(words.language), ...(detail ? { detail } : {}) });
    return;
  }
  toasts.say({ tone: 'warn', title: t('error.unreachable') });
}

/** The reason in one line, for a place beside what did not change. */
export function reasonOf(error: unknown): string {
  return error instanceof Problem ? error.title(words.language) : t('error.unreachable');
}
