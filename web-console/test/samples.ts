import type { Assignment, Call, Incident, Snapshot } from '../src/api/types';
import type { Board } from '../src/feed/reducer';

export function emptyBoard(): Board {
  return {
    cursor: null,
    epoch: null,
    calls: new Map(),
    activity: new Map(),
    queue: new Map(),
    seated: null,
    incidents: new Map(),
    assignments: new Map(),
    duties: new Map(),
    duty: null,
    escalations: [],
    mode: 'normal',
    modeSince: null,
  };
}

export function call(over: Partial<Call>): Call {
  return {
    id: 'c1',
    state: 'ringing',
    trunk: 'telkom',
    dialled: 'sip:112@127.0.0.1',
    caller: { number: '+6281200000001', name: null, source: 'asserted' },
    fixes: [],
    access_network: null,
    defects: [],
    test: false,
    arrived_at: '2026-11-22T00:39:23.000000Z',
    queue_answered_at: null,
    answered_at: null,
    answered_by: null,
    ended_at: null,
    end_reason: null,
    disposition: null,
    incident_id: null,
    offered_to: [],
    direction: 'in',
    parties: [],
    digits: '',
    voice_heard_at: null,
    class: null,
    because: [],
    supervisors: null,
    recording: null,
    without_recording: false,
    restored: false,
    call_taker_left: false,
    call_back: null,
    disposition_due_at: null,
    number_history: { calls: 0, prank: 0, ghost: 0, incidents: 0, last_at: null },
    version: 1,
    ...over,
  };
}

export function incident(over: Partial<Incident>): Incident {
  return {
    id: 'i1',
    number: '2026-000001',
    version: 1,
    status: 'new',
    category: 'a',
    type: 'kebakaran_bangunan',
    priority: 'P1',
    narrative: '',
    location: {
      lat: null,
      lon: null,
      accuracy_m: null,
      landmark: 'pasar',
      address: null,
      area_code: '19.03.01',
      area_name: 'Toboali',
      area_by: 'given',
      outside: false,
    },
    casualties: null,
    reporter: null,
    opened_at: '2026-11-22T00:40:00.000000Z',
    opened_by: { id: 'u1', name: 'Rina' },
    closed_at: null,
    merged_into: null,
    calls: [],
    assignments: [],
    proposed_agencies: [],
    missing_functions: [],
    next_deadline_at: null,
    ...over,
  };
}

export function assignment(over: Partial<Assignment>): Assignment {
  return {
    id: 'a1',
    incident_id: 'i1',
    agency: { id: 'g1', code: 'damkar', name: 'Damkar' },
    role: 'lead',
    state: 'sent',
    sent_at: '2026-11-22T00:40:05.000000Z',
    delivered_at: null,
    seen_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    en_route_at: null,
    on_scene_at: null,
    working_at: null,
    under_control_at: null,
    completed_at: null,
    declined: null,
    cancelled: null,
    unit: null,
    because: 'dispatch',
    escalation: { rung: 0, next_step: null, next_at: null, raised: [] },
    note: null,
    ...over,
  };
}

export function snapshot(over: Partial<Snapshot>): Snapshot {
  return {
    type: 'snapshot',
    cursor: '1',
    at: '2026-11-22T00:40:00.000000Z',
    epoch: 'e1',
    calls: [],
    incidents: [],
    assignments: [],
    duties: [],
    duty: { state: 'off', audio: { kind: 'browser' }, since: null },
    escalations: [],
    mode: 'normal',
    ...over,
  };
}
