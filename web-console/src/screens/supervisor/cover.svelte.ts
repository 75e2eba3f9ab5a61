import { api } from '../../api/endpoints';
import type { UnitList } from '../../api/types';
import { board } from '../../feed/board.svelte';
import { decisive, Question } from '../../parts/units/question';

/** What the free units leave uncovered, asked for again when units change. Use while a component is made. */
export class Cover {
  gaps = $state.raw<UnitList['gaps']>([]);
  /** When it was last known; null before that, and where no agency has units. */
  at = $state<number | null>(null);

  constructor() {
    const some = $derived(board.units.size > 0);
    const now = $derived(decisive(board.units.values()));
    $effect(() => {
      if (!some) {
        this.gaps = [];
        this.at = null;
        return;
      }
      const question = new Question(
        () => api.units(),
        (answer) => {
          this.gaps = answer.gaps;
          this.at = Date.now();
        },
      );
      $effect(() => {
        void now;
        question.want();
      });
      return () => question.end();
    });
  }
}
