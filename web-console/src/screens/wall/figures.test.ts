import { expect, test } from 'vitest';
import type { Wallboard } from '../../api/types';
import { wallFigures } from './figures';

const quiet: Wallboard = {
  at: '2026-11-22T03:00:00Z',
  calls_waiting: 0,
  longest_waiting_s: null,
  answered_within_15s: { share: null, n: 0 },
  call_backs_open: 0,
  call_backs_overdue: 0,
  incidents_open: 0,
  incidents_by_status: {},
  unacknowledged: { p1: 0, p2: 0, p3: 0, p0: 0 },
  oldest_unacknowledged_s: null,
  call_takers: { ready: 2, paused: 0, off: 1, talking: 0 },
  staffing: { needed: 1, present: 2, calls_per_hour: 3, handling_s: 180, handled: 0 },
  open_by_agency: [],
  voice: {
    seats_connected: 2,
    seats_away: 0,
    calls_held: 0,
    without_recording: 0,
    wait_estimate_s: null,
    recordings_low: false,
    recordings_free_mib: null,
    trunks: [{ name: 'telko', up: true, last_test: null }],
  },
  mode: 'normal',
  disaster_since: null,
};
const named = (board: Wallboard, name: string) => wallFigures(board).find((one) => one.name === name)!;

test('nine figures, and on a quiet night none is out of what is expected', () => {
  const figures = wallFigures(quiet);
  expect(figures).toHaveLength(9);
  expect(figures.filter((one) => one.alarm)).toEqual([]);
  expect(figures.every((one) => one.target !== '')).toBe(true);
});

test('what is out of its target is marked', () => {
  const busy: Wallboard = {
    ...quiet,
    calls_waiting: 2,
    longest_waiting_s: 75,
    answered_within_15s: { share: 0.85, n: 20 },
    unacknowledged: { p1: 1, p2: 2, p3: 0, p0: 0 },
    call_backs_overdue: 1,
    staffing: { ...quiet.staffing, needed: 4 },
    voice: { ...quiet.voice, trunks: [{ name: 'telko', up: false, last_test: null }] },
  };
  const marked = wallFigures(busy).filter((one) => one.alarm);
  expect(marked.map((one) => one.name)).toEqual([
    'waiting',
    'within',
    'unacknowledged_p1',
    'call_backs',
    'needed',
    'trunks',
  ]);
  expect(named(busy, 'within').value).toBe('85 %');
  expect(named(busy, 'unacknowledged').value).toBe('3');
  expect(named(busy, 'trunks').note).toContain('telko');
});

test('more calls than anybody could answer need more people than there are', () => {
  const flood = { ...quiet, staffing: { ...quiet.staffing, needed: null } };
  expect(named(flood, 'needed')).toMatchObject({ value: '> 1000', alarm: true });
});
