import { untrack } from 'svelte';
import { board } from '../../feed/board.svelte';
import { ringsOut } from '../../parts/calls';
import { toasts } from '../../parts/toasts.svelte';
import { whyNotReached } from './describe';
import { desk } from './desk.svelte';

/** A number that this desk had called and that nobody answered is said so; what was ended here needs no word. */
export function tellWhatBecame(): void {
  let dialled: string | null = null;

  $effect(() => {
    const active = desk.active;
    if (active !== null && ringsOut(active)) {
      dialled = active.id;
      return;
    }
    const call = dialled === null ? undefined : board.calls.get(dialled);
    dialled = null;
    if (call?.state !== 'ended' || desk.hungUp === call.id) return;
    const title = whyNotReached(call);
    if (title !== null) untrack(() => toasts.say({ tone: 'warn', title }));
  });
}
