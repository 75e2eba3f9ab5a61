import { describe, expect, it } from 'vitest';
import type { Role, User } from '../api/types';
import { call } from '../../test/samples';
import {
  comesBackTo,
  isLive,
  isMine,
  isOfferedTo,
  isSupervisedBy,
  isWaiting,
  mayHear,
  partiesOn,
  ringsOut,
} from './calls';

const rina = { id: 'u1', name: 'Rina' };
const budi = { id: 'u2', name: 'Budi' };

describe('a call', () => {
  it('is mine while I have it, and after it ended while I owe its outcome', () => {
    expect(isMine(call({ state: 'connected', answered_by: rina, call_taker: rina }), 'u1')).toBe(true);
    expect(isMine(call({ state: 'held', answered_by: rina, call_taker: rina }), 'u1')).toBe(true);
    expect(isMine(call({ state: 'ended', answered_by: rina }), 'u1')).toBe(true);
    expect(isMine(call({ state: 'queued' }), undefined)).toBe(false);
  });

  it('of the centre is mine from the first ring, and nobody waits in it', () => {
    const out = call({ state: 'ringing', direction: 'out', call_taker: rina });
    expect([ringsOut(out), isLive(out), isWaiting(out), isMine(out, 'u1')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    const rings = call({ state: 'ringing' });
    expect([ringsOut(rings), isLive(rings), isWaiting(rings)]).toEqual([false, false, true]);
  });

  it('is no longer mine when I left it to the others, or somebody took it over', () => {
    expect(isMine(call({ state: 'connected', answered_by: rina, call_taker: null }), 'u1')).toBe(false);
    const taken = call({ state: 'connected', answered_by: rina, call_taker: budi });
    expect(isMine(taken, 'u1')).toBe(false);
    expect(isMine(taken, 'u2')).toBe(true);
    const over = call({ state: 'ended', answered_by: rina, taken_over_by: budi });
    expect([isMine(over, 'u1'), isMine(over, 'u2')]).toEqual([false, true]);
  });

  it('comes back to whose audio broke, while nobody else has it', () => {
    const lost = call({ state: 'queued', answered_by: rina, seat_lost: rina });
    expect([comesBackTo(lost, 'u1'), comesBackTo(lost, 'u2')]).toEqual([true, false]);
    expect(comesBackTo(call({ state: 'queued' }), undefined)).toBe(false);
    expect(comesBackTo({ ...lost, state: 'connected', call_taker: budi }, 'u1')).toBe(false);
    expect(comesBackTo({ ...lost, state: 'ended' }, 'u1')).toBe(false);
  });

  it('rings where it is offered, and nowhere else', () => {
    const offered = call({ state: 'offered', offered_to: [rina] });
    expect(isOfferedTo(offered, 'u1')).toBe(true);
    expect(isOfferedTo(offered, 'u2')).toBe(false);
    expect(isOfferedTo(call({ state: 'connected', offered_to: [rina] }), 'u1')).toBe(false);
  });

  it('is supervised by whoever is on it as one, for those who may know', () => {
    const supervisors = [{ user: rina, mode: 'listen' as const, since: '2026-11-22T00:39:23.000000Z' }];
    const heard = call({ state: 'connected', supervisors });
    expect([isSupervisedBy(heard, 'u1'), isSupervisedBy(heard, 'u2')]).toEqual([true, false]);
    expect(isSupervisedBy(call({ supervisors: null }), 'u1')).toBe(false);
  });

  it('has the parties that are still on it', () => {
    const party = (id: string, state: 'calling' | 'talking' | 'left') => ({
      id,
      label: id,
      target: 'sip:x@127.0.0.1',
      by: rina,
      state,
      why: null,
      since: '2026-11-22T00:39:23.000000Z',
    });
    const parties = [party('one', 'left'), party('two', 'talking'), party('three', 'calling')];
    expect(partiesOn(call({ parties })).map((one) => one.id)).toEqual(['two', 'three']);
  });
});

describe('a recording', () => {
  const recording = { started_at: '', seconds: 9, silence_s: 0, sha256: '', url: '/x' };
  const heard = call({ state: 'ended', answered_by: rina, recording });
  const user = (id: string, role: Role): User => ({
    id,
    role,
    username: id,
    name: id,
    agency_id: null,
    agency_code: null,
    active: true,
    password_is_temporary: false,
  });

  it('is heard by supervisors, auditors, and whoever answered', () => {
    expect(mayHear(heard, user('s', 'supervisor'))).toBe(true);
    expect(mayHear(heard, user('a', 'auditor'))).toBe(true);
    expect(mayHear(heard, user('u1', 'call_taker'))).toBe(true);
  });

  it('is not heard by anybody else, nor where there is none', () => {
    expect(mayHear(heard, user('u2', 'call_taker'))).toBe(false);
    expect(mayHear(heard, user('d', 'dispatcher'))).toBe(false);
    expect(mayHear(heard, null)).toBe(false);
    expect(mayHear(call({ recording: null }), user('s', 'supervisor'))).toBe(false);
  });
});
