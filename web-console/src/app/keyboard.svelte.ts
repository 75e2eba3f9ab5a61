import { untrack } from 'svelte';
import { bindingFor, isField, type KeyBinding } from './keys';

/** The keys of the screen that is shown; a layer on top of it (F1) takes them all. */
class Keyboard {
  groups = $state.raw<readonly KeyBinding[][]>([]);
  overview = $state(false);
  /** Whether the command line is open: what is pressed belongs to it. */
  commanding = $state(false);

  constructor() {
    addEventListener('keydown', (event) => this.#pressed(event));
  }

  /** Adds keys for as long as a component lives. */
  use(bindings: KeyBinding[]): () => void {
    // Called from effects, which must not run again because of the list that they add to.
    untrack(() => (this.groups = [...this.groups, bindings]));
    return () => untrack(() => (this.groups = this.groups.filter((group) => group !== bindings)));
  }

  #pressed(event: KeyboardEvent): void {
    if (event.key === 'F1') {
      event.preventDefault();
      this.overview = !this.overview;
      return;
    }
    // The dialog tells that it closed a moment later; the next key is meant for the screen already.
    if (this.overview) {
      if (event.key === 'Escape') this.overview = false;
      return;
    }
    if (this.commanding) return;
    const binding = bindingFor(this.groups.flat(), event, isField(event.target));
    if (!binding) return;
    event.preventDefault();
    binding.act();
  }
}

export const keyboard = new Keyboard();
