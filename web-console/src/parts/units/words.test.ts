import { expect, it } from 'vitest';
import type { PassedUnit, Unit } from '../../api/types';
import { distanceOf, reasonOf, whereabouts } from './words';

const passed = (over: Partial<PassedUnit>): PassedUnit => ({
  unit_id: 'u1',
  callsign: 'Damkar 1',
  kind: 'engine',
  reason: 'wrong_kind',
  detail: null,
  missing: [],
  has: null,
  needs: null,
  ...over,
});

it('says every reason with its figures', () => {
  expect(reasonOf(passed({ reason: 'booked', detail: '2026-000007' }))).toBe('di insiden 2026-000007');
  expect(reasonOf(passed({ reason: 'skills', missing: ['hazmat', 'height'] }))).toBe(
    'tanpa keahlian: bahan berbahaya, ketinggian/tali',
  );
  expect(reasonOf(passed({ reason: 'crew', has: 1, needs: 2 }))).toBe('1 awak, perlu 2');
  expect(reasonOf(passed({ reason: 'tired', has: 13 }))).toBe('lelah: bertugas 13 jam');
  expect(reasonOf(passed({ reason: 'sleeps' }))).toBe('sleeps');
});

it('says from where a distance is measured', () => {
  const ranked = { unit_id: 'u1', callsign: 'A', kind: 'engine', crew: 3 } as const;
  expect(distanceOf({ ...ranked, distance_m: 1_234, basis: 'live' })).toBe('1,2 km dari posisinya');
  expect(distanceOf({ ...ranked, distance_m: 23_900, basis: 'base' })).toBe('24 km dari pangkalan');
  expect(distanceOf({ ...ranked, distance_m: null, basis: 'unknown' })).toBe('jarak tidak diketahui');
});

it('takes a stale position for no position', () => {
  const now = Date.parse('2026-11-22T03:20:00Z');
  const at = '2026-11-22T03:00:00.000000Z';
  const position = { lat: -3, lon: 106, accuracy_m: 10, at, source: 'browser' } as const;
  const base = { lat: -3, lon: 106, area_code: '19.03.01', area_name: 'Toboali' };
  const unit = { position, base } as Unit;
  expect(whereabouts(unit, 3_600, now)).toBe('posisi 20.00 lalu');
  expect(whereabouts(unit, 600, now)).toBe('di pangkalan Toboali');
  expect(whereabouts({ ...unit, base: null }, 600, now)).toBe('posisi lama, 20.00 lalu');
  expect(whereabouts({ ...unit, base: null, position: null }, 600, now)).toBe('posisi tidak diketahui');
});
