import { afterEach, expect, it } from 'vitest';
import { words } from '../../app/i18n/words.svelte';
import { count, share, span } from './numbers';

afterEach(() => words.use('id'));

it('writes spans, shares and counts as people here do', () => {
  expect([0, 12.34, 60, 200.4, 3_720].map(span)).toEqual(['0 d', '12,3 d', '1.00', '3.20', '1.02.00']);
  expect([share(0.9375), share(1), count(1_234)]).toEqual(['93,8%', '100%', '1.234']);
  expect([span(null), share(null)]).toEqual(['–', '–']);
  words.use('en');
  expect([span(12.34), span(200.4), share(0.9375), count(1_234)]).toEqual([
    '12.3 s',
    '3:20',
    '93.8%',
    '1,234',
  ]);
});
