import { expect, it } from 'vitest';
import { incident } from '../../test/samples';
import type { Transfer } from '../api/types';
import { newsOf } from './neighbour-news.svelte';
import { StepKeys, mayOffer, waitingOffer } from './neighbours.svelte';

const offer = (state: Transfer['state'], id = 't1'): Transfer => ({
  id,
  to_code: '19.04',
  to_name: '112 Bangka Tengah',
  at: '2026-11-22T00:41:00.000000Z',
  by: { id: 'u1', name: 'Rina' },
  due_at: '2026-11-22T00:42:30.000000Z',
  packet: 'delivered',
  packet_result: null,
  state,
  answered_at: null,
  answered_name: null,
  told_by_telephone: false,
  reference: null,
  reason: null,
});

const origin = (state: string) => ({
  from_code: '19.04',
  from_name: '112 Bangka Tengah',
  reference: '2026-000042',
  answer_by: '2026-11-22T00:42:30.000000Z',
  state,
  answered_at: null,
  answered_by: null,
  reason: null,
  told: 'pending',
  told_result: null,
  answers: [],
  agencies: [],
});

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
