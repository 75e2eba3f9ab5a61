import { describe, expect, it } from 'vitest';
import type { Roster, RosterPerson } from '../../api/types';
import { byDay, callees, plan, timeOfDay } from './planning';

const typed = { day: '2026-11-30', from: '20:00', to: '08:00', every: 3, times: 2 };

describe('plan', () => {
  it('goes over midnight and repeats every third day', () => {
    expect(plan('a', typed)).toEqual([
      { person_id: 'a', from: '2026-11-30T13:00:00.000Z', to: '2026-12-01T01:00:00.000Z' },
      { person_id: 'a', from: '2026-12-03T13:00:00.000Z', to: '2026-12-04T01:00:00.000Z' },
    ]);
  });

  it('makes a whole day of equal hours, and nothing of what is not filled in', () => {
    const whole = plan('a', { ...typed, from: '08:00', times: 1 });
    expect(whole[0]).toMatchObject({ from: '2026-11-30T01:00:00.000Z', to: '2026-12-01T01:00:00.000Z' });
    for (const gap of [{ day: '' }, { from: '' }, { to: '' }])
      expect(plan('a', { ...typed, ...gap })).toEqual([]);
    expect(plan('', typed)).toEqual([]);
    expect(plan('a', { ...typed, times: NaN, every: NaN })).toHaveLength(1);
    expect(plan('a', { ...typed, times: 5_000 })).toHaveLength(124);
  });
});

function person(id: string, post: RosterPerson['post'], agency_id: string | null): RosterPerson {
  return {
    id,
    post,
    agency_id,
    name: id,
    phone: '1',
    email: null,
    user_id: null,
    standing: false,
    active: true,
    decree: null,
  };
}

describe('timeOfDay', () => {
  it('is read as people write it', () => {
    const read = ['20.00', '20:00', '2000', '8', '08.30', '0.05'].map(timeOfDay);
    expect(read).toEqual(['20:00', '20:00', '20:00', '08:00', '08:30', '00:05']);
    expect(['', '24', '12.60', '8.3', 'pagi'].map(timeOfDay)).toEqual([null, null, null, null, null]);
  });
});

describe('callees', () => {
  const roster: Roster = {
    at: '',
    people: [person('ani', 'duty_officer', 'd'), person('budi', 'sekda', null)],
    shifts: [],
    swaps: [],
    posts: [
      { agency_id: 'd', agency_code: 'damkar', post: 'duty_officer', now: ['ani'], gaps: [] },
      { agency_id: 'd', agency_code: 'damkar', post: 'service_head', now: [], gaps: [] },
      { agency_id: null, agency_code: null, post: 'sekda', now: ['budi'], gaps: [] },
    ],
  };

  it('names who is on duty for a step, and says where nobody is', () => {
    expect(callees(roster, 'renotify_and_call_duty', 'damkar')[0]?.person?.id).toBe('ani');
    const heads = callees(roster, 'head_and_sekda', 'damkar');
    expect(heads.map((one) => one.person?.id ?? null)).toEqual([null, 'budi']);
    expect(callees(roster, 'renotify_and_call_duty', 'polres')[0]?.person).toBeNull();
    expect(callees(roster, 'supervisor', 'damkar')).toEqual([]);
    expect(callees(null, 'agency_head', 'damkar')).toEqual([]);
  });
});

describe('byDay', () => {
  it('puts a shift on the day of WIB on which it begins', () => {
    const shift = (id: string, from: string) => ({ id, person_id: 'a', from, to: from });
    const shifts = [shift('1', '2026-11-22T18:00:00Z'), shift('2', '2026-11-22T16:00:00Z')];
    const days = byDay([...shifts, { ...shift('3', shifts[0]!.from), person_id: 'b' }], new Set(['a']));
    expect(days.map((one) => one.shifts.map((s) => s.id))).toEqual([['2'], ['1']]);
    expect(new Date(days[0]!.day).toISOString()).toBe('2026-11-21T17:00:00.000Z');
  });
});
