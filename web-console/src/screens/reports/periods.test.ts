import { expect, it } from 'vitest';
import { periodOf } from './periods';

it('knows the days of a period, over the ends of months and years', () => {
  expect(periodOf('today', '2026-11-23')).toEqual({ from: '2026-11-23', to: '2026-11-23' });
  expect(periodOf('yesterday', '2027-01-01')).toEqual({ from: '2026-12-31', to: '2026-12-31' });
  expect(periodOf('week', '2026-03-02')).toEqual({ from: '2026-02-24', to: '2026-03-02' });
  expect(periodOf('month', '2026-11-23')).toEqual({ from: '2026-11-01', to: '2026-11-23' });
  expect(periodOf('last_month', '2028-03-31')).toEqual({ from: '2028-02-01', to: '2028-02-29' });
  expect(periodOf('year', '2026-11-23')).toEqual({ from: '2026-01-01', to: '2026-11-23' });
});
