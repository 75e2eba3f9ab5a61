import type { CrewSaid } from '../../api/types';

/** How long a press can be taken back. */
export const UNDO_MILLISECONDS = 5_000;

const PLACE = 'sigap.petugas.belum-terkirim';

export type CrewStep = Extract<CrewSaid, { action: 'step' }>;

/** Something that a crew said and the server does not have yet. */
export interface Unsent {
  /** The idempotency key: every try carries the same one, so that the server writes it once. */
  key: string;
  said: CrewSaid;
  /** Until then it can be taken back, and is not sent. */
  held_until: number;
}

/** Where what was pressed survives a page that is closed or thrown out of memory. */
export type Keeper = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * Keeps the steps: ids, the step and the time, nothing about a person. Words stay in memory only.
 */
export function keep(unsent: readonly Unsent[], storage: Keeper): void {
  const steps = unsent.filter((one) => one.said.action === 'step');
  try {
    if (steps.length === 0) storage.removeItem(PLACE);
    else storage.setItem(PLACE, JSON.stringify(steps));
  } catch {
    // A full or forbidden storage: what was pressed is still in memory.
  }
}

/** What a page before this one did not get sent. */
export function kept(storage: Keeper): Unsent[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(PLACE) ?? '[]');
    return Array.isArray(found) ? found.filter(isUnsent) : [];
  } catch {
    return [];
  }
}

function isUnsent(one: unknown): one is Unsent {
  const { key, said, held_until } = (one ?? {}) as Partial<Unsent>;
  return typeof key === 'string' && typeof held_until === 'number' && said?.action === 'step';
}

/** The next one to send: in the order of the presses, and not before it can no longer be taken back. */
export function due(unsent: readonly Unsent[], now: number): Unsent | null {
  const first = unsent[0];
  return first && first.held_until <= now ? first : null;
}
