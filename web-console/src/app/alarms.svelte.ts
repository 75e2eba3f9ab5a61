import { untrack } from 'svelte';
import { player } from '../sound/player.svelte';
import type { Pattern } from '../sound/patterns';
import { session } from './session.svelte';
import { t } from './i18n/words.svelte';

/** Decides what sounds and what the title bar shows; one alarm at a time, the most urgent one. */
class Alarms {
  /** The sound that a screen wants now. Returns how to want nothing, for when the screen goes. */
  want(pattern: Pattern | null): () => void {
    // The player's own state (muted until when) must not start this again.
    untrack(() => player.sustain(pattern));
    return () => untrack(() => player.sustain(null));
  }

  /** The number of things that wait for a person here, in the title of the window. */
  count(waiting: number): () => void {
    document.title = waiting > 0 ? `(${waiting}) ${t('app.name')}` : t('app.name');
    return () => (document.title = t('app.name'));
  }

  /** Tells a person who looks at another window. No place and no name: the lock screen shows it too. */
  notify(text: string): void {
    if (!document.hidden || typeof Notification === 'undefined') return;
    if (Notification.permission === 'granted') new Notification(t('app.name'), { body: text, tag: 'sigap' });
  }
}

export const alarms = new Alarms();
session.onLeave(() => player.sustain(null));
