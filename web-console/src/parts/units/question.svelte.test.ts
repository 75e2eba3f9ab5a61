import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assignment, incident, unit } from '../../../test/samples';
import type { Unit, UnitAdvice } from '../../api/types';

const adviseUnits = vi.fn<(id: string) => Promise<UnitAdvice>>();
const units = vi.fn();
vi.mock('../../api/endpoints', () => ({ api: { adviseUnits, units } }));

const { board } = await import('../../feed/board.svelte');
const { Advice } = await import('./advice.svelte');
const { Cover } = await import('../../screens/supervisor/cover.svelte');
const { ASK_EVERY_MILLISECONDS } = await import('./question');

const at = (second: number): NonNullable<Unit['position']> => ({
  lat: -3,
  lon: 106.4 + second / 10_000,
  accuracy_m: 9,
  at: new Date(Date.parse('2026-11-22T01:00:00Z') + second * 1_000).toISOString(),
  source: 'browser',
});

/** An answer that takes longer than the next position. */
const after = <Answer>(milliseconds: number, answer: Answer) =>
  new Promise<Answer>((resolve) => setTimeout(() => resolve(answer), milliseconds));

/** Positions of a unit, one each second. */
async function drives(seconds: number, over: Partial<Unit>, began = 0) {
  for (let second = 0; second < seconds; second += 1) {
    board.units.set(over.id ?? 'n1', unit({ ...over, position: at(began + second) }));
    flushSync();
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

let leave = () => undefined as void;
function made<Thing>(make: () => Thing): Thing {
  let thing: Thing | undefined;
  leave = $effect.root(() => void (thing = make()));
  flushSync();
  return thing as Thing;
}

beforeEach(() => {
  vi.useFakeTimers();
  adviseUnits.mockReset().mockImplementation((id) => after(1_500, { incident_id: id, agencies: [] }));
  units.mockReset().mockImplementation(() => after(1_500, { items: [], gaps: [], fresh_within_s: 600 }));
  board.forget();
  board.units.set('n1', unit({}));
  board.assignments.set('a1', {
    ...assignment({}),
    incident_number: '2026-000001',
    category: 'a',
    priority: 'P1',
  });
});
afterEach(() => {
  leave();
  vi.useRealTimers();
});

describe('the recommendation', () => {
  it('comes while a unit drives, and is asked for no more often than that', async () => {
    const advice = made(() => new Advice(() => incident({})));
    await drives(3, {});
    expect(advice.current?.incident_id).toBe('i1');
    await drives(27, {}, 3);
    expect(adviseUnits.mock.calls.length).toBeGreaterThanOrEqual(9);
    expect(adviseUnits.mock.calls.length).toBeLessThanOrEqual(30_000 / ASK_EVERY_MILLISECONDS + 1);
  });

  it('follows the last change, also one that came with an answer on its way', async () => {
    made(() => new Advice(() => incident({})));
    await vi.advanceTimersByTimeAsync(300);
    expect(adviseUnits).toHaveBeenCalledTimes(1);
    board.units.set('n1', unit({ state: 'out_of_service' }));
    flushSync();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(adviseUnits).toHaveBeenCalledTimes(2);
  });

  it('is not asked for again by units of other agencies, nor by the way of one that is busy', async () => {
    made(() => new Advice(() => incident({})));
    board.units.set('n3', unit({ id: 'n3', state: 'booked', position: at(0) }));
    await vi.advanceTimersByTimeAsync(60_000);
    const before = adviseUnits.mock.calls.length;
    await drives(10, { id: 'n2', agency: { id: 'g2', code: 'polisi', name: 'Polisi' } });
    await drives(10, { id: 'n3', state: 'booked' });
    expect(adviseUnits).toHaveBeenCalledTimes(before);
  });

  it('of another incident is asked for at once, and an old answer is not taken for it', async () => {
    let id = $state('i1');
    const advice = made(() => new Advice(() => incident({ id })));
    await vi.advanceTimersByTimeAsync(300);
    id = 'i2';
    flushSync();
    await vi.advanceTimersByTimeAsync(300);
    expect(adviseUnits.mock.calls).toEqual([['i1'], ['i2']]);
    await vi.advanceTimersByTimeAsync(1_250);
    expect(advice.current).toBeNull();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(advice.current?.incident_id).toBe('i2');
  });

  it('is asked for again after a question that failed', async () => {
    adviseUnits.mockRejectedValueOnce(new Error('no answer'));
    const advice = made(() => new Advice(() => incident({})));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(advice.current).toBeNull();
    await drives(3, {});
    expect(advice.current?.incident_id).toBe('i1');
  });
});

describe('the gaps', () => {
  it('come while a unit drives, and go with the last unit', async () => {
    const cover = made(() => new Cover());
    await drives(30, {});
    expect(cover.at).not.toBeNull();
    expect(units.mock.calls.length).toBeGreaterThanOrEqual(9);
    expect(units.mock.calls.length).toBeLessThanOrEqual(30_000 / ASK_EVERY_MILLISECONDS + 1);
    board.units.clear();
    flushSync();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(cover.at).toBeNull();
  });
});
