import { newKey } from '../../api/client';
import { api } from '../../api/endpoints';
import type { Call, Referral, ReferralTarget } from '../../api/types';
import { tellFailure } from '../../app/failure';
import { local } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { toasts } from '../../parts/toasts.svelte';
import { drafts } from './drafts.svelte';

/** What is no emergency, on its way to the service that answers it. */
class Refer {
  call = $state.raw<Call | null>(null);
  to = $state.raw<ReferralTarget | null>(null);
  about = $state('');
  /** With its number, once it has one. */
  done = $state.raw<Referral | null>(null);
  busy = $state(false);
  #key = '';

  /** Where to is chosen in the panel. */
  begin(call: Call, about: string): void {
    // One number at a time: the panel of one that is on its way stays until it has come.
    if (this.busy) return;
    [this.call, this.to, this.about, this.done] = [call, null, about, null];
    this.#key = newKey();
  }

  async send(): Promise<void> {
    const { call, to } = this;
    if (!call || !to || this.done || this.busy || !this.about.trim()) return;
    this.busy = true;
    try {
      const done = await api.refer(call.id, to.code, this.about.trim(), this.#key);
      // What was typed is the service's now, and no report that waits to be sent.
      drafts.end(call.id);
      if (this.call?.id === call.id) this.done = done;
      else toasts.say({ tone: 'good', title: done.number, detail: local(done.say_id, done.say_en) });
    } catch (error) {
      tellFailure(error);
    } finally {
      this.busy = false;
    }
  }

  /** Puts the panel away; not while its number is on its way. */
  close(): void {
    if (!this.busy) this.forget();
  }

  forget(): void {
    [this.call, this.to, this.done] = [null, null, null];
  }
}

export const refer = new Refer();
session.onLeave(() => refer.forget());
