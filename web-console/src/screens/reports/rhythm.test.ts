import { describe, expect, it } from 'vitest';
import { columnsOf } from './rhythm';

describe('the trend', () => {
  it('shows a day on which nothing came', () => {
    const days = [
      { day: '2026-02-27', calls: 4, incidents: 1 },
      { day: '2026-03-01', calls: 2, incidents: 0 },
    ];
    expect(columnsOf(days).map((one) => [one.name, one.calls])).toEqual([
      ['2026-02-27', 4],
      ['2026-02-28', 0],
      ['2026-03-01', 2],
    ]);
  });

  it('adds the days of a month up where there are many', () => {
    const days = Array.from({ length: 90 }, (_, n) => ({
      day: new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10),
      calls: 2,
      incidents: 1,
    }));
    expect(columnsOf(days)).toEqual([
      { name: '2026-01', calls: 62, incidents: 31 },
      { name: '2026-02', calls: 56, incidents: 28 },
      { name: '2026-03', calls: 62, incidents: 31 },
    ]);
    expect(columnsOf([])).toEqual([]);
  });
});
