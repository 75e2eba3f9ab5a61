import type {
  AssignmentInFeed,
  AssignmentState,
  Call,
  Duty,
  FeedMessage,
  Incident,
  MassEvent,
  Named,
  PersonOnDuty,
  PossibleDuplicate,
  RaisedEscalation,
  QueuePlace,
  SystemMode,
  Unit,
} from '../api/types';

/** A desk that stays open for weeks must not keep every call it ever saw. */
export const FINISHED_KEPT_MAX = 200;

/** As many keys as a record keeps. */
const DIGITS_KEPT_MAX = 64;

/** The latest escalations are enough for a screen; the log has all of them. */
export const ESCALATIONS_KEPT_MAX = 100;

/** What tells one escalation from any other. */
export const escalationKey = (one: RaisedEscalation): string =>
  [one.assignment_id ?? one.call_id ?? one.incident_id, one.rung, one.step, one.at].join(' ');

/** What is heard on a call right now. It is on no record, and a slow console misses some of it. */
export interface Activity {
  /** Decibels below full scale; -127 is silence. */
  callerDb: number;
  centreDb: number;
  /** The caller speaks. */
  voice: boolean;
  /** Keys that the caller pressed since this console knows the call: they come before the record of them. */
  digits: string;
}

/** Before the first word about a call. */
export const silence: Activity = { callerDb: -127, centreDb: -127, voice: false, digits: '' };

/**
 * What a console knows. The maps are reactive in the browser (one signal for each entity) and
 * plain in the tests; the reducer cannot tell the difference.
 */
export interface Board {
  cursor: string | null;
  epoch: string | null;
  calls: Map<string, Call>;
  /** How loud live calls are; only of those that this person may hear. */
  activity: Map<string, Activity>;
  /** Places in the queue, by call. */
  queue: Map<string, QueuePlace>;
  /** What waiting calls may be second reports of, by call. */
  resembles: Map<string, PossibleDuplicate[]>;
  /** Incidents that very many call about, by incident. */
  massEvents: Map<string, MassEvent>;
  /** Whose audio works, by user; only of those whose duty this person may see. */
  seats: Map<string, true>;
  /** Who is ready and has no console open: no call rings there. */
  away: Map<string, true>;
  /** The telephone part answers. */
  trunkAnswers: boolean;
  /** This person's telephone rings, for a call that is theirs already. */
  phoneRings: boolean;
  /** Which question cards hold, and when they or changes of them were last touched. */
  cards: { version: number; touched: string } | null;
  /** Which policy holds, and when it or a change of it was last touched. */
  policy: { version: string; touched: string } | null;
  /** When agencies, areas or places were last touched. */
  referenceTouched: string | null;
  /** When duty rosters or hand-overs of shifts were last touched. */
  rosterTouched: string | null;
  /** When the disaster mode or a word to agencies was last touched. */
  alertsTouched: string | null;
  incidents: Map<string, Incident>;
  assignments: Map<string, AssignmentInFeed>;
  duties: Map<string, PersonOnDuty>;
  /** Units of this person's agency; for the centre of all. */
  units: Map<string, Unit>;
  duty: Duty | null;
  escalations: RaisedEscalation[];
  mode: SystemMode;
  modeSince: string | null;
}

export type Applied =
  /** The board has changed (or agreed). */
  | 'applied'
  /** Seen before: a resumed feed may repeat, the board must not. */
  | 'repeated'
  /** The server wants this console to start again from a snapshot. */
  | 'start_over';

/** The one place where a message of the feed changes what a console shows. */
export function reduce(board: Board, message: FeedMessage): Applied {
  switch (message.type) {
    case 'snapshot':
      board.epoch = message.epoch;
      board.cursor = message.cursor;
      board.mode = message.mode;
      board.trunkAnswers = message.trunk_answers;
      board.phoneRings = message.phone_rings;
      board.cards = { version: message.cards_version, touched: message.cursor };
      board.policy = { version: message.policy_version, touched: message.cursor };
      board.referenceTouched = message.cursor;
      board.rosterTouched = message.cursor;
      board.alertsTouched = message.cursor;
      replaceAll(board.calls, message.calls);
      board.activity.clear();
      learnQueue(board, message.queue);
      board.seats.clear();
      for (const user of message.seats_connected) board.seats.set(user, true);
      board.away.clear();
      for (const user of message.seats_away) board.away.set(user, true);
      replaceAll(board.incidents, message.incidents);
      board.assignments.clear();
      for (const incident of message.incidents) learnEmbedded(board, incident);
      for (const assignment of message.assignments) learnAssignment(board, assignment);
      board.duties.clear();
      for (const person of message.duties) board.duties.set(person.user.id, person);
      board.duty = message.duty;
      replaceAll(board.units, message.units);
      board.escalations = message.escalations.slice(0, ESCALATIONS_KEPT_MAX);
      return 'applied';
    case 'resumed':
      board.trunkAnswers = message.trunk_answers;
      return 'applied';
    case 'error':
      return 'applied';
    case 'heartbeat':
      // Everything up to here was sent, or is none of this person's business.
      advance(board, message.cursor);
      return 'applied';
    case 'resync':
      board.cursor = null;
      return 'start_over';
    case 'system.mode':
      board.mode = message.mode;
      board.modeSince = message.since;
      for (const call of message.live_calls ?? []) learnCall(board, call);
      return 'applied';
    case 'call.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      learnCall(board, message.call);
      return 'applied';
    case 'incident.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      learnIncident(board, message.incident);
      return 'applied';
    case 'assignment.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      learnAssignment(board, message.assignment);
      learnIncident(board, message.incident);
      return 'applied';
    case 'escalation.raised':
      if (!advance(board, message.cursor)) return 'repeated';
      // A snapshot may be a moment younger than its cursor: what it already tells comes once more.
      if (!board.escalations.some((one) => escalationKey(one) === escalationKey(message.escalation)))
        board.escalations = [message.escalation, ...board.escalations].slice(0, ESCALATIONS_KEPT_MAX);
      // What was escalated has changed by it: the next rung, the next deadline.
      if (message.assignment) learnAssignment(board, message.assignment);
      if (message.incident) learnIncident(board, message.incident);
      if (message.call) learnCall(board, message.call);
      return 'applied';
    case 'call.activity':
      // It overtakes what is on record: of a call that is not known, or is over, it says nothing.
      if (isAudible(board.calls.get(message.call_id))) learnActivity(board, message);
      return 'applied';
    case 'queue.updated':
      learnQueue(board, message.waiting);
      return 'applied';
    case 'duplicates.updated':
      board.resembles.clear();
      for (const one of message.calls) board.resembles.set(one.call_id, one.items);
      board.massEvents.clear();
      for (const one of message.mass_events) board.massEvents.set(one.incident_id, one);
      return 'applied';
    case 'seat.updated':
      if (message.connected) board.seats.set(message.user_id, true);
      else board.seats.delete(message.user_id);
      return 'applied';
    case 'trunk.answers':
      board.trunkAnswers = message.answers;
      return 'applied';
    case 'seat.rings':
      board.phoneRings = message.rings;
      return 'applied';
    case 'cards.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      board.cards = { version: message.version, touched: message.cursor };
      return 'applied';
    case 'policy.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      board.policy = { version: message.version, touched: message.cursor };
      return 'applied';
    case 'reference.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      board.referenceTouched = message.cursor;
      return 'applied';
    case 'alerts.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      board.alertsTouched = message.cursor;
      return 'applied';
    case 'roster.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      board.rosterTouched = message.cursor;
      return 'applied';
    case 'seat.away':
      if (message.away) board.away.set(message.user_id, true);
      else board.away.delete(message.user_id);
      return 'applied';
    case 'unit.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      if (message.unit.state === 'retired') board.units.delete(message.unit.id);
      else board.units.set(message.unit.id, message.unit);
      return 'applied';
    case 'duty.updated':
      if (!advance(board, message.cursor)) return 'repeated';
      learnDuty(board, message.user, message.duty);
      return 'applied';
    default:
      // A newer server may send kinds that this console does not know; their cursor still counts.
      return advance(board, (message as { cursor?: string }).cursor) ? 'applied' : 'repeated';
  }
}

/** An answer to a write may come before or after the feed tells the same: the newer one stays. */
export function learnCall(board: Board, call: Call): void {
  const known = board.calls.get(call.id);
  if (known && known.version > call.version) return;
  board.calls.set(call.id, call);
  if (!isAudible(call)) board.activity.delete(call.id);
  forgetOldest(
    board.calls,
    (one) => one.state === 'ended' && !owesSomething(one),
    (one) => one.arrived_at,
  );
}

function learnActivity(board: Board, message: Extract<FeedMessage, { type: 'call.activity' }>): void {
  const known = board.activity.get(message.call_id) ?? silence;
  board.activity.set(message.call_id, {
    callerDb: message.caller_db ?? known.callerDb,
    centreDb: message.centre_db ?? known.centreDb,
    voice: message.voice ?? known.voice,
    digits:
      message.from === 'caller'
        ? (known.digits + (message.digit ?? '')).slice(-DIGITS_KEPT_MAX)
        : known.digits,
  });
}

function learnQueue(board: Board, waiting: QueuePlace[]): void {
  board.queue.clear();
  for (const place of waiting) board.queue.set(place.call_id, place);
}

function isAudible(call: Call | undefined): boolean {
  return call !== undefined && call.state !== 'ended';
}

export function learnIncident(board: Board, incident: Incident): void {
  const known = board.incidents.get(incident.id);
  if (known && known.version > incident.version) return;
  board.incidents.set(incident.id, incident);
  learnEmbedded(board, incident);
  forgetOldest(
    board.incidents,
    (one) => !isOpen(one),
    (one) => one.opened_at,
  );
  forgetAssignmentsWithoutIncident(board);
}

export function learnAssignment(board: Board, assignment: AssignmentInFeed): void {
  const known = board.assignments.get(assignment.id);
  if (known && isOlder(assignment, known)) return;
  board.assignments.set(assignment.id, { ...known, ...assignment });
}

/** A state goes only forward, but for a step that was taken back; that is counted. */
function isOlder(one: AssignmentInFeed, known: AssignmentInFeed): boolean {
  if (one.steps_taken_back !== known.steps_taken_back) return one.steps_taken_back < known.steps_taken_back;
  return rank(known.state) > rank(one.state);
}

function learnEmbedded(board: Board, incident: Incident): void {
  for (const assignment of incident.assignments) {
    learnAssignment(board, {
      ...assignment,
      incident_number: incident.number,
      category: incident.category,
      priority: incident.priority,
    });
  }
}

function learnDuty(board: Board, user: Named, duty: Duty): void {
  board.duties.set(user.id, { role: board.duties.get(user.id)?.role ?? null, user, duty });
}

/** Moves the cursor on; false when the message lies at or before it. */
function advance(board: Board, cursor: string | undefined): boolean {
  if (cursor === undefined) return true;
  if (board.cursor !== null && BigInt(cursor) <= BigInt(board.cursor)) return false;
  board.cursor = cursor;
  return true;
}

const order: AssignmentState[] = [
  'sent',
  'delivered',
  'acknowledged',
  'en_route',
  'on_scene',
  'working',
  'under_control',
  'completed',
  'declined',
  'cancelled',
];

/** How far an assignment is; states only go forward. */
export function rank(state: AssignmentState): number {
  return order.indexOf(state);
}

export function isOpen(incident: Pick<Incident, 'status'>): boolean {
  return !['closed', 'cancelled', 'merged'].includes(incident.status);
}

/** Whether somebody still has to do something about a call that has ended. */
export function owesSomething(call: Call): boolean {
  return call.disposition === null || call.call_back?.state === 'open';
}

function replaceAll<Item extends { id: string }>(map: Map<string, Item>, items: Item[]): void {
  const kept = new Set(items.map((item) => item.id));
  for (const key of [...map.keys()]) if (!kept.has(key)) map.delete(key);
  for (const item of items) map.set(item.id, item);
}

function forgetOldest<Item extends { id: string }>(
  map: Map<string, Item>,
  finished: (item: Item) => boolean,
  age: (item: Item) => string,
): void {
  const done = [...map.values()].filter(finished);
  if (done.length <= FINISHED_KEPT_MAX) return;
  done.sort((one, other) => (age(one) < age(other) ? -1 : 1));
  for (const item of done.slice(0, done.length - FINISHED_KEPT_MAX)) map.delete(item.id);
}

function forgetAssignmentsWithoutIncident(board: Board): void {
  if (board.assignments.size <= FINISHED_KEPT_MAX * 8) return;
  for (const [key, assignment] of board.assignments) {
    if (!board.incidents.has(assignment.incident_id)) board.assignments.delete(key);
  }
}
