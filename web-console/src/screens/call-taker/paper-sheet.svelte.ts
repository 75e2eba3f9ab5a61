import { api } from '../../api/endpoints';
import { Problem } from '../../api/problem';
import type { PaperForm } from '../../api/types';
import { clock } from '../../app/clock.svelte';
import { t, words } from '../../app/i18n/words.svelte';
import { dayHere } from '../../app/time';
import { emptyPaper, hasPaperContent, paperFaults, type PaperFields } from './paper';

/** The sheet that lies beside the keyboard: what was typed off it, and what is wrong with that. */
export class PaperSheet {
  fields = $state<PaperFields>(emptyPaper(''));
  /** What the server said of a field; it goes when the field is changed. */
  refused = $state.raw<Record<string, string>>({});
  /** Set by an attempt to send: from then on what is missing is marked. */
  tried = $state(false);
  /** The incident that has this form's number, once the server said so. */
  usedFor = $state.raw<{ id: string; number: string } | null>(null);
  /** What is known of the number that is typed; null while nothing is. */
  known = $state.raw<PaperForm | 'unknown' | null>(null);

  /** Many forms come from one night: the day and who took the reports stay. */
  constructor(before?: PaperSheet) {
    const { date, takenBy } = before?.fields ?? { date: dayHere(clock.now), takenBy: '' };
    this.fields = emptyPaper(date, takenBy);
  }

  get hasContent(): boolean {
    return hasPaperContent(this.fields);
  }

  get isFaulty(): boolean {
    return Object.keys(paperFaults(this.fields)).length > 0;
  }

  fault(field: string): string | undefined {
    const missing = this.tried ? paperFaults(this.fields)[field] : undefined;
    return missing ? t(missing) : this.refused[field];
  }

  /** Somebody changes a field: what was said of it holds no more. */
  changed(field: string): void {
    const { [field]: _, ...rest } = this.refused;
    this.refused = rest;
    if (field === 'form') this.usedFor = null;
  }

  /** A line is gone: what was said of lines by their place holds no more. */
  changedTasks(): void {
    const others = Object.entries(this.refused).filter(([field]) => !field.startsWith('tasks['));
    this.refused = Object.fromEntries(others);
  }

  /** Takes what the server says of the sheet; false when it is about something else. */
  take(error: unknown): boolean {
    if (!(error instanceof Problem)) return false;
    const current = error.body.current as
      { incident_id?: string; incident_number?: string } | null | undefined;
    if (error.code === 'form_used' && current?.incident_id && current.incident_number) {
      this.usedFor = { id: current.incident_id, number: current.incident_number };
    }
    if (error.code === 'form_used' || error.code === 'form_spoiled') {
      this.refused = { form: error.title(words.language) };
      return false;
    }
    const said = (error.body.errors ?? []).filter((one) => one.field.startsWith('paper.'));
    const entries = said.map((one) => [
      one.field.slice('paper.'.length),
      error.field(one.field, words.language),
    ]);
    this.refused = Object.fromEntries(entries.filter((one) => one[1]));
    return said.length > 0 && said.length === error.body.errors?.length;
  }

  /** Looks the number up, so that a slip is seen before the rest is typed. */
  look(): () => void {
    const typed = this.fields.form.trim();
    this.known = null;
    if (!typed) return () => undefined;
    const gone = new AbortController();
    const wait = setTimeout(() => {
      api.paperForm(typed, gone.signal).then(
        (form) => {
          if (!gone.signal.aborted) this.known = form;
        },
        (error) => {
          if (error instanceof Problem && error.status === 404 && !gone.signal.aborted)
            this.known = 'unknown';
        },
      );
    }, 300);
    return () => {
      clearTimeout(wait);
      gone.abort();
    };
  }
}
