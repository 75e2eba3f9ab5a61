import { describe, expect, it } from 'vitest';
import { actionsFor, needsReason } from './actions';

describe('what may be done with an incident', () => {
  it('is closed over its agencies by the supervisor only, and with a reason', () => {
    expect(actionsFor({ status: 'en_route' }, 'call_taker')).not.toContain('close');
    expect(actionsFor({ status: 'en_route' }, 'supervisor')).toContain('close');
    expect(needsReason('close', { status: 'en_route' })).toBe(true);
  });

  it('is closed by anybody of the centre when its agencies are done, without words', () => {
    expect(actionsFor({ status: 'completed' }, 'call_taker')).toContain('close');
    expect(needsReason('close', { status: 'completed' })).toBe(false);
  });

  it('is opened again only when it was over', () => {
    expect(actionsFor({ status: 'closed' }, 'supervisor')).toEqual(['note', 'reopen']);
    expect(actionsFor({ status: 'working' }, 'supervisor')).not.toContain('reopen');
    expect(actionsFor({ status: 'merged' }, 'supervisor')).toEqual(['note']);
  });
});
