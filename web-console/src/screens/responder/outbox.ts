import type { CrewSaid, ProblemBody } from '../../api/types';

/** How long a press can be taken back. */
export const UNDO_MILLISECONDS = 5_000;

/** Where the steps are kept; other pages of this browser hear of a change of it. */
export const PLACE = 'sigap.petugas.belum-terkirim';

export type CrewStep = Extract<CrewSaid, { action: 'step' }>;

/** Something that a crew said and the server does not have yet, or refused. */
export interface Unsent {
  /** The idempotency key: every try carries the same one, so that the server writes it once. */
  key: string;
  /** For which unit: a browser may hold the links of two, one after the other. */
  unit: string;
  said: CrewSaid;
  /** Until then it can be taken back, and is not sent. */
  held_until: number;
  /** Why the server did not take it: it stays until its crew has read that. */
  refused?: ProblemBody;
}

/** Where what was pressed survives a page that is closed or thrown out of memory. */
export type Keeper = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * What was pressed, in the order of the presses. Steps are in the storage of the browser, which all its pages share and
 * which alone says what is still to be sent: ids, the step and the time, nothing about a person. Words stay in memory.
 */
export class Outbox {
  #words: Unsent[] = [];
  /** Steps for which there was no room in the storage. */
  #loose: Unsent[] = [];

  constructor(
    readonly storage: Keeper,
    public unit: string | null,
  ) {}

  /** Everything of this unit. */
  get all(): Unsent[] {
    const found = [...kept(this.storage), ...this.#loose, ...this.#words];
    return found.filter((one) => one.unit === this.unit).sort((one, other) => at(one) - at(other));
  }

  /** Whether steps are in memory only: they go with the page. */
  get isLoose(): boolean {
    return this.#loose.length > 0;
  }

  add(one: Unsent): void {
    this.#put([...this.all, one]);
  }

  /** Changes one; nothing, when another page has sent or taken it back already. */
  change(key: string, over: Partial<Unsent>): void {
    this.#put(this.all.map((one) => (one.key === key ? { ...one, ...over } : one)));
  }

  /** Takes one away, sent or taken back: here and for every other page at once. True when it was still there. */
  remove(key: string): boolean {
    const all = this.all;
    const left = all.filter((one) => one.key !== key);
    this.#put(left);
    return left.length < all.length;
  }

  /** Nothing can be taken back any longer. */
  release(now: number): void {
    this.#put(this.all.map((one) => ({ ...one, held_until: Math.min(one.held_until, now) })));
  }

  #put(own: Unsent[]): void {
    const isStep = (one: Unsent) => one.said.action === 'step';
    const others = kept(this.storage).filter((one) => one.unit !== this.unit);
    this.#words = own.filter((one) => !isStep(one));
    this.#loose = keep([...others, ...own.filter(isStep)], this.storage) ? [] : own.filter(isStep);
  }
}

function at(one: Unsent): number {
  return one.said.action === 'step' ? Date.parse(one.said.pressed_at ?? '') || 0 : one.held_until;
}

/** Whether there was room. */
function keep(steps: readonly Unsent[], storage: Keeper): boolean {
  try {
    if (steps.length === 0) storage.removeItem(PLACE);
    else storage.setItem(PLACE, JSON.stringify(steps));
    return true;
  } catch {
    // A full or forbidden storage: what was pressed is still in memory.
    return false;
  }
}

function kept(storage: Keeper): Unsent[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(PLACE) ?? '[]');
    return Array.isArray(found) ? found.filter(isUnsent) : [];
  } catch {
    return [];
  }
}

function isUnsent(one: unknown): one is Unsent {
  const { key, unit, said, held_until } = (one ?? {}) as Partial<Unsent>;
  const named = typeof key === 'string' && typeof unit === 'string';
  return named && typeof held_until === 'number' && said?.action === 'step';
}

/** What is still to be sent. */
export function waiting(all: readonly Unsent[]): Unsent[] {
  return all.filter((one) => !one.refused);
}

/** The next one to send: in the order of the presses, and not before it can no longer be taken back. */
export function due(all: readonly Unsent[], now: number): Unsent | null {
  const first = waiting(all)[0];
  return first && first.held_until <= now ? first : null;
}
