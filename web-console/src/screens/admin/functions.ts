import type { Agency } from '../../api/types';

/** The codes in a text, one after another with anything between them. */
export function codesIn(text: string): string[] {
  return [
    ...new Set(
      text
        .toLowerCase()
        .split(/[^a-z0-9_]+/)
        .filter((code) => code !== ''),
    ),
  ];
}

/** Functions that nobody would fill any more when `agency` is as `after`. */
export function leftEmpty(
  agencies: readonly Agency[],
  agency: Agency,
  after: Pick<Agency, 'functions' | 'active'>,
): string[] {
  const kept = after.active ? [agency.code, ...after.functions] : [];
  const before = agency.active ? agency.functions : [];
  const others = agencies.filter((one) => one.id !== agency.id && one.active);
  return before.filter((code) => !kept.includes(code) && !others.some((one) => one.functions.includes(code)));
}
