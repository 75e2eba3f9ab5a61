import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { incident, offer, origin } from '../../test/samples';

const sounded = vi.fn();
vi.mock('../sound/player.svelte', () => ({ player: { once: sounded, sustain: vi.fn() } }));
const notified = vi.fn();
vi.mock('../app/alarms.svelte', () => ({ alarms: { notify: notified } }));

const { board } = await import('../feed/board.svelte');
const { toasts } = await import('./toasts.svelte');
const { tellNeighbourNews } = await import('./neighbour-news.svelte');

const shown = vi.fn();
let leave = () => undefined as void;

/** An incident as the feed brings it. */
function comes(over: Parameters<typeof incident>[0]) {
  board.incidents.set(over.id ?? 'i1', incident(over));
  flushSync();
}

beforeEach(() => {
  for (const spy of [sounded, notified, shown]) spy.mockReset();
  board.forget();
  toasts.shown = [];
  leave = $effect.root(() => tellNeighbourNews(shown));
  flushSync();
});
afterEach(() => leave());

/** The first snapshot is there. */
function opened() {
  board.cards = { version: 1 } as typeof board.cards;
  flushSync();
}

it('an incident that is handed to us sounds once, and leads to itself', () => {
  opened();
  comes({ id: 'own' });
  expect(sounded).not.toHaveBeenCalled();
  comes({ id: 'i2', origin: origin('asked') });
  expect(sounded.mock.calls).toEqual([['escalation']]);
  expect(notified.mock.calls).toEqual([['112 Bangka Tengah menyerahkan insiden 2026-000042']]);
  const [toast] = toasts.shown;
  expect(toast?.tone).toBe('warn');
  toast?.action?.act();
  expect(shown).toHaveBeenCalledWith('i2');

  // The clock ran on, or it became more urgent there: the same question still.
  comes({ id: 'i2', priority: 'P1', origin: { ...origin('asked'), answer_by: '2026-11-22T00:41:00Z' } });
  comes({ id: 'i2', origin: origin('accepted') });
  expect(sounded).toHaveBeenCalledTimes(1);
  comes({ id: 'i3', origin: origin('asked') });
  expect(sounded).toHaveBeenCalledTimes(2);
});

it('what comes back sounds, and an offer of ours that goes out does not', () => {
  opened();
  comes({ transfers: [offer('waiting')] });
  comes({ transfers: [offer('withdrawn')] });
  expect(sounded).not.toHaveBeenCalled();
  comes({ transfers: [offer('withdrawn'), offer('refused', 't2')] });
  expect(sounded.mock.calls).toEqual([['escalation']]);
});

it('what stood there before the page was opened is silent, also after the board starts over', () => {
  comes({ origin: origin('asked') });
  opened();
  expect(sounded).not.toHaveBeenCalled();
  board.incidents.clear();
  flushSync();
  comes({ origin: origin('asked') });
  expect([sounded.mock.calls.length, toasts.shown.length]).toEqual([0, 0]);
});
