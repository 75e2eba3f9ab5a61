import { expect, it } from 'vitest';
import { incident, offer, origin } from '../../test/samples';
import { newsOf } from './neighbour-news.svelte';
import { StepKeys, mayOffer, waitingOffer } from './neighbours.svelte';

it('an incident is offered to one neighbour at a time, and not before we have answered where it came from', () => {
  expect(mayOffer(incident({}))).toBe(true);
  for (const state of ['waiting', 'accepted']) {
    expect(mayOffer(incident({ transfers: [offer('refused', 't0'), offer(state)] }))).toBe(false);
  }
  expect(mayOffer(incident({ transfers: [offer('refused'), offer('unanswered', 't2')] }))).toBe(true);
  expect(mayOffer(incident({ origin: origin('asked') }))).toBe(false);
  expect(mayOffer(incident({ origin: origin('accepted') }))).toBe(true);
  expect(waitingOffer(incident({ transfers: [offer('refused', 't0'), offer('waiting')] }))?.id).toBe('t1');
});

it('a step that is sent again after a lost answer is the same; another one, or the next of its kind, is not', () => {
  const keys = new StepKeys();
  const offerTo = (to: string) => ({ action: 'offer' as const, to });
  const first = keys.of(incident({}), offerTo('19.04'));
  expect(keys.of(incident({}), offerTo('19.71'))).not.toBe(first);
  expect(keys.of(incident({}), offerTo('19.04'))).toBe(first);
  const later = incident({ transfers: [offer('refused')] });
  expect(keys.of(later, offerTo('19.04'))).not.toBe(first);
  expect(mayOffer(incident({ transfers: [offer('reopened')] }))).toBe(true);
});

it('what came to us and what came back is told, each once; what was taken back by us is not', () => {
  const titles = (of: Parameters<typeof incident>[0]) => newsOf(incident(of)).map((news) => news.title);
  expect(titles({ origin: origin('asked') })).toEqual(['112 Bangka Tengah menyerahkan insiden 2026-000042']);
  expect(titles({ origin: origin('accepted') })).toEqual([]);
  expect(titles({ transfers: [offer('waiting'), offer('withdrawn', 't2')] })).toEqual([]);
  const back = newsOf(incident({ transfers: [offer('refused'), offer('unanswered', 't2')] }));
  expect(back.map((news) => news.title)).toEqual(
    Array(2).fill('Insiden 2026-000001 kembali dari 112 Bangka Tengah'),
  );
  expect(new Set(back.map((news) => news.key)).size).toBe(2);
});
