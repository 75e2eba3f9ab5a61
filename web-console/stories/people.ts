import type { Assignment, Call, Incident, Snapshot } from '../src/api/types';
import { assignment, call, incident } from '../test/samples';
import { agency } from './fake-server';

const places = [
  'Pasar Toboali',
  'Simpang Lima',
  'Pantai Nek Aji',
  'Jembatan Rias',
  'SDN 3 Payung',
  'Pelabuhan Sadai',
];
const types = [
  { type: 'kebakaran_bangunan', category: 'a', priority: 'P1' },
  { type: 'kecelakaan_lalu_lintas', category: 'c', priority: 'P2' },
  { type: 'pohon_tumbang', category: 'b', priority: 'P3' },
] as const;

export const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();

/** The `n`-th caller of a night. */
export function ringing(n: number, over: Partial<Call> = {}): Call {
  const number = `+6281270${String(n).padStart(6, '0')}`;
  return call({
    id: `c${n}`,
    caller: { number, name: null, source: 'asserted' },
    arrived_at: ago(n % 40),
    ...over,
  });
}

/** The `n`-th incident of a night, with one agency on it. */
export function happened(
  n: number,
  over: Partial<Incident> = {},
  state: Assignment['state'] = 'sent',
): Incident {
  const kind = types[n % types.length] ?? types[0];
  const id = `i${n}`;
  const task = assignment({
    id: `a${n}`,
    incident_id: id,
    agency: agency('damkar'),
    sent_at: ago(n * 7),
    state,
  });
  const base = incident({ id });
  const location = {
    ...base.location,
    landmark: places[n % places.length] ?? null,
    lat: -2.75 - (n % 17) * 0.02,
    lon: 106.3 + (n % 23) * 0.02,
  };
  return incident({
    id,
    number: `2026-${String(n).padStart(6, '0')}`,
    ...kind,
    narrative: 'Warga melapor lewat telepon.',
    location,
    opened_at: ago(n * 7 + 20),
    assignments: [task],
    ...over,
  });
}

/** The tasks of incidents, as the feed has them. */
export function tasksOf(incidents: readonly Incident[]): Snapshot['assignments'] {
  return incidents.flatMap((one) =>
    one.assignments.map((task) => ({
      ...task,
      incident_number: one.number,
      category: one.category,
      priority: one.priority,
      incident: {
        narrative: one.narrative,
        number: one.number,
        category: one.category,
        type: one.type,
        priority: one.priority,
        status: one.status,
        flags: one.flags,
        location: one.location,
        opened_at: one.opened_at,
      },
    })),
  );
}
