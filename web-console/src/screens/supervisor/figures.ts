import type { AssignmentInFeed, Call, Incident, RaisedEscalation, Wallboard } from '../../api/types';
import { urgencyOf } from '../../map/pins';
import { isOpen } from '../../feed/reducer';
import { isLive, isWaiting as isWaitingCall } from '../../parts/calls';
import { isWaiting } from '../agency/chain';

/** How long an escalation counts as recent on the board. */
export const RECENT_ESCALATION_MILLISECONDS = 3_600_000;

export type FigureName =
  | 'waiting'
  | 'within'
  | 'unacknowledged_p1'
  | 'unacknowledged'
  | 'incidents'
  | 'call_backs'
  | 'takers'
  | 'live'
  | 'gaps'
  | 'clocks';

export interface Known {
  calls: Call[];
  incidents: Incident[];
  assignments: AssignmentInFeed[];
  escalations: RaisedEscalation[];
}

/** The lists behind the numbers. Each number is the length of its list, so that the two never differ. */
export function listsOf(known: Known, now: number) {
  const open = known.incidents.filter(isOpen);
  const byId = new Map(open.map((incident) => [incident.id, incident]));
  const waiting = known.calls
    .filter(isWaitingCall)
    .sort((one, other) => (one.arrived_at < other.arrived_at ? -1 : 1));
  const unacknowledged = known.assignments
    .filter((one) => isWaiting(one.state) && one.role !== 'notify' && byId.has(one.incident_id))
    .map((assignment) => ({ id: assignment.id, assignment, incident: byId.get(assignment.incident_id)! }))
    .sort(
      (one, other) =>
        urgencyOf(one.incident.priority) - urgencyOf(other.incident.priority) ||
        (one.assignment.sent_at < other.assignment.sent_at ? -1 : 1),
    );
  const callBacks = known.calls
    .filter((call) => call.call_back?.state === 'open')
    .sort((one, other) => ((one.call_back?.due_at ?? '') < (other.call_back?.due_at ?? '') ? -1 : 1));
  const unrecorded = known.calls
    .filter((call) => call.state === 'ended' && call.disposition === null)
    .sort((one, other) => ((one.ended_at ?? '') < (other.ended_at ?? '') ? -1 : 1));
  const escalations = known.escalations.filter(
    (one) => now - Date.parse(one.at) < RECENT_ESCALATION_MILLISECONDS,
  );
  const live = known.calls
    .filter(isLive)
    .sort((one, other) => ((one.answered_at ?? '') < (other.answered_at ?? '') ? -1 : 1));
  return {
    waiting,
    live,
    onHold: live.filter((call) => call.state === 'held'),
    /** The call goes on, but nobody will be able to hear it afterwards. */
    unrecordedAudio: live.filter((call) => call.without_recording),
    open,
    unacknowledged,
    /** When the assignment was sent that nobody has taken for the longest time. */
    oldestUnacknowledged: unacknowledged.map((one) => one.assignment.sent_at).sort()[0],
    unacknowledgedP1: unacknowledged.filter((one) => one.incident.priority === 'P1'),
    callBacks,
    unrecorded,
    /** Every call about which somebody still has to do something, once. */
    owing: [...callBacks, ...unrecorded.filter((call) => call.call_back?.state !== 'open')],
    overdueCallBacks: callBacks.filter((call) => now > Date.parse(call.call_back?.due_at ?? '')),
    escalations,
  };
}

/** NENA asks for 90 % within 15 s; the regulation itself sets no number. */
export const ANSWERED_SHARE_TARGET = 0.9;

/** Whether fewer call-takers are there than are needed; nobody at all is always too few. */
export function isShort({ needed, present }: Wallboard['staffing']): boolean {
  return present === 0 || needed == null || present < needed;
}

export function isBelowTarget(within: Wallboard['answered_within_15s']): boolean {
  return within.share !== null && within.n > 0 && within.share < ANSWERED_SHARE_TARGET;
}
