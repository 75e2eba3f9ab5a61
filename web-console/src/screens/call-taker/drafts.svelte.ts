import type { Incident } from '../../api/types';
import { session } from '../../app/session.svelte';
import { board } from '../../feed/board.svelte';
import { Draft, type DraftMemo } from './draft.svelte';
import { PaperSheet } from './paper-sheet.svelte';

/** Where the draft of a paper form is kept: there is one sheet beside the keyboard at a time. */
const PAPER = 'paper';

/** As the server names it. */
function nameOf(place: string | null, draft: Draft): string {
  if (place === null) return 'free';
  if (draft.paper) return PAPER;
  return draft.callId === null ? `incident-${place}` : `call-${place}`;
}

function placeOf(name: string): string | null {
  return name === 'free' ? null : name.replace(/^(call|incident)-/, '');
}

/** One draft for each call, one for a report without a call, one for each incident that is corrected, one for paper. */
class Drafts {
  #all = $state.raw<ReadonlyMap<string | null, Draft>>(new Map([[null, new Draft(null)]]));
  /** What stays on the screen although no call asks for it: after a call, or while an incident is corrected. */
  held = $state.raw<Draft | null>(null);
  /** True while a correction was opened by hand: it then goes before the form of a call. */
  pinned = $state(false);

  of(callId: string | null): Draft {
    return this.#all.get(callId) ?? this.#all.get(null) ?? new Draft(null);
  }

  /** Opens the form of a call. Gives how to go back to what was open, should the call not come: typed words stay in view. */
  begin(callId: string, reporterNumber: string): () => void {
    const { held, pinned } = this;
    const known = this.#all.get(callId);
    const draft = known ?? new Draft(callId);
    if (!known) draft.form.reporterNumber = reporterNumber;
    this.#forgetFinished();
    this.#put(callId, draft);
    // The caller may hang up at any moment; the form of the call stays until the next one.
    this.held = draft;
    this.pinned = false;
    return () => {
      if (this.held === draft && !draft.worthKeeping) [this.held, this.pinned] = [held, pinned];
    };
  }

  /** Opens an incident for correction. Words that were typed for it and never sent are found again. */
  correct(incident: Incident): Draft {
    const known = [...this.#all.values()].find((one) => one.created?.id === incident.id);
    const draft = known ?? Draft.correcting(incident);
    if (known && !known.isCorrected) known.load(incident);
    if (!known) this.#put(incident.id, draft);
    this.held = draft;
    this.pinned = true;
    return draft;
  }

  /** Opens what is typed in from paper; what was typed before is found again. */
  takePaper(): Draft {
    const draft = this.#all.get(PAPER) ?? new Draft(null, new PaperSheet());
    this.#put(PAPER, draft);
    this.held = draft;
    this.pinned = true;
    return draft;
  }

  /** Goes back to calls; what was typed off the paper stays. */
  putPaperAside(): void {
    if (!this.held?.paper) return;
    this.held = null;
    this.pinned = false;
  }

  /** Whether a sheet was begun and not recorded. */
  get paperWaits(): boolean {
    return this.#all.get(PAPER)?.worthKeeping === true;
  }

  /** Puts an empty one in the place of a draft, and gives the old one for an undo. */
  renew(old: Draft): () => void {
    const before = this.#all;
    const { held, pinned } = this;
    const place = [...before].find(([, draft]) => draft === old)?.[0] ?? null;
    const fresh = new Draft(old.callId, old.paper && new PaperSheet(old.paper));
    fresh.form.reporterNumber = old.callId === null ? '' : old.form.reporterNumber;
    this.#put(place, fresh);
    if (held === old) {
      this.held = fresh.paper && fresh;
      this.pinned = fresh.paper !== null;
    }
    return () => {
      this.#put(place, old);
      this.held = held;
      this.pinned = pinned;
    };
  }

  /** Each draft under the name by which the server keeps it. */
  get named(): [string, Draft][] {
    return [...this.#all].map(([place, draft]) => [nameOf(place, draft), draft]);
  }

  has(callId: string): boolean {
    return this.#all.has(callId);
  }

  /** The draft of this name that was typed elsewhere, or before this page was loaded. What is typed here already stays. */
  recall(name: string, memo: Partial<DraftMemo>): Draft | null {
    const place = placeOf(name);
    const callId = name.startsWith('call-') ? place : null;
    const known = this.#all.get(place);
    if (known?.hasUnsentWords) return null;
    const draft = known ?? new Draft(callId, name === PAPER ? new PaperSheet() : null);
    draft.recall(memo);
    this.#put(place, draft);
    return draft;
  }

  /** Forgets the draft of a call that became no incident. */
  end(callId: string): void {
    const draft = this.#all.get(callId);
    if (draft?.created) return;
    const rest = new Map(this.#all);
    rest.delete(callId);
    this.#all = rest;
    if (this.held === draft) this.held = null;
  }

  forget(): void {
    this.#all = new Map([[null, new Draft(null)]]);
    this.held = null;
    this.pinned = false;
  }

  /** What the server has, of calls that are over, need not be kept for a whole shift. */
  #forgetFinished(): void {
    const needed = ([place, draft]: [string | null, Draft]) => {
      const owes = draft.callId !== null && board.calls.get(draft.callId)?.disposition === null;
      return place === null || owes || draft.created === null || draft.isCorrected;
    };
    this.#all = new Map([...this.#all].filter(needed));
  }

  #put(place: string | null, draft: Draft): void {
    this.#all = new Map([...this.#all, [place, draft]]);
  }
}

export const drafts = new Drafts();
session.onLeave(() => drafts.forget());
