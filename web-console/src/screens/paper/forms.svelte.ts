import { newKey } from '../../api/client';
import { api } from '../../api/endpoints';
import type { FormStep, PaperForm, PaperFormPage } from '../../api/types';
import { tellFailure } from '../../app/failure';
import { t } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { toasts } from '../../parts/toasts.svelte';

/** What is on its way to the printer. */
export interface Printing {
  centre: string;
  numbers: string[];
  /** These numbers were printed before: the sheets say so. */
  again: boolean;
}

/** Paper forms: the list, and what is printed of them. */
class Forms {
  /** Whether the list lies beside the work, and not on a page of its own. */
  shown = $state(false);
  page = $state.raw<PaperFormPage | null>(null);
  /** Whether the list could not be read: what is shown may be older, or nothing. */
  unread = $state(false);
  printing = $state.raw<Printing | null>(null);
  busy = $state(false);
  #key = newKey();

  get mayUse(): boolean {
    return session.user?.role === 'supervisor' || session.user?.role === 'call_taker';
  }

  /** Asks for the list; returns how to stop listening to the answer. */
  load(): () => void {
    let gone = false;
    api.paperForms().then(
      (page) => {
        if (gone) return;
        this.page = page;
        this.unread = false;
      },
      () => {
        if (!gone) this.unread = true;
      },
    );
    return () => (gone = true);
  }

  /** Gives numbers out and prints them. A repeat after a failure asks for the same ones. */
  async print(count: number): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const batch = await api.giveOutForms(count, this.#key);
      this.#key = newKey();
      const numbers = batch.items.map((form) => form.number);
      this.printing = { centre: batch.centre, numbers, again: false };
      this.load();
      const [first = '', last = ''] = [numbers[0], numbers.at(-1)];
      toasts.say({
        tone: 'good',
        title:
          numbers.length === 1
            ? t('paper.printed_one', { first })
            : t('paper.printed', { n: numbers.length, first, last }),
      });
    } catch (error) {
      tellFailure(error);
    } finally {
      this.busy = false;
    }
  }

  /** Prints what was given out once more, where the printer failed: no new numbers. */
  printAgain(numbers: string[]): void {
    this.printing = { centre: this.page?.centre ?? '', numbers, again: true };
  }

  async settle(form: PaperForm, step: FormStep, reason: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await api.settleForm(form.number, step, reason);
    } catch (error) {
      tellFailure(error);
      return false;
    } finally {
      this.busy = false;
    }
    // Whoever asked sees what became of it before they go on.
    await this.#refresh();
    return true;
  }

  async #refresh(): Promise<void> {
    try {
      this.page = await api.paperForms();
      this.unread = false;
    } catch {
      this.unread = true;
    }
  }

  forget(): void {
    this.shown = false;
    this.page = null;
    this.unread = false;
    this.printing = null;
  }
}

export const forms = new Forms();
session.onLeave(() => forms.forget());
