import type { PaperRequest } from '../../api/types';
import { aheadMilliseconds, momentHere } from '../../app/time';

/** An agency that was told by telephone, as it is typed off the paper. */
export interface PaperTaskFields {
  agency: string;
  told: string;
  toldBy: string;
  acknowledged: string;
  heardBy: string;
  enRoute: string;
  onScene: string;
  completed: string;
}

/** What stands on a paper form besides the report, as it is typed. */
export interface PaperFields {
  form: string;
  /** `YYYY-MM-DD`, the day in the room on which the report was taken. */
  date: string;
  received: string;
  takenBy: string;
  tasks: PaperTaskFields[];
  ended: boolean;
  endedTime: string;
  endedNote: string;
}

/** What is wrong, by the field as the API names it. */
export type PaperFaults = Record<
  string,
  'paper.need_form' | 'paper.need_date' | 'paper.need_time' | 'paper.bad_time' | 'paper.need_agency'
>;

/** A time of day that lies so much earlier than the step before is one of the next day: a night has one form. */
const OVER_MIDNIGHT_MILLISECONDS = 12 * 3_600_000;
const DAY_MILLISECONDS = 24 * 3_600_000;

export const emptyTask: PaperTaskFields = {
  agency: '',
  told: '',
  toldBy: '',
  acknowledged: '',
  heardBy: '',
  enRoute: '',
  onScene: '',
  completed: '',
};

export function emptyPaper(date: string, takenBy = ''): PaperFields {
  const rest = { tasks: [], ended: false, endedTime: '', endedNote: '' };
  return { form: '', date, received: '', takenBy, ...rest };
}

/** Whether losing it would lose somebody's work. The day and the name are carried over by themselves. */
export function hasPaperContent(paper: PaperFields): boolean {
  return [paper.form, paper.received].some((text) => text.trim() !== '') || paper.tasks.length > 0;
}

/** `2.14`, `02:14`, `0214` as minutes of the day; null for anything else. */
export function minutesOf(text: string): number | null {
  const [, hours, minutes] = /^(\d{1,2})[.:]?(\d{2})$/.exec(text.trim()) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  return Number(hours) < 24 && Number(minutes) < 60 ? Number(hours) * 60 + Number(minutes) : null;
}

/** A time of day, and on which day after that of the form it was, where somebody says so: `7.10+1`. */
interface Hour {
  minutes: number;
  day: number | null;
}

function hourOf(text: string): Hour | null {
  const [, time = '', day] = /^([^+]*?)(?:\s*\+\s*(\d))?$/.exec(text.trim()) ?? [];
  const minutes = minutesOf(time);
  return minutes === null ? null : { minutes, day: day === undefined ? null : Number(day) };
}

/** That minute of a day in the room, in milliseconds since 1970. */
function moment(date: string, minutes: number): number {
  return momentHere(date, '00:00') + minutes * 60_000;
}

/** The time of day that follows `previous`: of the same day, or of the next one when midnight lies between. */
function following(date: string, previous: number, { minutes, day }: Hour): number {
  if (day !== null) return moment(date, minutes) + day * DAY_MILLISECONDS;
  const midnight =
    Math.floor((previous + aheadMilliseconds()) / DAY_MILLISECONDS) * DAY_MILLISECONDS - aheadMilliseconds();
  const same = midnight + minutes * 60_000;
  return previous - same > OVER_MIDNIGHT_MILLISECONDS ? same + DAY_MILLISECONDS : same;
}

const steps = [
  ['acknowledged', 'acknowledged_at'],
  ['enRoute', 'en_route_at'],
  ['onScene', 'on_scene_at'],
  ['completed', 'completed_at'],
] as const;

/** What can be said to be wrong without the server; whether the times can be so, it says. */
export function paperFaults(paper: PaperFields): PaperFaults {
  const faults: PaperFaults = {};
  if (!paper.form.trim()) faults['form'] = 'paper.need_form';
  if (!/^\d{4}-\d{2}-\d{2}$/.test(paper.date)) faults['date'] = 'paper.need_date';
  if (minutesOf(paper.received) === null) faults['received_at'] = 'paper.need_time';
  paper.tasks.forEach((task, place) => {
    if (!task.agency) faults[`tasks[${place}].agency`] = 'paper.need_agency';
    if (hourOf(task.told) === null) faults[`tasks[${place}].told_at`] = 'paper.need_time';
    for (const [field, name] of steps) {
      const isWrong = task[field].trim() !== '' && hourOf(task[field]) === null;
      if (isWrong) faults[`tasks[${place}].${name}`] = 'paper.bad_time';
    }
  });
  const endedTime = paper.endedTime.trim();
  if (paper.ended && endedTime && hourOf(endedTime) === null) faults['end.at'] = 'paper.bad_time';
  return faults;
}

/** The request that a sheet without faults means. */
export function toPaper(paper: PaperFields): PaperRequest {
  const received = moment(paper.date, minutesOf(paper.received) ?? 0);
  let last = received;
  const tasks = paper.tasks.map((task) => {
    let previous = following(paper.date, received, hourOf(task.told) ?? { minutes: 0, day: null });
    const told = { agency: task.agency, told_at: iso(previous) };
    const times: Record<string, string> = {};
    for (const [field, name] of steps) {
      const hour = hourOf(task[field]);
      if (hour === null) continue;
      previous = following(paper.date, previous, hour);
      times[name] = iso(previous);
    }
    last = Math.max(last, previous);
    return { ...told, ...times, ...said('told_by', task.toldBy), ...said('heard_by', task.heardBy) };
  });
  const ended = hourOf(paper.endedTime);
  const end = {
    ...(ended !== null && { at: iso(following(paper.date, last, ended)) }),
    ...said('note', paper.endedNote),
  };
  return {
    form: paper.form.trim(),
    received_at: iso(received),
    ...said('taken_by', paper.takenBy),
    tasks,
    ...(paper.ended && { end }),
  };
}

function said<Name extends string>(name: Name, text: string): Partial<Record<Name, string>> {
  return text.trim() ? ({ [name]: text.trim() } as Record<Name, string>) : {};
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
