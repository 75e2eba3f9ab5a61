import { describe, expect, it } from 'vitest';
import { actionsFor, needsReason } from './actions';

describe('what may be done with an incident', () => {
  it('is closed over its agencies by the supervisor only, and with a reason', () => {
    expect(
      actionsFor({ status: 'en_route', mass_event_since: null, alarm_level: 1 }, 'call_taker'),
    ).not.toContain('close');
    expect(
      actionsFor({ status: 'en_route', mass_event_since: null, alarm_level: 1 }, 'supervisor'),
    ).toContain('close');
    expect(needsReason('close', { status: 'en_route' })).toBe(true);
  });

  it('is closed by anybody of the centre when its agencies are done, without words', () => {
    expect(
      actionsFor({ status: 'completed', mass_event_since: null, alarm_level: 1 }, 'call_taker'),
    ).toContain('close');
    expect(needsReason('close', { status: 'completed' })).toBe(false);
  });

  it('is opened again only when it was over', () => {
    expect(actionsFor({ status: 'closed', mass_event_since: null, alarm_level: 1 }, 'supervisor')).toEqual([
      'note',
      'reopen',
    ]);
    expect(
      actionsFor({ status: 'working', mass_event_since: null, alarm_level: 1 }, 'supervisor'),
    ).not.toContain('reopen');
    expect(actionsFor({ status: 'merged', mass_event_since: null, alarm_level: 1 }, 'supervisor')).toEqual([
      'note',
    ]);
  });

  it('is made a master incident, and ended as one, by the supervisor only', () => {
    const plain = { status: 'working', mass_event_since: null, alarm_level: 1 } as const;
    const master = {
      status: 'working',
      mass_event_since: '2026-11-22T00:40:00.000000Z',
      alarm_level: 1,
    } as const;
    expect(actionsFor(plain, 'supervisor')).toContain('master');
    expect(actionsFor(plain, 'supervisor')).not.toContain('no_master');
    expect(actionsFor(master, 'supervisor')).toContain('no_master');
    expect(actionsFor(master, 'supervisor')).not.toContain('master');
    expect(actionsFor(plain, 'call_taker')).not.toContain('master');
  });

  it('gets a higher alarm level until the highest, and not once it is over', () => {
    const at = (alarm_level: number) =>
      actionsFor({ status: 'working', mass_event_since: null, alarm_level }, 'call_taker');
    expect(at(2)).toContain('alarm');
    expect(at(3)).not.toContain('alarm');
    expect(
      actionsFor({ status: 'closed', mass_event_since: null, alarm_level: 1 }, 'supervisor'),
    ).not.toContain('alarm');
    expect(needsReason('alarm', { status: 'working' })).toBe(false);
  });
});
