import type { EscalationStep, Post, Roster, RosterPerson, RosterShift } from '../../api/types';
import { aheadMilliseconds, momentHere } from '../../app/time';

/** No zone of Indonesia has a summer time, so that a day is always 24 hours. */
const DAY = 86_400_000;
/** As the server takes them in one request. */
export const SHIFTS_MAX = 124;

export interface Planned {
  person_id: string;
  from: string;
  to: string;
}

/** `20.00`, `20:00`, `2000` or `20` as `20:00`; nothing for what is no time of day. */
export function timeOfDay(text: string): string | null {
  const found = /^(\d{1,2})(?:[.: ]?(\d{2}))?$/.exec(text.trim());
  const [hour, minute] = [Number(found?.[1] ?? 99), Number(found?.[2] ?? 0)];
  if (hour > 23 || minute > 59) return null;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** Shifts from what was typed: a first day, hours of the day in the room (an end before its beginning is on the next day),
 * every so many days, so many times. Empty when something is missing. */
export function plan(
  person: string,
  typed: { day: string; from: string; to: string; every: number; times: number },
): Planned[] {
  const begin = momentHere(typed.day, timeOfDay(typed.from) ?? '');
  let end = momentHere(typed.day, timeOfDay(typed.to) ?? '');
  if (!person || Number.isNaN(begin) || Number.isNaN(end)) return [];
  if (end <= begin) end += DAY;
  const times = Math.min(Math.max(1, Math.floor(typed.times) || 1), SHIFTS_MAX);
  const step = Math.max(1, Math.floor(typed.every) || 1) * DAY;
  return Array.from({ length: times }, (_, n) => ({
    person_id: person,
    from: new Date(begin + n * step).toISOString(),
    to: new Date(end + n * step).toISOString(),
  }));
}

/** Whom a step of the ladder tells. */
export function postsOf(step: EscalationStep): Post[] {
  switch (step) {
    case 'renotify_and_call_duty':
    case 'second_channel':
    case 'welfare_check':
      return ['duty_officer'];
    case 'agency_head':
      return ['agency_head'];
    case 'head_and_sekda':
      return ['service_head', 'sekda'];
    case 'supervisor':
    case 'supervisor_and_next_agency':
    case 'next_day_list':
      return [];
  }
}

export interface Callee {
  post: Post;
  person: RosterPerson | null;
}

/** Whom to ring for a step about an agency: the first on duty of each post, or nobody where nobody is. */
export function callees(roster: Roster | null, step: EscalationStep, agency: string | null): Callee[] {
  if (!roster) return [];
  return postsOf(step).map((post) => {
    const code = post === 'sekda' ? null : agency;
    const held = roster.posts.find((one) => one.post === post && one.agency_code === code);
    const person = roster.people.find((one) => one.id === held?.now[0]);
    return { post, person: person ?? null };
  });
}

/** The shifts of some people, day by day in the room. */
export function byDay(
  shifts: readonly RosterShift[],
  people: ReadonlySet<string>,
): { day: number; shifts: RosterShift[] }[] {
  const days = new Map<number, RosterShift[]>();
  for (const shift of shifts) {
    if (!people.has(shift.person_id)) continue;
    const day = Math.floor((Date.parse(shift.from) + aheadMilliseconds()) / DAY);
    days.set(day, [...(days.get(day) ?? []), shift]);
  }
  return [...days]
    .sort(([one], [other]) => one - other)
    .map(([day, of]) => ({ day: day * DAY - aheadMilliseconds(), shifts: of }));
}
