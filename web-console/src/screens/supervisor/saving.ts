import { newKey } from '../../api/client';
import { Problem, Unreachable } from '../../api/problem';

/** What the server says a draft is now, as far as saving needs it. */
interface Saved {
  revision: number;
  changed_by: { id: string };
}

/**
 * Saves a draft so that a lost answer neither doubles it nor stands in the way. The same words carry the same key; words
 * that were changed after a lost answer meet what arrived of the first ones, and are written over it.
 */
export class Saving {
  #key = newKey();
  #body = '';
  /** The revision that a save whose answer was lost may have made. */
  #perhaps: number | null = null;

  async save<Body extends { revision: number | null }, Now extends Saved>(
    body: Body,
    me: string | undefined,
    send: (body: Body, key: string) => Promise<Now>,
  ): Promise<Now> {
    try {
      const now = await send(body, this.#keyFor(body));
      this.#perhaps = null;
      return now;
    } catch (error) {
      const isLost = error instanceof Unreachable || (error instanceof Problem && error.passes);
      if (isLost) this.#perhaps = (body.revision ?? 0) + 1;
      const current = error instanceof Problem && error.code === 'draft_changed' ? error.body.current : null;
      const own = current as Saved | null | undefined;
      if (!own || own.changed_by.id !== me || own.revision !== this.#perhaps) throw error;
      this.#perhaps = null;
      return this.save({ ...body, revision: own.revision }, me, send);
    }
  }

  #keyFor(body: unknown): string {
    const text = JSON.stringify(body);
    if (this.#body !== text) this.#key = newKey();
    this.#body = text;
    return this.#key;
  }
}
