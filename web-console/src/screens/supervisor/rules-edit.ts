import { priorities, type LadderRung, type RulesChange, type WholeRules } from '../../api/types';
import { differences, type Difference, type Line } from './card-edit';

/** Rules that somebody edits: all parts, of which those that differ from what holds become the change. */
export interface RulesWriting {
  id: string;
  /** The revision that is on the server; null while it has none. */
  revision: number | null;
  /** The rules that held when the writing began: what somebody else changes meanwhile is not taken back. */
  base: WholeRules;
  /** Their version: what a newer one changed is told to be outdated, instead of being written over. */
  version: string;
  parts: WholeRules;
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The parts with a change in them: what it does not name stays. */
export function withChange(parts: WholeRules, change: RulesChange): WholeRules {
  const changed = <Row extends { code: string }>(rows: Row[], by: Row[]) =>
    rows.map((row) => by.find((one) => one.code === row.code) ?? row);
  const known = new Set(parts.plans.map((one) => one.code));
  const added = change.plans.filter((one) => !known.has(one.code));
  return {
    decree: change.decree,
    owner: change.owner,
    ladders: { ...parts.ladders, ...change.ladders },
    ladder_exceptions: change.ladder_exceptions ?? parts.ladder_exceptions,
    dispatch_within: { ...parts.dispatch_within, ...change.dispatch_within },
    en_route_within: { ...parts.en_route_within, ...change.en_route_within },
    welfare_check_after: change.welfare_check_after ?? parts.welfare_check_after,
    close_within: change.close_within ?? parts.close_within,
    call_back_within: change.call_back_within ?? parts.call_back_within,
    routing: changed(parts.routing, change.routing),
    plans: [...changed(parts.plans, change.plans), ...added].filter(
      (one) => !change.plans_gone.includes(one.code),
    ),
    plans_gone: [],
    fallback: change.fallback ?? parts.fallback,
  };
}

/** What differs from the rules that hold. */
export function changeOf(holding: WholeRules, wanted: WholeRules): RulesChange {
  const differing = <Value>(of: Record<string, Value>, from: Record<string, Value>) =>
    Object.fromEntries(Object.entries(of).filter(([key, value]) => !same(from[key], value)));
  const rows = <Row extends { code: string }>(of: Row[], from: Row[]) =>
    of.filter(
      (row) =>
        !same(
          from.find((one) => one.code === row.code),
          row,
        ),
    );
  const other = <Part extends keyof WholeRules>(part: Part) =>
    same(wanted[part], holding[part]) ? null : wanted[part];
  const kept = new Set(wanted.plans.map((one) => one.code));
  return {
    decree: wanted.decree,
    owner: wanted.owner,
    ladders: differing(wanted.ladders, holding.ladders),
    ladder_exceptions: other('ladder_exceptions'),
    dispatch_within: differing(wanted.dispatch_within, holding.dispatch_within),
    en_route_within: differing(wanted.en_route_within, holding.en_route_within),
    welfare_check_after: other('welfare_check_after'),
    close_within: other('close_within'),
    call_back_within: other('call_back_within'),
    routing: rows(wanted.routing, holding.routing),
    plans: rows(wanted.plans, holding.plans),
    plans_gone: holding.plans.map((one) => one.code).filter((code) => !kept.has(code)),
    fallback: other('fallback'),
  };
}

/** The next rung of a ladder: twice as late as the last one, for the supervisor. */
export function nextRung(ladder: readonly LadderRung[]): LadderRung {
  const last = ladder.at(-1)?.after ?? 30;
  return { after: last * 2, only_if_undelivered: false, step: 'supervisor_and_next_agency' };
}

/** How the parts of the rules are called. */
export interface RulesNaming {
  field: (
    name:
      | 'ladders'
      | 'exceptions'
      | 'dispatch_within'
      | 'en_route_within'
      | 'welfare'
      | 'close_within'
      | 'call_back_within'
      | 'fallback'
      | 'decree'
      | 'owner'
      | 'plan',
  ) => string;
  step: (step: LadderRung['step']) => string;
  undelivered: string;
  seconds: string;
  type: (code: string) => string;
  role: (role: 'lead' | 'support' | 'notify') => string;
  agency: (code: string) => string;
  flag: (code: string) => string;
  category: (code: string) => string;
  plan: (plan: Pick<WholeRules['plans'][number], 'code' | 'label_id' | 'label_en'>) => string;
  kind: (code: string) => string;
  bySea: (must: boolean) => string;
  area: (code: string) => string;
  level: (level: number) => string;
  hours: (from: string, to: string) => string;
  nobody: string;
  noLimit: string;
  always: string;
}

/** A change, or what it replaces, as lines that a person can compare. */
export function linesOfRules(change: RulesChange, name: RulesNaming): Line[] {
  const lines: Line[] = [];
  const put = (key: string, where: string, text: string) => lines.push({ key, where, text });
  const seconds = (value: number | null | undefined) =>
    value == null ? name.noLimit : `${value} ${name.seconds}`;
  const rungs = (ladder: readonly LadderRung[]) =>
    ladder
      .map(
        (one) =>
          `${one.after}: ${name.step(one.step)}${one.only_if_undelivered ? ` (${name.undelivered})` : ''}`,
      )
      .join('; ');
  const agencies = (codes: readonly string[]) => codes.map(name.agency).join(', ') || name.nobody;
  for (const priority of priorities) {
    const ladder = change.ladders[priority] ?? [];
    ladder.forEach((one, n) =>
      put(`l ${priority} ${n}`, `${name.field('ladders')} ${priority} · ${n + 1}`, rungs([one])),
    );
  }
  change.ladder_exceptions?.forEach((one, n) => {
    const hours = one.hours ? name.hours(one.hours.from, one.hours.to) : name.always;
    const text = `${one.priority} · ${agencies(one.functions)} · ${hours} · ${one.because} · ${rungs(one.ladder)}`;
    put(`x ${n}`, `${name.field('exceptions')} ${n + 1}`, text);
  });
  for (const field of ['dispatch_within', 'en_route_within'] as const)
    for (const priority of priorities) {
      const limits: Record<string, number | null> = change[field];
      if (priority in limits)
        put(`${field} ${priority}`, `${name.field(field)} ${priority}`, seconds(limits[priority]));
    }
  if (change.welfare_check_after != null)
    put('w', name.field('welfare'), seconds(change.welfare_check_after));
  if (change.close_within != null) put('c', name.field('close_within'), seconds(change.close_within));
  if (change.call_back_within != null)
    put('b', name.field('call_back_within'), seconds(change.call_back_within));
  for (const rule of change.routing) {
    put(`p ${rule.code}`, name.type(rule.code), rule.priority);
    for (const role of ['lead', 'support', 'notify'] as const)
      put(`${role} ${rule.code}`, `${name.type(rule.code)} · ${name.role(role)}`, agencies(rule[role]));
  }
  for (const plan of change.plans) {
    const where = `${name.field('plan')} ${name.plan(plan)}`;
    const crossing = plan.by_sea == null ? [] : [name.bySea(plan.by_sea)];
    const when = [
      ...plan.types.map(name.type),
      ...plan.categories.map(name.category),
      ...plan.flags.map(name.flag),
    ];
    const conditions = [...when, ...plan.areas.map(name.area), ...crossing, name.level(plan.from_level)];
    put(`plan ${plan.code}`, where, `${plan.label_id} / ${plan.label_en} · ${plan.source}`);
    put(`when ${plan.code}`, where, conditions.join(', '));
    for (const role of ['lead', 'support', 'notify'] as const)
      if (plan[role].length > 0)
        put(`${role} plan ${plan.code}`, `${where} · ${name.role(role)}`, agencies(plan[role]));
    const units = plan.units.map(
      (one) => `${one.count} ${name.kind(one.kind)} (${name.agency(one.function)})`,
    );
    if (units.length > 0) put(`units ${plan.code}`, where, units.join(', '));
  }
  if (change.fallback) put('f', name.field('fallback'), agencies(change.fallback));
  return lines;
}

/** What a draft changes, line by line. */
export function rulesDifferences(before: RulesChange, after: RulesChange, name: RulesNaming): Difference[] {
  return differences(linesOfRules(before, name), linesOfRules(after, name));
}

/** The place of a mistake as a person reads it: `routing.kebakaran_bangunan` is the name of that type. */
export function placeOfMistake(
  field: string,
  plans: readonly WholeRules['plans'][number][],
  name: RulesNaming,
): string {
  const [, head = field, rest = ''] = /^(\w+)[.[]?(.*?)\]?$/.exec(field) ?? [];
  const plan = () => plans.find((one) => one.code === rest);
  switch (head) {
    case 'routing':
      return name.type(rest);
    case 'plans':
    case 'plans_gone':
      return `${name.field('plan')} ${name.plan(plan() ?? { code: rest, label_id: '', label_en: '' })}`;
    case 'ladder_exceptions':
      return `${name.field('exceptions')} ${/^\d+$/.test(rest) ? Number(rest) + 1 : ''}`.trim();
    case 'welfare_check_after':
      return name.field('welfare');
    case 'ladders':
    case 'dispatch_within':
    case 'en_route_within':
    case 'close_within':
    case 'call_back_within':
    case 'fallback':
    case 'decree':
    case 'owner':
      return `${name.field(head)} ${rest}`.trim();
    default:
      return field;
  }
}
