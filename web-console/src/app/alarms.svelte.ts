import { untrack } from 'svelte';
import { newKey } from '../api/client';
import { api } from '../api/endpoints';
import type { AlarmCount, Role } from '../api/types';
import type { AlarmWindow } from '../sound/count';
import { player } from '../sound/player.svelte';
import type { Pattern } from '../sound/patterns';
import { session } from './session.svelte';
import { t } from './i18n/words.svelte';

/** Whose alarms count: who sits at a desk and has to answer them. */
const takesDuty = new Set<Role>(['call_taker', 'dispatcher', 'supervisor']);

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
session.onLeave(() => {
  player.sustain(null);
  // What the one who goes heard is not counted for the one who comes.
  player.counter.takeAll();
});

/** Tells the server what sounded here, once ten minutes are over. */
async function report(): Promise<void> {
  for (const window of player.counter.take(Date.now())) {
    const key = `alarms-${window.from}-${page}`;
    await api.countAlarms(asSent(window), key).catch(() => player.counter.giveBack(window));
  }
}

/** What was counted so far, of a window that is not over: windows of one person add up. */
async function reportAll(): Promise<void> {
  if (!session.user || !takesDuty.has(session.user.role)) return;
  const all = player.counter.takeAll();
  await Promise.all(all.map((window) => api.countLastAlarms(asSent(window)).catch(() => undefined)));
}

session.beforeSignOut(reportAll);
addEventListener('pagehide', () => void reportAll());

function asSent({ from, begun, mutedSeconds }: AlarmWindow): AlarmCount {
  const counts = Object.entries(begun) as [Pattern, number][];
  return {
    from: new Date(from).toISOString(),
    begun: counts.map(([sound, count]) => ({ sound, count })),
    muted_s: mutedSeconds,
  };
}

/** Each page counts for itself. */
const page = newKey();
const REPORT_EVERY_MILLISECONDS = 60_000;
setInterval(() => {
  if (session.user && takesDuty.has(session.user.role)) void report();
}, REPORT_EVERY_MILLISECONDS);
