import { momentHere } from '../../app/time';

/** What is looked for in the archive; days are those of the clocks in the room. */
export interface ArchiveAsked {
  text: string;
  from: string;
  to: string;
  status: '' | 'open' | 'ended';
}

/** How many incidents are asked for at once. */
const PAGE_ITEMS = 50;
const DAY_MILLISECONDS = 86_400_000;

/** The question to the server. The day of the end belongs to the period. */
export function archiveQuery(asked: ArchiveAsked): string {
  const query = new URLSearchParams({ limit: String(PAGE_ITEMS) });
  const text = asked.text.trim();
  if (text) query.set('q', text);
  if (asked.status) query.set('status', asked.status);
  const from = momentHere(asked.from, '00:00');
  if (!Number.isNaN(from)) query.set('from', new Date(from).toISOString());
  const to = momentHere(asked.to, '00:00');
  if (!Number.isNaN(to)) query.set('to', new Date(to + DAY_MILLISECONDS).toISOString());
  return query.toString();
}
