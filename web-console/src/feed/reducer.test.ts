import { describe, expect, it } from 'vitest';
import type { AssignmentInFeed, Unit } from '../api/types';
import { call, emptyBoard, assignment, incident, snapshot } from '../../test/samples';
import {
  ESCALATIONS_KEPT_MAX,
  FINISHED_KEPT_MAX,
  learnAssignment,
  learnCall,
  learnIncident,
  reduce,
} from './reducer';

describe('the cursor', () => {
  it('takes the snapshot as the truth and forgets what is not in it', () => {
    const board = emptyBoard();
    learnCall(board, call({ id: 'gone' }));
    expect(reduce(board, snapshot({ cursor: '10', calls: [call({ id: 'c1' })] }))).toBe('applied');
    expect([...board.calls.keys()]).toEqual(['c1']);
    expect(board.cursor).toBe('10');
  });

  it('never applies a message at or before it', () => {
    const board = emptyBoard();
    reduce(board, snapshot({ cursor: '10', calls: [call({ id: 'c1', version: 1 })] }));
    const repeated = call({ id: 'c1', version: 9, state: 'ended' });
    const at = '2026-11-22T01:00:00.000000Z';
    expect(reduce(board, { type: 'call.updated', cursor: '10', at, call: repeated })).toBe('repeated');
    expect(board.calls.get('c1')?.state).toBe('ringing');
    expect(reduce(board, { type: 'call.updated', cursor: '11', at, call: repeated })).toBe('applied');
    expect(board.calls.get('c1')?.state).toBe('ended');
  });

  it('counts beyond what a number holds exactly', () => {
    const board = emptyBoard();
    reduce(board, snapshot({ cursor: '9007199254740992' }));
    const at = '2026-11-22T01:00:00.000000Z';
    const next = { type: 'call.updated', cursor: '9007199254740993', at, call: call({}) } as const;
    expect(reduce(board, next)).toBe('applied');
    expect(reduce(board, next)).toBe('repeated');
    expect(board.cursor).toBe('9007199254740993');
  });

  it('follows the heartbeat over what is none of this person’s business, and never back', () => {
    const board = emptyBoard();
    reduce(board, snapshot({ cursor: '10' }));
    const at = '2026-11-22T01:00:00.000000Z';
    reduce(board, { type: 'heartbeat', cursor: '12', at });
    expect(board.cursor).toBe('12');
    reduce(board, { type: 'heartbeat', cursor: '11', at });
    expect(board.cursor).toBe('12');
  });

  it('shows the calls that live while the store is away, and moves no cursor by it', () => {
    const board = emptyBoard();
    reduce(board, snapshot({ cursor: '10', calls: [call({ id: 'c1', version: 4 })] }));
    const live = call({ id: 'c2', state: 'connected' });
    const stale = call({ id: 'c1', version: 2, state: 'queued' });
    const since = '2026-11-22T00:41:00.000000Z';
    reduce(board, { type: 'system.mode', mode: 'darurat', at: since, since, live_calls: [live, stale] });
    expect(board.mode).toBe('darurat');
    expect(board.modeSince).toBe(since);
    expect(board.calls.get('c2')?.state).toBe('connected');
    expect(board.calls.get('c1')?.version).toBe(4);
    expect(board.cursor).toBe('10');
    reduce(board, { type: 'system.mode', mode: 'normal', at: since, since, live_calls: null });
    expect(board.mode).toBe('normal');
    expect(board.calls.size).toBe(2);
  });

  it('starts over on resync', () => {
    const board = emptyBoard();
    reduce(board, snapshot({ cursor: '10' }));
    expect(reduce(board, { type: 'resync', at: '2026-11-22T01:00:00.000000Z' })).toBe('start_over');
    expect(board.cursor).toBeNull();
  });

  it('advances past a kind of message that this console does not know', () => {
    const board = emptyBoard();
    reduce(board, snapshot({ cursor: '10' }));
    const newer = { type: 'weather.changed', cursor: '11' } as never;
    expect(reduce(board, newer)).toBe('applied');
    expect(board.cursor).toBe('11');
  });
});

describe('what is newer stays', () => {
  it('keeps the call of the feed when the older answer of a write comes after it', () => {
    const board = emptyBoard();
    learnCall(board, call({ id: 'c1', version: 5, state: 'ended' }));
    learnCall(board, call({ id: 'c1', version: 4, state: 'connected' }));
    expect(board.calls.get('c1')?.state).toBe('ended');
  });

  it('keeps the incident of the higher version', () => {
    const board = emptyBoard();
    learnIncident(board, incident({ id: 'i1', version: 3, priority: 'P1' }));
    learnIncident(board, incident({ id: 'i1', version: 2, priority: 'P3' }));
    expect(board.incidents.get('i1')?.priority).toBe('P1');
  });

  it('never takes an assignment back to an earlier state', () => {
    const board = emptyBoard();
    learnAssignment(board, assignment({ id: 'a1', state: 'en_route' }));
    learnAssignment(board, assignment({ id: 'a1', state: 'sent' }));
    expect(board.assignments.get('a1')?.state).toBe('en_route');
  });

  it('reads the assignments that come inside an incident, with its number and priority', () => {
    const board = emptyBoard();
    const inside = assignment({ id: 'a1', incident_id: 'i1', state: 'delivered' });
    learnIncident(
      board,
      incident({ id: 'i1', number: '2026-000007', priority: 'P1', assignments: [inside] }),
    );
    expect(board.assignments.get('a1')).toMatchObject({ incident_number: '2026-000007', priority: 'P1' });
  });
});

describe('what a message carries beside its subject', () => {
  const at = '2026-11-22T01:00:00.000000Z';
  const summary = { number: '2026-000001', category: 'a', priority: 'P1' };
  const inFeed = (over: Partial<AssignmentInFeed>) =>
    ({
      ...assignment(over),
      incident_number: '2026-000001',
      category: 'a',
      priority: 'P1',
      incident: summary,
    }) as never;

  it('moves the status of the incident with the step of its agency', () => {
    const board = emptyBoard();
    reduce(
      board,
      snapshot({ cursor: '1', incidents: [incident({ id: 'i1', version: 1, status: 'dispatched' })] }),
    );
    const done = incident({ id: 'i1', version: 2, status: 'completed' });
    const step = inFeed({ id: 'a1', state: 'completed' });
    reduce(board, {
      type: 'assignment.updated',
      cursor: '2',
      at,
      assignment: step,
      incident: done,
      incident_id: 'i1',
    });
    expect(board.incidents.get('i1')?.status).toBe('completed');
    expect(board.assignments.get('a1')?.state).toBe('completed');
  });

  it('shows the next rung with the escalation that was raised', () => {
    const board = emptyBoard();
    const ladder = { rung: 1, next_step: 'agency_head', next_at: at, raised: [] } as const;
    reduce(board, {
      type: 'escalation.raised',
      cursor: '1',
      at,
      escalation: {} as never,
      assignment: inFeed({ id: 'a1', escalation: { ...ladder, raised: [] } }),
      incident: null,
      call: null,
    });
    expect(board.assignments.get('a1')?.escalation.next_step).toBe('agency_head');
  });
});

describe('bounds', () => {
  it('keeps a limited number of finished calls, and every call that owes something', () => {
    const board = emptyBoard();
    const done = { kind: 'prank', by: null, at: '2026-11-22T01:00:00.000000Z', note: null } as const;
    learnCall(board, call({ id: 'owing', state: 'ended', arrived_at: '2026-11-20T00:00:00.000000Z' }));
    for (let n = 0; n < FINISHED_KEPT_MAX + 5; n += 1) {
      const arrived_at = new Date(Date.UTC(2026, 10, 22, 0, 0, n)).toISOString();
      learnCall(board, call({ id: `c${n}`, state: 'ended', disposition: done, arrived_at }));
    }
    expect(board.calls.size).toBe(FINISHED_KEPT_MAX + 1);
    expect(board.calls.has('owing')).toBe(true);
    expect(board.calls.has('c0')).toBe(false);
  });

  const raised = (cursor: number, rung: number) =>
    ({
      type: 'escalation.raised',
      cursor: String(cursor),
      assignment: null,
      incident: null,
      call: null,
      at: '2026-11-22T01:00:00.000000Z',
      escalation: {
        incident_id: null,
        call_id: null,
        assignment_id: 'a1',
        agency_code: 'pln',
        asked_by: null,
        rung,
        step: 'agency_head',
        due_at: '',
        at: '',
        text_id: '',
        text_en: '',
      },
    }) as const;

  it('takes an escalation once that the snapshot has told already', () => {
    const board = emptyBoard();
    board.escalations = [raised(1, 2).escalation];
    reduce(board, raised(1, 2));
    reduce(board, raised(2, 3));
    expect(board.escalations.map((one) => one.rung)).toEqual([3, 2]);
  });

  it('keeps the latest escalations', () => {
    const board = emptyBoard();
    for (let n = 1; n <= ESCALATIONS_KEPT_MAX + 3; n += 1) reduce(board, raised(n, n));
    expect(board.escalations).toHaveLength(ESCALATIONS_KEPT_MAX);
    expect(board.escalations[0]?.rung).toBe(ESCALATIONS_KEPT_MAX + 3);
  });
});

describe('what is heard right now', () => {
  const at = '2026-11-22T01:00:00.000000Z';
  const activity = (over: object) =>
    ({
      type: 'call.activity',
      at,
      call_id: 'c1',
      caller_db: null,
      centre_db: null,
      voice: null,
      digit: null,
      from: null,
      ...over,
    }) as const;

  it('keeps the last levels, and gathers the keys of the caller alone', () => {
    const board = emptyBoard();
    reduce(board, snapshot({ cursor: '10', calls: [call({ id: 'c1', state: 'connected' })] }));
    reduce(board, activity({ caller_db: -20, centre_db: -60, voice: true }));
    reduce(board, activity({ digit: '5', from: 'caller' }));
    reduce(board, activity({ digit: '9', from: 'centre' }));
    expect(board.activity.get('c1')).toEqual({ callerDb: -20, centreDb: -60, voice: true, digits: '5' });
    expect(board.cursor).toBe('10');
  });

  it('is nothing of a call that is unknown or over', () => {
    const board = emptyBoard();
    reduce(board, snapshot({ cursor: '10', calls: [call({ id: 'c1', state: 'connected' })] }));
    reduce(board, activity({ call_id: 'other', caller_db: -20 }));
    reduce(board, activity({ caller_db: -20 }));
    learnCall(board, call({ id: 'c1', state: 'ended', version: 9 }));
    reduce(board, activity({ caller_db: -20 }));
    expect([...board.activity.keys()]).toEqual([]);
  });

  it('shows that one’s own telephone rings, until it is picked up', () => {
    const board = emptyBoard();
    reduce(board, snapshot({ phone_rings: true }));
    expect(board.phoneRings).toBe(true);
    reduce(board, { type: 'seat.rings', at: '2026-11-22T00:40:00.000000Z', rings: false });
    expect(board.phoneRings).toBe(false);
  });

  it('has the queue and the seats as they were told last', () => {
    const board = emptyBoard();
    const place = { call_id: 'c1', position: 1, wait_estimate_s: 20 };
    reduce(board, snapshot({ seats_connected: ['u1', 'u2'], queue: [place] }));
    reduce(board, { type: 'seat.updated', at, user_id: 'u1', connected: false });
    reduce(board, { type: 'seat.updated', at, user_id: 'u3', connected: true });
    expect([...board.seats.keys()]).toEqual(['u2', 'u3']);
    reduce(board, { type: 'seat.away', at, user_id: 'u2', away: true });
    expect([...board.away.keys()]).toEqual(['u2']);
    reduce(board, { type: 'seat.away', at, user_id: 'u2', away: false });
    expect(board.away.size).toBe(0);
    reduce(board, snapshot({ seats_away: ['u3'], queue: [place] }));
    expect([...board.away.keys()]).toEqual(['u3']);
    expect(board.queue.get('c1')).toEqual(place);
    reduce(board, { type: 'queue.updated', at, waiting: [{ ...place, call_id: 'c2' }] });
    expect([...board.queue.keys()]).toEqual(['c2']);
  });

  it('keeps what waiting calls may be, as the last message says it', () => {
    const board = emptyBoard();
    const at = '2026-11-22T00:40:00.000000Z';
    const event = { incident_id: 'i1', declared: true, calls: 14, last_call_at: at };
    reduce(board, {
      type: 'duplicates.updated',
      at,
      calls: [{ call_id: 'c1', items: [] }],
      mass_events: [event],
    });
    expect([...board.resembles.keys(), board.massEvents.get('i1')?.calls]).toEqual(['c1', 14]);
    reduce(board, { type: 'duplicates.updated', at, calls: [], mass_events: [] });
    expect([board.resembles.size, board.massEvents.size]).toEqual([0, 0]);
  });
});

it('keeps the units of a snapshot until the feed tells of them, and only those', () => {
  const board = emptyBoard();
  const unit = { id: 'u1', callsign: 'Damkar 1', state: 'ready' } as Unit;
  reduce(board, snapshot({ cursor: '10', units: [unit] }));
  const at = '2026-11-22T01:00:00.000000Z';
  const booked = { ...unit, state: 'booked' } as Unit;
  expect(reduce(board, { type: 'unit.updated', cursor: '10', at, unit: booked })).toBe('repeated');
  expect(reduce(board, { type: 'unit.updated', cursor: '11', at, unit: booked })).toBe('applied');
  expect(board.units.get('u1')?.state).toBe('booked');
  reduce(board, snapshot({ cursor: '12', units: [] }));
  expect(board.units.size).toBe(0);
});
