import type { PaperForm } from '../../api/types';

/** Numbers that follow each other, as they lie in the drawer: easier to compare with a pile than a list. */
export interface Range {
  first: string;
  last: string;
  numbers: string[];
  /** Numbers after these, of the same print, are used. */
  skipped: boolean;
}

/** The forms that must lie somewhere, in runs of one print. */
export function rangesOf(items: readonly PaperForm[]): Range[] {
  const sorted = items
    .filter((form) => form.state === 'out')
    .sort((one, other) => (one.number < other.number ? -1 : 1));
  const ranges: (Range & { batch: string })[] = [];
  for (const form of sorted) {
    const open = ranges.at(-1);
    const follows =
      open && open.batch === form.batch_id && open.skipped === form.skipped && isNext(open.last, form.number);
    if (follows) {
      open.last = form.number;
      open.numbers.push(form.number);
    } else {
      const { number, skipped, batch_id } = form;
      ranges.push({ first: number, last: number, numbers: [number], skipped, batch: batch_id });
    }
  }
  return ranges;
}

/** `F-2026-000123` and `F-2026-000124`. */
function isNext(number: string, next: string): boolean {
  const [series, count] = [number.slice(0, 7), Number(number.slice(7))];
  return next.slice(0, 7) === series && Number(next.slice(7)) === count + 1;
}
