import type { Incident, Unit } from '../../api/types';
import { board } from '../../feed/board.svelte';

/** Several changes at once are one question. */
const PAUSE_MILLISECONDS = 250;

/** Units that drive tell their position all the time; a question is put no more often than this. */
export const ASK_EVERY_MILLISECONDS = 3_000;

/**
 * What is asked of the server again and again while things change. Changes never put a question off, and never make
 * an answer on its way worthless: the next question waits for it.
 */
export class Question<Answer> {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #askedAt = -Infinity;
  #onItsWay = false;
  #again = false;
  #ended = false;

  constructor(
    readonly ask: () => Promise<Answer>,
    readonly learn: (answer: Answer) => void,
  ) {}

  /** Something changed: the answer may be another one. */
  want(): void {
    if (this.#ended || this.#timer !== null) return;
    if (this.#onItsWay) {
      this.#again = true;
      return;
    }
    const wait = Math.max(PAUSE_MILLISECONDS, this.#askedAt + ASK_EVERY_MILLISECONDS - performance.now());
    this.#timer = setTimeout(() => void this.#put(), wait);
  }

  /** Nobody wants to know any more. */
  end(): void {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #put(): Promise<void> {
    this.#timer = null;
    this.#onItsWay = true;
    this.#askedAt = performance.now();
    try {
      const answer = await this.ask();
      if (!this.#ended) this.learn(answer);
    } catch {
      // What is known stays; the next change asks again.
    }
    this.#onItsWay = false;
    if (!this.#again) return;
    this.#again = false;
    this.want();
  }
}

/** The agencies whose units an incident may get: those that are asked, and those that should be. */
export function agenciesOf(incident: Incident): Set<string> {
  return new Set([
    ...board.assignmentsOf(incident.id).map((one) => one.agency.id),
    ...incident.proposed_agencies.map((one) => one.agency_id),
  ]);
}

/** What of the units decides who can go where. Where a unit is that cannot go decides nothing. */
export function decisive(units: Iterable<Unit>): string {
  return JSON.stringify([...units].map((one) => (one.state === 'ready' ? one : { ...one, position: null })));
}
