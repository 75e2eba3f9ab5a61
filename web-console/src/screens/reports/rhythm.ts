import type { ReportDay } from '../../api/types';

/** The days of the week, as the server counts them. */
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export const hours = Array.from({ length: 24 }, (_, hour) => hour);

/** Columns that can still be told apart; of a longer period the months are drawn. */
const DAYS_DRAWN_MAX = 62;
const DAY_MILLISECONDS = 86_400_000;

/** A column of the trend. */
export interface Column {
  name: string;
  calls: number;
  incidents: number;
}

/** Day by day, also those on which nothing came; or month by month where there are many. */
export function columnsOf(days: ReportDay[]): Column[] {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return [];
  const known = new Map(days.map((one) => [one.day, one]));
  const [begin, end] = [Date.parse(first.day), Date.parse(last.day)];
  const columns: Column[] = [];
  if ((end - begin) / DAY_MILLISECONDS < DAYS_DRAWN_MAX) {
    for (let at = begin; at <= end; at += DAY_MILLISECONDS) {
      const name = new Date(at).toISOString().slice(0, 10);
      const { calls, incidents } = known.get(name) ?? { calls: 0, incidents: 0 };
      columns.push({ name, calls, incidents });
    }
    return columns;
  }
  for (const { day, calls, incidents } of days) {
    const name = day.slice(0, 7);
    const month = columns.at(-1);
    if (month?.name === name) {
      month.calls += calls;
      month.incidents += incidents;
    } else {
      columns.push({ name, calls, incidents });
    }
  }
  return columns;
}
