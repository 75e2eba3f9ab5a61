import type { Category, Flag, IncidentType, Policy, ResponsePlan } from '../../api/types';

/** What is known of a report that decides who is sent; its alarm level is 1. */
export interface Situation {
  type: IncidentType | undefined;
  category: Category | null;
  flags: readonly Flag[];
  area: string | null;
}

/** Whether an area code names this area or one within it. */
function isWithin(code: string | null, area: string): boolean {
  return code !== null && (code === area || code.startsWith(`${area}.`));
}

/**
 * The response plans that hold, in the order of the rules. The server counts the same way
 * (`dispatch_core::routing::PlanRule::holds`) and its word holds; this is what a form shows before anything is sent.
 */
export function plansFor(policy: Pick<Policy, 'plans' | 'sea_areas'>, situation: Situation): ResponsePlan[] {
  const { type, category, flags, area } = situation;
  const bySea =
    (type?.by_sea ?? false) ||
    flags.includes('by_sea') ||
    policy.sea_areas.some((island) => isWithin(area, island));
  const holds = (plan: ResponsePlan) =>
    (plan.types.length === 0 || (type !== undefined && plan.types.includes(type.code))) &&
    (plan.categories.length === 0 || (category !== null && plan.categories.includes(category))) &&
    (plan.flags.length === 0 || plan.flags.some((flag) => flags.includes(flag))) &&
    (plan.areas.length === 0 || plan.areas.some((one) => isWithin(area, one))) &&
    (plan.by_sea === null || plan.by_sea === bySea) &&
    plan.from_level <= 1;
  return policy.plans.filter(holds);
}
