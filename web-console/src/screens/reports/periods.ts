/** The periods that people ask for, as days where the centre is. */

export const periodNames = ['today', 'yesterday', 'week', 'month', 'last_month', 'year'] as const;
export type PeriodName = (typeof periodNames)[number];

/** Two days `YYYY-MM-DD`; the second one is part of it. */
export interface Period {
  from: string;
  to: string;
}

const DAY_MILLISECONDS = 86_400_000;

const dayOf = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10);

/** What a name means on a day. */
export function periodOf(name: PeriodName, today: string): Period {
  const at = Date.parse(`${today}T00:00:00Z`);
  const firstOfMonth = `${today.slice(0, 7)}-01`;
  const lastOfPast = dayOf(Date.parse(`${firstOfMonth}T00:00:00Z`) - DAY_MILLISECONDS);
  switch (name) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: dayOf(at - DAY_MILLISECONDS), to: dayOf(at - DAY_MILLISECONDS) };
    case 'week':
      return { from: dayOf(at - 6 * DAY_MILLISECONDS), to: today };
    case 'month':
      return { from: firstOfMonth, to: today };
    case 'last_month':
      return { from: `${lastOfPast.slice(0, 7)}-01`, to: lastOfPast };
    case 'year':
      return { from: `${today.slice(0, 4)}-01-01`, to: today };
  }
}
