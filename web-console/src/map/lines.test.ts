import { describe, expect, it } from 'vitest';
import type { IncidentLocation, Unit } from '../api/types';
import { metresBetween, routeLines } from './lines';

const toboali = { lat: -3.0086, lon: 106.4526 };
const sadai = { lat: -3.0339, lon: 106.7331 };
const unit = (over: object) =>
  ({ callsign: 'Damkar 1', position: null, base: toboali, booking: null, ...over }) as unknown as Unit;

describe('the way of a unit, as the crow flies', () => {
  it('is as long as the great circle', () => {
    // One minute of latitude is a nautical mile.
    expect(metresBetween({ lat: 0, lon: 0 }, { lat: 1 / 60, lon: 0 })).toBeCloseTo(1_853.25, 1);
    expect(metresBetween(toboali, sadai)).toBeGreaterThan(31_000);
    expect(metresBetween(toboali, sadai)).toBeLessThan(31_500);
  });

  it('is drawn for those who go on this task, from where they are, else from their base', () => {
    const to = { ...sadai } as IncidentLocation;
    const going = unit({ booking: { assignment_id: 'a1' } });
    const moving = unit({ booking: { assignment_id: 'a1' }, position: sadai });
    const other = unit({ booking: { assignment_id: 'a2' } });
    const lines = routeLines([going, moving, other, unit({})], 'a1', to, 'id');
    expect(lines.map((line) => line.label)).toEqual(['31,3 km', '0 m']);
    expect(routeLines([going], 'a1', { lat: null, lon: null } as IncidentLocation, 'id')).toEqual([]);
  });
});
