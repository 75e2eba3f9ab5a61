import { priorities, type LadderRung, type WholeRules } from '../../api/types';

/** No time of the rules is longer: seven days. */
export const SECONDS_MAX = 604_800;

/** Why something cannot be sent as it is typed: by the place where it is typed. */
export type RulesFaults = ReadonlyMap<string, 'rules.bad_seconds' | 'rules.bad_hours'>;

const isSeconds = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= SECONDS_MAX;
const isClock = (text: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

/** What is half typed, or no number of seconds. The server finds the rest. */
export function faultsOfRules(parts: WholeRules): RulesFaults {
  const faults = new Map<string, 'rules.bad_seconds' | 'rules.bad_hours'>();
  const seconds = (place: string, value: unknown) => {
    if (!isSeconds(value)) faults.set(place, 'rules.bad_seconds');
  };
  const ladder = (place: string, rungs: readonly LadderRung[]) =>
    rungs.forEach((rung, n) => seconds(`${place}-${n}`, rung.after));
  for (const priority of priorities) {
    ladder(`l-${priority}`, parts.ladders[priority] ?? []);
    seconds(`dispatch_within.${priority}`, parts.dispatch_within[priority]);
    const leaves = parts.en_route_within[priority];
    if (leaves != null) seconds(`en_route_within.${priority}`, leaves);
  }
  parts.ladder_exceptions.forEach((exception, n) => {
    ladder(`x${n}`, exception.ladder);
    const { hours } = exception;
    if (hours && !(isClock(hours.from) && isClock(hours.to))) faults.set(`x${n}-hours`, 'rules.bad_hours');
  });
  for (const field of ['welfare_check_after', 'close_within', 'call_back_within'] as const)
    seconds(field, parts[field]);
  return faults;
}
