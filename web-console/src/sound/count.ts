import type { Pattern } from './patterns';

/** EEMUA 191 counts alarms in ten minutes. */
export const WINDOW_MILLISECONDS = 600_000;
/** More new incidents in ten minutes than a person can answer one by one are a flood. */
export const FLOOD_MIN = 11;
/** Windows that wait for a server that is away; older ones are given up. */
const WAITING_MAX = 36;

/** How often each pattern began to sound in one window of ten minutes. */
export interface AlarmWindow {
  /** Milliseconds since 1970, a whole multiple of the window. */
  from: number;
  begun: Partial<Record<Pattern, number>>;
  mutedSeconds: number;
}

/** Counts what sounds at this console, and hands over each window when it is over. Silent ones are not handed over. */
export class AlarmCounter {
  #window: AlarmWindow | null = null;
  #over: AlarmWindow[] = [];

  begun(pattern: Pattern, now: number): void {
    const window = this.#at(now);
    window.begun[pattern] = (window.begun[pattern] ?? 0) + 1;
  }

  muted(seconds: number, now: number): void {
    const window = this.#at(now);
    window.mutedSeconds = Math.min(WINDOW_MILLISECONDS / 1_000, window.mutedSeconds + seconds);
  }

  /** The windows that are over; they are no longer kept here. */
  take(now: number): AlarmWindow[] {
    if (this.#window && this.#window.from !== startOf(now)) this.#end();
    return this.#over.splice(0);
  }

  /** Everything counted so far, for when the person goes. */
  takeAll(): AlarmWindow[] {
    this.#end();
    return this.#over.splice(0);
  }

  /** A window that could not be handed over waits for the next time. */
  giveBack(window: AlarmWindow): void {
    this.#over = [window, ...this.#over].slice(-WAITING_MAX);
  }

  #at(now: number): AlarmWindow {
    const from = startOf(now);
    if (this.#window && this.#window.from !== from) this.#end();
    this.#window ??= { from, begun: {}, mutedSeconds: 0 };
    return this.#window;
  }

  #end(): void {
    if (this.#window) this.#over = [...this.#over, this.#window].slice(-WAITING_MAX);
    this.#window = null;
  }
}

function startOf(now: number): number {
  return Math.floor(now / WINDOW_MILLISECONDS) * WINDOW_MILLISECONDS;
}

/** Notices when more comes than a person can answer one by one. */
export class FloodGauge {
  #times: number[] = [];

  note(now: number): void {
    this.#times.push(now);
    // More than a flood needs not be remembered.
    if (this.#times.length > 1_000) this.#times.shift();
  }

  /** How many came in the last ten minutes. */
  recent(now: number): number {
    this.#times = this.#times.filter((time) => now - time < WINDOW_MILLISECONDS);
    return this.#times.length;
  }

  isFlood(now: number): boolean {
    return this.recent(now) >= FLOOD_MIN;
  }
}
