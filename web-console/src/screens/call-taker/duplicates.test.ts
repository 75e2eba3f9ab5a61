import { describe, expect, it } from 'vitest';
import type { PossibleDuplicate } from '../../api/types';
import { call } from '../../../test/samples';
import { askedOf, DuplicateFinder, factsOf } from './duplicates.svelte';
import { emptyForm } from './form';

function possible(over: Partial<PossibleDuplicate>): PossibleDuplicate {
  return {
    incident_id: 'i1',
    number: '2026-000123',
    category: 'a',
    type: 'kebakaran_bangunan',
    priority: 'P1',
    status: 'new',
    opened_at: '2026-11-22T00:40:00.000000Z',
    calls: 14,
    distance_m: 300,
    landmark: null,
    area_name: null,
    lat: null,
    lon: null,
    agencies: [],
    master: false,
    because: ['near'],
    ...over,
  };
}

describe('what a call may be a second report of', () => {
  it('is the likeliest until another one is chosen, and holds at the ends', () => {
    const finder = new DuplicateFinder();
    expect(finder.chosen).toBeNull();
    finder.show([possible({ incident_id: 'i1' }), possible({ incident_id: 'i2' })]);
    expect(finder.chosen?.incident_id).toBe('i1');
    finder.step(1);
    finder.step(1);
    expect(finder.chosen?.incident_id).toBe('i2');
    finder.show([possible({ incident_id: 'i3' }), possible({ incident_id: 'i2' })]);
    expect(finder.chosen?.incident_id).toBe('i2');
    finder.show([possible({ incident_id: 'i3' })]);
    expect(finder.chosen?.incident_id).toBe('i3');
    finder.step(-1);
    expect(finder.chosen?.incident_id).toBe('i3');
  });

  it('is asked for with what is typed, and with the call alone before', () => {
    expect(askedOf({ ...emptyForm }, call({}))).toEqual({ call_id: 'c1', location: {} });
    const form = {
      ...emptyForm,
      landmark: ' pasar ',
      said: 'api',
      narrative: 'besar',
      category: 'a' as const,
    };
    expect(askedOf(form, call({}))).toEqual({
      call_id: 'c1',
      location: { landmark: 'pasar' },
      category: 'a',
      text: 'api. besar',
    });
  });

  it('says in one line how many calls, how far and how old', () => {
    const now = Date.parse('2026-11-22T00:44:00Z');
    expect(factsOf(possible({}), now)).toBe('14 panggilan · 300 m · 4 mnt');
    expect(factsOf(possible({ distance_m: null }), now)).toBe('14 panggilan · 4 mnt');
  });
});
