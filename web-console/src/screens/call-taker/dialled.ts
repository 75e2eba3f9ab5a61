/** What somebody typed, as a number or the address of a telephone; null while it is neither. */
export function dialled(typed: string): string | null {
  const text = typed.trim();
  if (/^(?:sips?|tel):\S{3,}$/i.test(text)) return text;
  // Digits are typed in groups; the groups are not part of the number.
  return /^\+?[\d\s().-]{3,24}$/.test(text) ? text.replace(/[\s().-]/g, '') : null;
}
