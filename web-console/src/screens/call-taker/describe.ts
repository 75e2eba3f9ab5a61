import type { Call, LocationFix } from '../../api/types';
import { dictionaries, t, words, type Key } from '../../app/i18n/words.svelte';
import { distance, roughAge } from '../../app/time';

/** The history of a number in a few words; pranks first, because they change how one listens. */
export function historyOf(call: Call): { text: string; tone: 'plain' | 'warn' }[] {
  const history = call.number_history;
  const parts: { text: string; tone: 'plain' | 'warn' }[] = [];
  if (history.prank > 0) parts.push({ text: t('call.history.prank', { n: history.prank }), tone: 'warn' });
  if (history.ghost > 0) parts.push({ text: t('call.history.ghost', { n: history.ghost }), tone: 'warn' });
  if (history.incidents > 0) {
    parts.push({ text: t('call.history.incidents', { n: history.incidents }), tone: 'plain' });
  }
  if (history.calls > 0) parts.push({ text: t('call.history.calls', { n: history.calls }), tone: 'plain' });
  return parts.length > 0 ? parts : [{ text: t('call.history.first'), tone: 'plain' }];
}

/** What is held against a call, or speaks for it, in words. */
export function reasonsOf(call: Call): string {
  return call.because.map((reason) => t(`screen.${reason}`)).join(', ');
}

/** The fix that says most: a point, the tightest one. */
export function bestFix(call: Call): LocationFix | null {
  const points = call.fixes.filter((fix) => fix.point !== null);
  points.sort((one, other) => (one.point?.radius_m ?? Infinity) - (other.point?.radius_m ?? Infinity));
  return points[0] ?? call.fixes[0] ?? null;
}

export function describeFix(fix: LocationFix | null, now: number): string {
  if (fix === null) return t('call.fix_none');
  if (fix.point === null) {
    if (fix.civic) return t('call.fix_civic', { address: fix.civic });
    return fix.reference ? t('call.fix_reference') : t('call.fix_none');
  }
  const age = fix.measured_at ? roughAge(now - Date.parse(fix.measured_at), words.language) : null;
  const radius = fix.point.radius_m === null ? null : distance(fix.point.radius_m, words.language);
  if (radius !== null)
    return age === null ? t('call.fix_no_age', { radius }) : t('call.fix', { radius, age });
  return age === null ? t('call.fix_bare') : t('call.fix_no_radius', { age });
}

/** A defect in plain words; one that this console does not know yet is shown by its code. */
export function describeDefect(defect: string): string {
  const key = `defect.${defect}`;
  return key in dictionaries.id ? t(key as Key & `defect.${string}`) : defect.replaceAll('_', ' ');
}

/** Why a call of ours reached nobody, in words; null where there is nothing to tell. */
export function whyNotReached(call: Call): string | null {
  const number = callerNumber(call);
  switch (call.end_reason) {
    case 'no_answer':
      return t('dial.no_answer', { number });
    case 'refused':
      return t('dial.refused', { number });
    case 'unreachable':
      return t('dial.unreachable', { number });
    case 'centre_hung_up':
      return t('dial.not_begun', { number });
    case 'lost':
    case 'restarted':
    case 'ack_lost':
      return t('dial.cut', { number });
    case 'caller_cancelled':
    case 'caller_hung_up':
    case 'unreadable':
    case 'overloaded':
    case 'diverted':
    case null:
      return null;
  }
}

export function callerNumber(call: Call): string {
  return call.caller?.number ?? t('call.unknown_number');
}
