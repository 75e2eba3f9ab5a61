import { untrack } from 'svelte';
import type { Call } from '../../api/types';
import { t } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { board } from '../../feed/board.svelte';
import { isSupervisedBy } from '../../parts/calls';
import { toasts } from '../../parts/toasts.svelte';
import { callerNumber } from '../call-taker/describe';

/** What this supervisor did last; what only befell them is told. */
export const listening = {
  /** The call that they left by a press. */
  left: null as string | null,
};

/** A supervisor whose line broke for too long is no longer on the call, which goes on without them: that is said. */
export function tellWhenCutOff(live: () => Call[]): void {
  let own: string | null = null;

  $effect(() => {
    const now = live().find((call) => isSupervisedBy(call, session.user?.id));
    if (now !== undefined) {
      own = now.id;
      return;
    }
    const before = own === null ? undefined : board.calls.get(own);
    own = null;
    if (before === undefined || before.state === 'ended' || before.id === listening.left) return;
    const title = t('supervise.cut_off', { number: callerNumber(before) });
    untrack(() => toasts.say({ tone: 'warn', title }));
  });
}
