import { expect, it } from 'vitest';
import { backOffMs } from './backoff';

it('doubles its ceiling from half a second to ten seconds', () => {
  const ceilings = [0, 1, 2, 3, 4, 5, 20].map((attempt) => backOffMs(attempt, () => 1));
  expect(ceilings).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

it('may come back at once: that is what full jitter means', () => {
  expect(backOffMs(6, () => 0)).toBe(0);
});
