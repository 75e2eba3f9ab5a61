import { expect, it } from 'vitest';
import { GROUPS_BY_KEY_MAX, inReadingOrder, mostUrgent, type Group } from './groups';

const group = (x: number, y: number): Group => ({ ids: ['a', 'b'], priority: 'P2', x, y, parts: true });

it('a group is as urgent as its most urgent incident', () => {
  expect(mostUrgent(['P3', 'P1', 'P2'])).toBe('P1');
  expect(mostUrgent(['P0', 'P3'])).toBe('P3');
  expect(mostUrgent(['P0'])).toBe('P0');
});

it('the key reaches the groups that are seen, as one reads, and not without end', () => {
  const all = [group(300, 200), group(-1, 20), group(20, 200), group(50, 401), group(90, 10)];
  expect(inReadingOrder(all, 400, 400).map(({ x, y }) => [x, y])).toEqual([
    [90, 10],
    [20, 200],
    [300, 200],
  ]);
  const many = Array.from({ length: 90 }, (_, place) => group(place, 5));
  expect(inReadingOrder(many, 400, 400)).toHaveLength(GROUPS_BY_KEY_MAX);
});
