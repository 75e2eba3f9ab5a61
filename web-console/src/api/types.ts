/**
 * The shapes that the server sends and takes, as the API describes them.
 *
 * Times are RFC 3339 strings in UTC. Counters that may pass 2^53 (cursors, log
 * indexes) are strings.
 */

export type Role = 'call_taker' | 'dispatcher' | 'supervisor' | 'admin' | 'auditor';

export interface User {
  id: string;
  username: string;
  name: string;
  role: Role;
  agency_id: string | null;
  agency_code: string | null;
}

export interface Session {
  user: User;
  expires_at: string;
}

export interface Named {
  id: string;
  name: string;
}

export type DutyState = 'ready' | 'paused' | 'off';

export interface Duty {
  state: DutyState;
  audio: { kind: 'browser' } | { kind: 'phone'; uri: string };
  since: string | null;
}

export interface PersonOnDuty {
  user: Named;
  role?: Role | null;
  duty: Duty;
}

export type CallState = 'ringing' | 'queued' | 'offered' | 'connected' | 'held' | 'ended';

export const dispositionKinds = [
  'incident',
  'prank',
  'ghost',
  'accidental',
  'information',
  'complaint',
  'abandoned',
  'wrong_number',
  'duplicate',
  'test',
] as const;
export type DispositionKind = (typeof dispositionKinds)[number];

export type CallBackOutcome = 'reached' | 'no_answer' | 'not_needed';

export interface CallBack {
  due_at: string;
  state: 'open' | 'done';
  attempts: { at: string; by: Named; outcome: CallBackOutcome; note: string | null }[];
  overdue: boolean;
}

export interface LocationFix {
  point: { lat: number; lon: number; radius_m: number | null } | null;
  reference: string | null;
  civic: string | null;
  source: string;
  measured_at: string | null;
}

export interface NumberHistory {
  calls: number;
  prank: number;
  ghost: number;
  incidents: number;
  last_at: string | null;
}

export interface Call {
  id: string;
  state: CallState;
  trunk: string;
  dialled: string;
  caller: { number: string; name: string | null; source: 'asserted' | 'from' | null } | null;
  fixes: LocationFix[];
  access_network: string | null;
  defects: string[];
  test: boolean;
  arrived_at: string;
  queue_answered_at: string | null;
  answered_at: string | null;
  answered_by: Named | null;
  ended_at: string | null;
  end_reason: string | null;
  disposition: { kind: DispositionKind; by: Named | null; at: string; note: string | null } | null;
  incident_id: string | null;
  call_back: CallBack | null;
  disposition_due_at: string | null;
  number_history: NumberHistory;
  version: number;
}

export type Category = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g';
export const priorities = ['P1', 'P2', 'P3', 'P0'] as const;
export type Priority = (typeof priorities)[number];

export type IncidentStatus =
  | 'new'
  | 'dispatched'
  | 'acknowledged'
  | 'en_route'
  | 'on_scene'
  | 'working'
  | 'under_control'
  | 'completed'
  | 'closed'
  | 'cancelled'
  | 'merged';

export type AssignmentState =
  | 'sent'
  | 'delivered'
  | 'acknowledged'
  | 'en_route'
  | 'on_scene'
  | 'working'
  | 'under_control'
  | 'completed'
  | 'declined'
  | 'cancelled';

export type AgencyRole = 'lead' | 'support' | 'notify';

export interface IncidentLocation {
  lat: number | null;
  lon: number | null;
  accuracy_m: number | null;
  landmark: string | null;
  address: string | null;
  area_code: string | null;
  area_name: string | null;
  area_by: 'polygon' | 'nearest' | 'given' | null;
  outside: boolean;
}

export interface ProposedAgency {
  agency_id: string;
  code: string;
  name: string;
  role: AgencyRole;
  because: string;
}

export interface Escalation {
  rung: number;
  next_step: string | null;
  next_at: string | null;
  raised: { rung: number; step: string; at: string }[];
}

export interface Assignment {
  id: string;
  incident_id: string;
  agency: { id: string; code: string; name: string };
  role: AgencyRole;
  state: AssignmentState;
  sent_at: string;
  delivered_at: string | null;
  seen_at: string | null;
  acknowledged_at: string | null;
  acknowledged_by: Named | null;
  en_route_at: string | null;
  on_scene_at: string | null;
  working_at: string | null;
  under_control_at: string | null;
  completed_at: string | null;
  declined: { at: string; by: Named; reason: string } | null;
  cancelled: { at: string; reason: string } | null;
  unit: string | null;
  because: 'dispatch' | 'declined' | 'escalated';
  escalation: Escalation;
  note: string | null;
}

export interface TimelineEntry {
  index: string;
  at: string;
  kind: string;
  actor: { kind: 'user' | 'system' | 'trunk'; id: string | null; name: string | null };
  text_id: string;
  text_en: string;
}

export interface Note {
  at: string;
  by: Named | null;
  text: string;
}

export interface Incident {
  id: string;
  number: string;
  version: number;
  status: IncidentStatus;
  category: Category;
  type: string | null;
  priority: Priority;
  narrative: string;
  location: IncidentLocation;
  casualties: number | null;
  reporter: { name: string | null; number: string | null } | null;
  opened_at: string;
  opened_by: Named;
  closed_at: string | null;
  merged_into: string | null;
  calls: string[];
  assignments: Assignment[];
  proposed_agencies: ProposedAgency[];
  missing_functions: string[];
  next_deadline_at: string | null;
  timeline?: TimelineEntry[];
  notes?: Note[];
}

export interface NewIncident {
  call_id?: string;
  category: Category;
  type?: string;
  priority?: Priority;
  narrative: string;
  location: {
    lat?: number;
    lon?: number;
    accuracy_m?: number;
    landmark?: string;
    address?: string;
    area_code?: string;
  };
  casualties?: number;
  reporter?: { name?: string; number?: string };
}

export interface Suggestion {
  category: Category;
  type: string | null;
  priority: Priority;
  score: number;
  because: string[];
  label_id: string;
  label_en: string;
}

export interface Classification {
  emergency: boolean;
  uncertain: boolean;
  suggestions: Suggestion[];
}

export interface IncidentType {
  code: string;
  category: Category;
  label_id: string;
  label_en: string;
  priority: Priority;
  lead: string[];
  support: string[];
  notify: string[];
}

export interface Policy {
  version: number | string;
  decree: string;
  categories: { category: Category; label_local: string; label_national: string; label_en: string }[];
  types: IncidentType[];
}

export interface Area {
  code: string;
  name: string;
  level: 'kabupaten' | 'kecamatan' | 'desa';
  lat: number;
  lon: number;
  /** Belongs to another government. */
  neighbour?: boolean;
  polygon: GeoPolygon | null;
}

export type GeoPolygon =
  { type: 'Polygon'; coordinates: number[][][] } | { type: 'MultiPolygon'; coordinates: number[][][][] };

export interface Agency {
  id: string;
  code: string;
  name: string;
  functions?: string[];
  active?: boolean;
}

export interface Wallboard {
  at: string;
  calls_waiting: number;
  longest_waiting_s: number | null;
  answered_within_15s: { share: number | null; n: number };
  call_backs_open: number;
  call_backs_overdue: number;
  incidents_open: number;
  incidents_by_status: Partial<Record<IncidentStatus, number>>;
  unacknowledged: { p1: number; p2: number; p3: number };
  oldest_unacknowledged_s: number | null;
  call_takers: { ready: number; paused: number; off: number; talking: number };
  open_by_agency: { agency: string; code: string; open: number; unacknowledged: number }[];
  mode: SystemMode;
}

export type SystemMode = 'normal' | 'darurat';

export interface RaisedEscalation {
  incident_id: string | null;
  call_id: string | null;
  assignment_id: string | null;
  agency_code: string | null;
  rung: number;
  step: string;
  due_at: string;
  at: string;
  text_id: string;
  text_en: string;
}

export interface LogEntry {
  index: string;
  at: string;
  stream: string;
  version: number | string;
  kind: string;
  actor: unknown;
  body: unknown;
  leaf: string;
  hash: string;
}

export interface Checkpoint {
  text: string;
  size: string;
  head: string;
  at: string;
}

export interface PublicKey {
  public_key: string;
  certificate: string;
  key_id: string;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** What an assignment message adds for the agency's list. */
export interface AssignmentInFeed extends Assignment {
  incident_number?: string;
  category?: Category;
  priority?: Priority;
}

export interface Snapshot {
  type: 'snapshot';
  cursor: string;
  at: string;
  epoch: string;
  calls: Call[];
  incidents: Incident[];
  assignments: AssignmentInFeed[];
  duty?: Duty | null;
  duties?: PersonOnDuty[];
  escalations?: RaisedEscalation[];
  mode: SystemMode;
}

export type FeedMessage =
  | Snapshot
  | { type: 'resumed'; cursor: string; at?: string; epoch?: string }
  | { type: 'heartbeat'; cursor?: string; at?: string }
  | { type: 'resync' }
  | { type: 'call.updated'; cursor: string; at: string; call: Call }
  | { type: 'incident.updated'; cursor: string; at: string; incident: Incident }
  | {
      type: 'assignment.updated';
      cursor: string;
      at: string;
      assignment: AssignmentInFeed;
      incident_id: string;
    }
  | { type: 'escalation.raised'; cursor: string; at: string; escalation: RaisedEscalation }
  | { type: 'duty.updated'; cursor: string; at: string; user: Named; duty: Duty }
  | {
      type: 'system.mode';
      cursor?: string;
      at: string;
      mode: SystemMode;
      since: string;
      live_calls?: Call[];
    };

export interface ProblemBody {
  status: number;
  code: string;
  title: string;
  detail?: string;
  title_en?: string;
  detail_en?: string;
  errors?: { field: string; code: string; message: string; message_en?: string }[];
  winner?: { id: string; name: string; at?: string };
  current?: unknown;
}
