import { api } from '../api/endpoints';
import type { Card, CardInstruction, CardSet, Category } from '../api/types';
import { reference } from './reference.svelte';
import { session } from './session.svelte';

/** Cards that did not come are asked for again after this long. */
const RETRY_MILLISECONDS = 3_000;

/** The question cards that hold. A console keeps what it has until newer ones have come. */
class Cards {
  set = $state.raw<CardSet | null>(null);
  #asking = false;

  /** Makes sure that at least this version is here. */
  want(version: number): void {
    if (this.#asking || (this.set?.version ?? 0) >= version) return;
    this.#asking = true;
    const again = () => {
      this.#asking = false;
      if (session.user) this.want(version);
    };
    api.cards().then(
      (set) => {
        this.set = set;
        // A desk may tell of a version a moment before it hands it out.
        if (set.version < version) setTimeout(again, RETRY_MILLISECONDS / 10);
        else this.#asking = false;
      },
      () => setTimeout(again, RETRY_MILLISECONDS),
    );
  }

  card(code: string): Card | undefined {
    return this.set?.cards.find((one) => one.code === code);
  }

  instruction(code: string): CardInstruction | undefined {
    return this.set?.instructions.find((one) => one.code === code);
  }

  /** The card for what is known: the type's, else that of the category's most general type. */
  cardFor(type: string | null, category: Category | null): Card | undefined {
    const general = reference.policy?.categories.find((one) => one.category === category)?.general;
    const of = (code: string | null | undefined) =>
      code ? this.set?.cards.find((one) => one.types.includes(code)) : undefined;
    return of(type) ?? of(general);
  }
}

export const cards = new Cards();
session.onLeave(() => (cards.set = null));
