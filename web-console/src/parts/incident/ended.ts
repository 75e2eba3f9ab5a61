import { api } from '../../api/endpoints';
import { Problem } from '../../api/problem';
import type { Incident } from '../../api/types';
import { tellFailure } from '../../app/failure';
import { t } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { board } from '../../feed/board.svelte';
import { isOpen, learnIncident } from '../../feed/reducer';
import { toasts } from '../toasts.svelte';

/** The keys of what is offered; they work wherever somebody types. */
export const REOPEN_KEY = 'Alt+B';
export const NEW_KEY = 'Alt+I';

/** What somebody meant to do with an incident that has ended meanwhile. */
export interface Meant {
  /** Which incident. */
  incident: string;
  /** Does it after all, once the incident is open again. */
  again: () => unknown;
  /** Begins an incident of its own instead, where there is a form for it. */
  anew?: (ended: Incident) => void;
}

/** Tells why something was not done. Where an incident has ended meanwhile, it offers how to go on. */
export async function tellRefusal(error: unknown, meant: Meant): Promise<void> {
  const hasEnded = error instanceof Problem && error.code === 'incident_ended';
  if (!hasEnded || !mayReopen()) return tellFailure(error);
  try {
    const ended: Incident = await api.incident(meant.incident);
    learnIncident(board, ended);
    // Of two incidents it may be the other one, or somebody opened it again just now.
    if (isOpen(ended)) return tellFailure(error);
    offer(ended, meant, t('ended.kept'));
  } catch {
    tellFailure(error);
  }
}

/** A note is taken by an ended incident too; who wrote it must know that nobody works on it any more. */
export function tellIfEnded(incident: Incident): void {
  if (!isOpen(incident) && incident.status !== 'merged' && mayReopen()) {
    offer(incident, { incident: incident.id, again: () => undefined }, t('ended.noted'));
  }
}

/** Opens an incident again, for what somebody means to do with it. */
export async function reopen(incident: string, again: () => unknown): Promise<void> {
  try {
    const open = await api.reopen(incident, t('ended.reason'));
    learnIncident(board, open);
    toasts.say({ tone: 'good', title: t('incident.did.reopen', { number: open.number }) });
  } catch (error) {
    // Somebody was faster: it is open, which is all that was wanted.
    if (!(error instanceof Problem) || error.code !== 'incident_not_ended') return tellFailure(error);
  }
  await again();
}

export function mayReopen(): boolean {
  return session.user?.role === 'call_taker' || session.user?.role === 'supervisor';
}

function offer(ended: Incident, { incident, again, anew }: Meant, detail: string): void {
  const word = ended.status === 'cancelled' ? 'ended.cancelled' : 'ended.closed';
  const title = t(word, { number: ended.number });
  // Said once, however often it is tried.
  for (const known of toasts.shown.filter((one) => one.title === title)) toasts.close(known.id);
  toasts.say({
    tone: 'warn',
    title,
    detail,
    action: {
      label: t('incident.do.reopen'),
      key: REOPEN_KEY,
      act: () => void reopen(incident, again),
    },
    ...(anew && { other: { label: t('ended.new'), key: NEW_KEY, act: () => anew(ended) } }),
  });
}
