import { SvelteMap } from 'svelte/reactivity';
import type {
  AssignmentInFeed,
  Call,
  Duty,
  Incident,
  MassEvent,
  PersonOnDuty,
  PossibleDuplicate,
  RaisedEscalation,
  QueuePlace,
  SystemMode,
  Unit,
} from '../api/types';
import type { Activity, Board } from './reducer';

/** The board of this browser: one signal for each call, incident and assignment. */
export class LiveBoard implements Board {
  cursor: string | null = null;
  epoch: string | null = null;
  calls = new SvelteMap<string, Call>();
  activity = new SvelteMap<string, Activity>();
  queue = new SvelteMap<string, QueuePlace>();
  resembles = new SvelteMap<string, PossibleDuplicate[]>();
  massEvents = new SvelteMap<string, MassEvent>();
  seats = new SvelteMap<string, true>();
  away = new SvelteMap<string, true>();
  incidents = new SvelteMap<string, Incident>();
  assignments = new SvelteMap<string, AssignmentInFeed>();
  duties = new SvelteMap<string, PersonOnDuty>();
  units = new SvelteMap<string, Unit>();
  duty = $state.raw<Duty | null>(null);
  escalations = $state.raw<RaisedEscalation[]>([]);
  mode = $state<SystemMode>('normal');
  modeSince = $state<string | null>(null);
  trunkAnswers = $state(true);
  phoneRings = $state(false);
  cards = $state.raw<Board['cards']>(null);
  policy = $state.raw<Board['policy']>(null);
  referenceTouched = $state<string | null>(null);
  rosterTouched = $state<string | null>(null);
  alertsTouched = $state<string | null>(null);

  assignmentsOf(incident: string): AssignmentInFeed[] {
    return [...this.assignments.values()]
      .filter((one) => one.incident_id === incident)
      .sort((one, other) => (one.sent_at < other.sent_at ? -1 : 1));
  }

  forget(): void {
    this.cursor = null;
    this.epoch = null;
    this.calls.clear();
    this.activity.clear();
    this.queue.clear();
    this.resembles.clear();
    this.massEvents.clear();
    this.seats.clear();
    this.away.clear();
    this.incidents.clear();
    this.assignments.clear();
    this.duties.clear();
    this.units.clear();
    this.duty = null;
    this.escalations = [];
    this.mode = 'normal';
    this.trunkAnswers = true;
    this.phoneRings = false;
    this.cards = null;
    this.policy = null;
    this.referenceTouched = null;
    this.rosterTouched = null;
    this.alertsTouched = null;
    this.modeSince = null;
  }
}

export const board = new LiveBoard();
