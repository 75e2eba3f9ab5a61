import { api } from '../../api/endpoints';
import type { Incident, UnitAdvice } from '../../api/types';
import { board } from '../../feed/board.svelte';
import { agenciesOf, decisive, Question } from './question';

/** What the recommendation for an incident depends on. */
function decisiveFor(incident: Incident): string {
  const agencies = agenciesOf(incident);
  const units = [...board.units.values()].filter((unit) => agencies.has(unit.agency.id));
  return `${incident.version} ${decisive(units)}`;
}

/**
 * The recommendation for an incident, asked for again when the incident or a unit of its agencies changes. Use while a
 * component is made.
 */
export class Advice {
  current = $state.raw<UnitAdvice | null>(null);

  constructor(of: () => Incident | null) {
    const incident = $derived(of());
    const id = $derived(board.units.size === 0 ? null : (incident?.id ?? null));
    const now = $derived(incident && decisiveFor(incident));
    $effect(() => {
      const asked = id;
      this.current = null;
      if (asked === null) return;
      const question = new Question(
        () => api.adviseUnits(asked),
        (answer) => (this.current = answer),
      );
      $effect(() => {
        void now;
        question.want();
      });
      return () => question.end();
    });
  }
}
