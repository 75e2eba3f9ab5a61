import type { AssignmentInFeed, Note } from '../../api/types';
import type { Task } from './duties.svelte';

/** A task as it goes on paper, with what was known of it then. */
export interface PrintedTask {
  task: Task;
  notes: readonly Note[];
  others: readonly AssignmentInFeed[];
}

class Printing {
  task = $state.raw<PrintedTask | null>(null);
}

export const printing = new Printing();
