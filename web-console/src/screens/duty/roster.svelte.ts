import { newKey } from '../../api/client';
import { api } from '../../api/endpoints';
import { Problem } from '../../api/problem';
import type { Roster, RosterChange, RosterPerson, ShiftHandover } from '../../api/types';
import { tellFailure } from '../../app/failure';
import { t } from '../../app/i18n/words.svelte';
import { session } from '../../app/session.svelte';
import { toasts } from '../../parts/toasts.svelte';

/** Who is on duty changes with the clock too, not only when somebody plans. */
const AGAIN_MILLISECONDS = 60_000;

/** The duty rosters and hand-overs that this person may see. */
class DutyRoster {
  now = $state.raw<Roster | null>(null);
  handovers = $state.raw<ShiftHandover[]>([]);
  /** The panel stands over the work, which goes on beneath it. */
  shown = $state(false);
  busy = $state(false);
  /** What was refused last, for the fields that it names. */
  refused = $state.raw<Problem | null>(null);

  readonly mayHandOver = $derived(
    session.user !== null && ['call_taker', 'dispatcher', 'supervisor'].includes(session.user.role),
  );
  readonly mayPlan = $derived(
    session.user !== null && ['dispatcher', 'supervisor', 'admin'].includes(session.user.role),
  );

  /** Keeps it fresh for as long as a component lives. Called again whenever the feed says that it changed. */
  follow(): () => void {
    void this.load();
    const again = setInterval(() => void this.load(), AGAIN_MILLISECONDS);
    return () => clearInterval(again);
  }

  async load(): Promise<void> {
    try {
      this.now = await api.roster();
      if (this.mayHandOver) this.handovers = await api.handovers();
    } catch {
      // What is here stays; the next minute asks again, and the strip tells of a lost server.
    }
  }

  person(id: string): RosterPerson | undefined {
    return this.now?.people.find((one) => one.id === id);
  }

  /** Whether it was done. */
  async change(change: RosterChange): Promise<boolean> {
    return this.#once(async () => {
      this.now = await api.changeRoster(change);
    });
  }

  async handOver(note: string): Promise<boolean> {
    return this.#once(async () => {
      const given = await api.handShiftOver(note, newKey());
      this.#learn(given);
      toasts.say({ tone: 'good', title: t('handover.given') });
    });
  }

  async takeOver(handover: string, note: string): Promise<boolean> {
    return this.#once(async () => {
      this.#learn(await api.takeShiftOver(handover, note));
      toasts.say({ tone: 'good', title: t('handover.taken') });
    });
  }

  #learn(one: ShiftHandover): void {
    this.handovers = [one, ...this.handovers.filter((other) => other.id !== one.id)].sort((a, b) =>
      a.at < b.at ? 1 : -1,
    );
  }

  async #once(act: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.refused = null;
    try {
      await act();
      return true;
    } catch (error) {
      this.refused = error instanceof Problem ? error : null;
      tellFailure(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

export const roster = new DutyRoster();
session.onLeave(() => {
  roster.now = null;
  roster.handovers = [];
  roster.shown = false;
});
