import { api, type AssignmentAction } from '../../api/endpoints';
import { Problem, Unreachable } from '../../api/problem';
import type { AssignmentInFeed, AssignmentState, Incident } from '../../api/types';
import { reasonOf } from '../../app/failure';
import { t, words } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { board } from '../../feed/board.svelte';
import { feed } from '../../feed/feed.svelte';
import { learnAssignment, learnIncident } from '../../feed/reducer';
import { byUrgency } from '../../map/pins';
import { toasts } from '../../parts/toasts.svelte';
import { isRunning, isWaiting } from './chain';

/** For so long a step can be taken back here; the server gives a little more for the way. */
const STEP_BACK_MILLISECONDS = 10_000;

/** An assignment of this agency together with its incident. */
export interface Task {
  id: string;
  assignment: AssignmentInFeed;
  incident: Incident;
}

/** A merged incident asks nobody any more: the task goes on with the incident that it was merged into. */
export function isMerged(task: Task): boolean {
  return task.incident.status === 'merged';
}

/** Whether the agency has yet to say yes or no to it. */
export function awaitsAnswer(task: Task): boolean {
  return !isMerged(task) && isWaiting(task.assignment.state);
}

/** What this agency has to do, and its answers on the way to the server. */
class AgencyDuties {
  chosen = $state<string | null>(null);
  /** The state that a person asked for, until the server has said yes or no. */
  asked = $state.raw<ReadonlyMap<string, AssignmentState>>(new Map());
  /** The step that was taken here last, and when. */
  #lastStep = $state.raw<{ task: string; at: number } | null>(null);
  #delivered = new Set<string>();
  #sending = new Map<string, Promise<void>>();
  /** The units that are on their way to the server with an answer. */
  #booking = new Set<string>();

  get tasks(): Task[] {
    const own = session.user?.agency_id;
    return [...board.assignments.values()]
      .filter((assignment) => assignment.agency.id === own)
      .flatMap((assignment) => {
        const incident = board.incidents.get(assignment.incident_id);
        return incident ? [{ id: assignment.id, assignment, incident }] : [];
      })
      .sort((one, other) => byUrgency(one.incident, other.incident));
  }

  get incoming(): Task[] {
    return this.tasks.filter(awaitsAnswer);
  }

  get running(): Task[] {
    return this.tasks.filter((task) => !isMerged(task) && isRunning(task.assignment.state));
  }

  get finished(): Task[] {
    return this.tasks.filter(
      (task) => isMerged(task) || (!isWaiting(task.assignment.state) && !isRunning(task.assignment.state)),
    );
  }

  get current(): Task | null {
    const chosen = this.tasks.find((task) => task.id === this.chosen);
    if (!chosen || !isMerged(chosen)) return chosen ?? null;
    // Where it goes on is what the person wants to see.
    return this.tasks.find((task) => task.incident.id === chosen.incident.merged_into) ?? chosen;
  }

  /** Tells the server what is on this screen. The program does this; it says nothing about a person. */
  confirmDelivery(): void {
    for (const { assignment } of this.incoming) {
      if (assignment.delivered_at !== null || this.#delivered.has(assignment.id)) continue;
      if (feed.send({ type: 'delivered', assignment_id: assignment.id })) this.#delivered.add(assignment.id);
    }
  }

  /** A person opened it. Looking is not accepting. */
  open(task: Task): void {
    this.chosen = task.id;
    if (task.assignment.seen_at === null) feed.send({ type: 'seen', assignment_id: task.id });
  }

  accept(task: Task): Promise<void> {
    this.open(task);
    return this.step(task, 'acknowledge', 'acknowledged');
  }

  /**
   * Takes the task and books a unit for it, both or neither. Where a person has taken it a moment ago and the server has
   * not answered yet, the unit goes as soon as it has.
   */
  async acceptWith(task: Task, unit: string): Promise<void> {
    this.open(task);
    if (this.#booking.has(unit)) return;
    this.#booking.add(unit);
    const taken = this.#sending.get(task.id);
    if (taken === undefined) await this.step(task, 'acknowledge', 'acknowledged', { units: [unit] });
    else await taken.then(() => this.#join(task.id, unit));
    this.#booking.delete(unit);
  }

  /** Books a unit for a task that was taken; a task that was not has its refusal on the screen. */
  async #join(task: string, unit: string): Promise<void> {
    const state = board.assignments.get(task)?.state;
    if (state === undefined || !isRunning(state)) return;
    try {
      await api.tellOfUnit(unit, { action: 'join', assignment_id: task });
    } catch (error) {
      this.#refused(error);
    }
  }

  /** Steps that are pressed one after the other are sent one after the other; none is swallowed. */
  step(
    task: Task,
    action: AssignmentAction,
    wanted: AssignmentState,
    body: Record<string, string | string[]> = {},
  ): Promise<void> {
    if (this.asked.get(task.id) === wanted) return Promise.resolve();
    // What one works on stays on the screen, also when it is done: it may have been the wrong key.
    this.chosen = task.id;
    this.asked = new Map([...this.asked, [task.id, wanted]]);
    const sent = (this.#sending.get(task.id) ?? Promise.resolve()).then(() =>
      this.#send(task.id, action, wanted, body),
    );
    this.#sending.set(task.id, sent);
    return sent;
  }

  async #send(
    task: string,
    action: AssignmentAction,
    wanted: AssignmentState,
    body: Record<string, string | string[]>,
  ): Promise<void> {
    try {
      learnAssignment(board, await api.step(task, action, body));
      this.#lastStep = { task, at: Date.now() };
    } catch (error) {
      this.#refused(error);
    } finally {
      if (this.asked.get(task) === wanted) {
        this.asked = new Map([...this.asked].filter(([assignment]) => assignment !== task));
        this.#sending.delete(task);
      }
    }
  }

  /** Whether the last step of this task was taken here a moment ago. The units of a completion come back with it. */
  mayTakeBack(task: Task, now: number): boolean {
    const { state } = task.assignment;
    const isStep = (isRunning(state) && state !== 'acknowledged') || state === 'completed';
    const last = this.#lastStep;
    return isStep && last?.task === task.id && now - last.at < STEP_BACK_MILLISECONDS;
  }

  async takeBack(task: Task): Promise<void> {
    this.#lastStep = null;
    try {
      learnAssignment(board, await api.step(task.id, 'take-back'));
    } catch (error) {
      this.#refused(error);
    }
  }

  async addNote(incident: string, text: string): Promise<boolean> {
    try {
      learnIncident(board, await api.addNote(incident, text));
      return true;
    } catch (error) {
      this.#refused(error);
      return false;
    }
  }

  #refused(error: unknown): void {
    if (error instanceof Problem && error.code === 'unit_booked') {
      toasts.say({
        tone: 'warn',
        title: error.title(words.language),
        detail: error.detail(words.language),
      });
    } else if (error instanceof Problem && error.body.winner) {
      toasts.say({ tone: 'warn', title: t('agency.other_won', { name: error.body.winner.name }) });
    } else if (error instanceof Unreachable) {
      toasts.say({ tone: 'warn', title: t('agency.unsent') });
    } else {
      toasts.say({ tone: 'warn', title: t('agency.refused', { reason: reasonOf(error) }) });
    }
  }

  forget(): void {
    this.chosen = null;
    this.asked = new Map();
    this.#lastStep = null;
    this.#delivered.clear();
    this.#sending.clear();
    this.#booking.clear();
  }
}

export const duties = new AgencyDuties();
session.onLeave(() => duties.forget());
