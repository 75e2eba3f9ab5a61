import type { AgencyUnits, PassedUnit, RankedUnit, Unit } from '../../api/types';
import { t, words } from '../../app/i18n/words.svelte';
import { runningClock } from '../../app/time';

/** Kilometres as people here write them: `1,2`. */
export function kilometres(metres: number): string {
  const digits = metres < 10_000 ? 1 : 0;
  return new Intl.NumberFormat(words.language === 'id' ? 'id-ID' : 'en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(metres / 1_000);
}

/** How far a unit is, and from where that is measured. */
export function distanceOf(unit: RankedUnit): string {
  if (unit.distance_m === null) return t('basis.unknown');
  return `${kilometres(unit.distance_m)} km ${t(`basis.${unit.basis}`)}`;
}

/** Why a unit is passed over. */
export function reasonOf(unit: PassedUnit): string {
  switch (unit.reason) {
    case 'booked':
      return t('passed.booked', { number: unit.detail ?? '–' });
    case 'out_of_service':
      return t('passed.out_of_service', { reason: unit.detail ?? '–' });
    case 'skills':
      return t('passed.skills', { list: unit.missing.map((skill) => t(`unit_skill.${skill}`)).join(', ') });
    case 'crew':
      return t('passed.crew', { has: unit.has ?? 0, needs: unit.needs ?? 0 });
    case 'tired':
      return t('passed.tired', { n: unit.has ?? 0 });
    case 'jobs':
      return t('passed.jobs', { n: unit.has ?? 0 });
    case 'here_already':
      return t('passed.here_already');
    case 'water_only':
      return t('passed.water_only');
    case 'land_only':
      return t('passed.land_only');
    case 'wrong_kind':
      return t('passed.wrong_kind');
    default:
      // A newer server may know reasons that this console does not.
      return unit.reason;
  }
}

/** What the response plan wants: `1 dari 2 mobil pemadam`. */
export function wantedOf(of: AgencyUnits): string {
  const one = (wanted: AgencyUnits['wanted'][number]) =>
    t('units.wanted_one', {
      have: wanted.have,
      count: wanted.count,
      kind: t(`unit_kind.${wanted.kind}`),
    });
  return t('units.wanted', { list: of.wanted.map(one).join(', ') });
}

/** Where a unit is, with the age of that: a stale position is never shown as a fresh one. */
export function whereabouts(unit: Unit, freshSeconds: number, now: number): string {
  const { position, base } = unit;
  if (position) {
    const age = Math.max(0, now - Date.parse(position.at));
    if (age <= freshSeconds * 1_000) return t('units.fresh', { time: runningClock(age) });
    if (!base) return t('units.old', { time: runningClock(age) });
  }
  return base ? t('units.at_base', { area: base.area_name ?? '–' }) : t('units.nowhere');
}
