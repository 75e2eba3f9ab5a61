import { newKey } from '../../api/client';
import { Problem } from '../../api/problem';
import { tellFailure } from '../../app/failure';
import { words } from '../../app/i18n/words.svelte';

/** A form of an administrator on its way to the server: one at a time, a lost answer is asked for again under the same key. */
export class HandingIn {
  busy = $state(false);
  /** What the server said of fields, by their name. */
  refused = $state.raw<Record<string, string>>({});
  #key = newKey();
  #body = '';

  /** Hands `body` in. The answer, or null when it was refused or did not come: why is told. */
  async send<Body, Answer>(
    body: Body,
    write: (body: Body, key: string) => Promise<Answer>,
  ): Promise<Answer | null> {
    if (this.busy) return null;
    this.busy = true;
    this.refused = {};
    const text = JSON.stringify(body);
    // Other words are another wish.
    if (text !== this.#body) [this.#body, this.#key] = [text, newKey()];
    try {
      const answer = await write(body, this.#key);
      this.#body = '';
      return answer;
    } catch (error) {
      this.#refuse(error);
      return null;
    } finally {
      this.busy = false;
    }
  }

  #refuse(error: unknown): void {
    const faults = error instanceof Problem ? (error.body.errors ?? []) : [];
    if (!(error instanceof Problem) || faults.length === 0) return tellFailure(error);
    const said = faults.map((one) => [
      one.field.split('[')[0],
      error.field(one.field, words.language) ?? one.message,
    ]);
    this.refused = Object.fromEntries(said) as Record<string, string>;
  }
}
