import { untrack } from 'svelte';
import type { Call } from '../../api/types';
import { t } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { seat } from '../../audio/seat.svelte';
import { board } from '../../feed/board.svelte';
import { comesBackTo } from '../../parts/calls';
import { toasts } from '../../parts/toasts.svelte';

/**
 * A muted microphone is forgotten between calls, else the next caller would speak to nobody. Not so while only the line
 * of this desk is broken: what was not to be heard before is not to be heard after it either.
 */
export function keepMute(live: () => Call | null): void {
  /** The call that is talked on, or will be again. */
  let own: string | null = null;
  let isBroken = false;

  $effect(() => {
    const now = live();
    const before = own === null ? undefined : board.calls.get(own);
    if (now !== null ? now.id === own : before !== undefined && comesBackTo(before, session.user?.id)) return;
    own = now?.id ?? null;
    seat.mute(false);
  });

  $effect(() => {
    if (seat.state === 'broken') isBroken = true;
    if (!isBroken || seat.state !== 'open' || live() === null) return;
    isBroken = false;
    untrack(() => {
      if (seat.muted) toasts.say({ tone: 'warn', title: t('line.still_muted') });
    });
  });
}
