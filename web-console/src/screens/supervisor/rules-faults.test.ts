import { expect, it } from 'vitest';
import type { WholeRules } from '../../api/types';
import { faultsOfRules } from './rules-faults';

const rung = (after: number) => ({ after, only_if_undelivered: false, step: 'supervisor' }) as const;
const hours = (from: string, to: string) => ({
  priority: 'P3' as const,
  functions: [],
  because: 'malam',
  ladder: [rung(60)],
  hours: { from, to },
});
const sound = {
  ladders: { P1: [rung(15)], P2: [rung(60)], P3: [rung(60)], P0: [rung(60)] },
  ladder_exceptions: [hours('22:00', '05:30')],
  dispatch_within: { P1: 60, P2: 60, P3: 60, P0: 60 },
  en_route_within: { P1: 180, P2: null, P3: null, P0: null },
  welfare_check_after: 1800,
  close_within: 3600,
  call_back_within: 300,
} as unknown as WholeRules;

it('finds half-typed hours and numbers that are no time, each at its place', () => {
  expect([...faultsOfRules(sound)]).toEqual([]);
  const typed = {
    ...sound,
    ladders: { ...sound.ladders, P1: [rung(-5)] },
    ladder_exceptions: [hours('7:', '05:30'), hours('22:00', '24:00'), hours('', '05:00')],
    en_route_within: { ...sound.en_route_within, P1: 0 },
    close_within: 604_801,
  };
  expect([...faultsOfRules(typed)]).toEqual([
    ['l-P1-0', 'rules.bad_seconds'],
    ['en_route_within.P1', 'rules.bad_seconds'],
    ['x0-hours', 'rules.bad_hours'],
    ['x1-hours', 'rules.bad_hours'],
    ['x2-hours', 'rules.bad_hours'],
    ['close_within', 'rules.bad_seconds'],
  ]);
});
