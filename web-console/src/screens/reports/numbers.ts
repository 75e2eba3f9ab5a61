import { words } from '../../app/i18n/words.svelte';

const locale = () => (words.language === 'id' ? 'id-ID' : 'en-GB');

/** 12,3 d; from a minute on 3.20 (minutes and seconds), from an hour on 1.02.00. A dash for what is not known. */
export function span(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 60) {
    const number = new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(seconds);
    return `${number} ${words.language === 'id' ? 'd' : 's'}`;
  }
  const whole = Math.round(seconds);
  const mark = words.language === 'id' ? '.' : ':';
  const two = (part: number) => String(part).padStart(2, '0');
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  return hours > 0
    ? [hours, ...parts.map(two)].join(mark)
    : [String(parts[0]), two(parts[1] ?? 0)].join(mark);
}

/** 93,8 %. A dash where there is nothing to have a share of. */
export function share(part: number | null): string {
  if (part === null) return '–';
  return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 1 }).format(part);
}

/** 1.234. */
export function count(number: number): string {
  return new Intl.NumberFormat(locale()).format(number);
}
