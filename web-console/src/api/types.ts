/**
 * The names by which the console speaks of the server's shapes. The shapes themselves are generated
 * from `openapi.json` (`sigap openapi > openapi.json && npm run api`); nothing is written twice.
 */
import type { components } from './api.gen';

type Schemas = components['schemas'];

export type Role = Schemas['UserRole'];
export type User = Schemas['User'];
export type Session = Schemas['Session'];
export type Named = Schemas['Named'];
export type Duty = Schemas['Duty'];
export type DutyState = Schemas['DutyState'];
export type PersonOnDuty = Schemas['PersonOnDuty'];

export type DutyAudio = Schemas['Audio'];

type Party = {
  id: string;
  label: string;
  target: string;
  by: Named | null;
  state: 'calling' | 'talking' | 'left';
  why: string | null;
  since: string;
};
export type SuperviseMode = 'listen' | 'whisper' | 'barge';
type Recording = { started_at: string; seconds: number; silence_s: number; sha256: string; url: string };
type Voice = {
  state: 'ringing' | 'queued' | 'offered' | 'connected' | 'held' | 'ended';
  direction: 'in' | 'out';
  call_back_of: string | null;
  call_taker: Named | null;
  seat_lost: Named | null;
  offered_to: Named[];
  position: number | null;
  wait_estimate_s: number | null;
  class: 'likely' | 'unknown' | 'suspect' | null;
  because: string[];
  parties: Party[];
  supervisors: { user: Named; mode: SuperviseMode; since: string }[] | null;
  digits: string;
  digits_sent: string;
  voice_heard_at: string | null;
  prompted: { kind: 'silent_call' | 'challenge'; at: string }[];
  recording: Recording | null;
  without_recording: boolean;
  restored: boolean;
  call_back_with: string | null;
};
export type Call = Omit<Schemas['Call'], 'state' | 'call_back'> &
  Voice & { call_back: (Schemas['CallBack'] & { owner: Named | null; settled_by: string | null }) | null };
export type Answered = { call: Call; audio: 'browser' | 'phone' | 'none' };
export type Contact = { code: string; label: string; target: string };
export type PhoneBook = { contacts: Contact[]; others: boolean };
export type QueuePlace = { call_id: string; position: number; wait_estimate_s: number | null };
export type LocationFix = Schemas['Fix'];
export type DispositionKind = Schemas['DispositionKind'];
export type CallBackOutcome = Schemas['CallBackOutcome'];

export type Category = Schemas['Category'];
export type Priority = Schemas['Priority'];
export type AgencyRole = Schemas['AgencyRole'];
export type Incident = Schemas['Incident'];
export type IncidentDetail = Schemas['IncidentDetail'];
export type IncidentLocation = Schemas['Location'];
export type IncidentStatus = Schemas['IncidentStatus'];
export type Note = Schemas['Note'];
export type TimelineEntry = Schemas['TimelineEntry'];
export type NewIncident = Schemas['IncidentRequest'];
export type Correction = Schemas['EditRequest'];

export type Assignment = Schemas['Assignment'];
export type AssignmentState = Schemas['AssignmentState'];
export type Escalation = Schemas['Ladder'];
export type RaisedEscalation = Schemas['Escalation'];

export type Classification = Schemas['Classification'];
export type Suggestion = Schemas['Suggestion'];
export type Policy = Schemas['Policy'];
export type IncidentType = Schemas['TypePlan'];
export type Agency = Schemas['Agency'];
/** GeoJSON has no schema in the document; the map library reads it. */
export type Area = Omit<Schemas['Area'], 'polygon'> & { polygon: object | null };

export type Wallboard = Schemas['Wallboard'];
export type SystemMode = Schemas['SystemMode'];
export type LogEntry = Schemas['LogLine'];
export type Checkpoint = Schemas['Checkpoint'];
export type PublicKey = Schemas['PublicKey'];

export type FeedMessage =
  | Exclude<Schemas['FeedMessage'], { type: 'snapshot' }>
  | (Extract<Schemas['FeedMessage'], { type: 'snapshot' }> & {
      seats_connected: string[];
      seat_connected: boolean;
      queue: QueuePlace[];
    })
  | {
      type: 'call.activity';
      at: string;
      call_id: string;
      caller_db: number | null;
      centre_db: number | null;
      voice: boolean | null;
      digit: string | null;
      from: 'caller' | 'centre' | null;
    }
  | { type: 'seat.updated'; at: string; user_id: string; connected: boolean }
  | { type: 'queue.updated'; at: string; waiting: QueuePlace[] };
export type Snapshot = Extract<FeedMessage, { type: 'snapshot' }>;

/** A refusal. A proxy in front may leave out what our server always says. */
export type ProblemBody = Pick<Schemas['Problem'], 'status' | 'code' | 'title'> & Partial<Schemas['Problem']>;

/** An assignment that came inside its incident has no summary of it, and needs none. */
export type AssignmentInFeed = Assignment &
  Partial<Pick<Schemas['AssignmentWithIncident'], 'incident_number' | 'category' | 'priority'>>;

/** Whom one asks into a call, or gives it to: somebody of the phone book, or a number. */
export type Whom = { agency: string } | { target: string };

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** From the most urgent to the least. */
export const priorities = ['P1', 'P2', 'P3', 'P0'] as const satisfies readonly Priority[];

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
] as const satisfies readonly DispositionKind[];
