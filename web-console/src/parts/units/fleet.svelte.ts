import { api } from '../../api/endpoints';
import type { NewUnit, Unit, UnitSaid } from '../../api/types';
import { Problem } from '../../api/problem';
import { reasonOf, tellFailure } from '../../app/failure';
import { t } from '../../app/i18n/words.svelte';
import { positionFault } from '../../app/position';
import { session } from '../../app/session.svelte';
import { board } from '../../feed/board.svelte';
import { toasts } from '../toasts.svelte';

/** A telephone gives a position each second; the server wants to know no more often than this. */
const SHARE_EVERY_MILLISECONDS = 10_000;

/** What the server will say again of the next position: who this is, and which unit, do not change by waiting. */
const REFUSED_FOR_GOOD: ReadonlySet<number> = new Set([401, 403, 404]);

const STATE_ORDER = { booked: 0, ready: 1, out_of_service: 2, retired: 3 } as const;

/** How long a link of a crew holds: a shift. */
const LINK_HOURS = 12;

/** The units that a person looks after, those of the agency or all, and what is said of them. */
class Fleet {
  /** The unit whose position this browser tells, if any. */
  sharing = $state<string | null>(null);
  #watch: number | null = null;
  #sentAt = 0;
  #warned = false;

  get own(): Unit[] {
    const own = session.user?.agency_id ?? null;
    return [...board.units.values()]
      .filter((unit) => own === null || unit.agency.id === own)
      .sort(
        (one, other) =>
          (one.agency.name < other.agency.name ? -1 : one.agency.name > other.agency.name ? 1 : 0) ||
          STATE_ORDER[one.state] - STATE_ORDER[other.state] ||
          (one.callsign < other.callsign ? -1 : 1),
      );
  }

  /** Says something of a unit; true when the server has it. */
  async tell(unit: string, said: UnitSaid): Promise<boolean> {
    try {
      await api.tellOfUnit(unit, said);
      return true;
    } catch (error) {
      tellFailure(error);
      return false;
    }
  }

  async register(unit: NewUnit): Promise<boolean> {
    try {
      await api.registerUnit(unit);
      toasts.say({ tone: 'good', title: t('units.saved', { name: unit.callsign }) });
      return true;
    } catch (error) {
      tellFailure(error);
      return false;
    }
  }

  /** Corrects what is said of a unit. */
  async edit(unit: Unit, said: Omit<Extract<UnitSaid, { action: 'edit' }>, 'action'>): Promise<boolean> {
    const done = await this.tell(unit.id, { action: 'edit', ...said });
    if (done) toasts.say({ tone: 'good', title: t('units.changed', { name: said.callsign }) });
    return done;
  }

  /** Removes a unit for ever. */
  async retire(unit: Unit): Promise<boolean> {
    const done = await this.tell(unit.id, { action: 'retire' });
    if (done) toasts.say({ tone: 'good', title: t('units.retired', { name: unit.callsign }) });
    return done;
  }

  /** A new link for the crew of a unit. Its secret is made here and shown once; the server learns only its hash. */
  async link(unit: string): Promise<string | null> {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const secret = btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace('=', '');
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret)));
    const secret_sha256 = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const done = await this.tell(unit, { action: 'link', secret_sha256, hours: LINK_HOURS });
    return done ? `${location.origin}/petugas#${unit}.${secret}` : null;
  }

  /** Tells where this browser is as the position of a unit, until it is stopped or the page is left. */
  share(unit: string | null): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    this.#sentAt = 0;
    this.#warned = false;
    this.sharing = unit;
    if (unit === null) return;
    this.#watch = navigator.geolocation.watchPosition(
      (position) => void this.#send(unit, position),
      (error) => {
        const reason = positionFault(error);
        if (error.code !== error.PERMISSION_DENIED) return this.#warnOnce(reason);
        this.share(null);
        toasts.say({ tone: 'warn', title: t('units.share_denied', { reason }) });
      },
      { enableHighAccuracy: true, maximumAge: 5_000 },
    );
  }

  async #send(unit: string, { coords, timestamp }: GeolocationPosition): Promise<void> {
    const now = Date.now();
    if (now - this.#sentAt < SHARE_EVERY_MILLISECONDS) return;
    this.#sentAt = now;
    try {
      await api.tellOfUnit(unit, {
        action: 'position',
        lat: coords.latitude,
        lon: coords.longitude,
        accuracy_m: coords.accuracy,
        at: new Date(timestamp).toISOString(),
        source: 'browser',
      });
    } catch (error) {
      // Stopped, or another unit's by now.
      if (this.sharing !== unit) return;
      // The next position is on its way; only what will be refused again ends it.
      const ends = error instanceof Problem && REFUSED_FOR_GOOD.has(error.status);
      if (!ends) return this.#warnOnce(reasonOf(error));
      this.share(null);
      toasts.say({ tone: 'warn', title: t('units.share_refused', { reason: reasonOf(error) }) });
    }
  }

  /** A fault that passes: the sharing goes on, and one message is enough. */
  #warnOnce(reason: string): void {
    if (this.#warned) return;
    this.#warned = true;
    toasts.say({ tone: 'warn', title: t('units.share_waits', { reason }) });
  }
}

export const fleet = new Fleet();
session.onLeave(() => fleet.share(null));
