/** A clock of a PC that differs less than this is left alone: the network itself takes that long. */
const DRIFT_MILLISECONDS_MIN = 1_500;

/**
 * The server's time, as well as a console can know it. Waiting times are measured against it, so
 * that a PC with a wrong clock does not show a call that waits since yesterday.
 */
class Clock {
  now = $state(Date.now());
  #offset = 0;

  constructor() {
    setInterval(() => (this.now = Date.now() + this.#offset), 1_000);
  }

  /** A heartbeat and a snapshot are stamped when they are sent; other messages when they happened. */
  learn(at: string, kind: string): void {
    if (kind !== 'heartbeat' && kind !== 'snapshot') return;
    const offset = Date.parse(at) - Date.now();
    if (Number.isNaN(offset)) return;
    this.#offset = Math.abs(offset) < DRIFT_MILLISECONDS_MIN ? 0 : offset;
  }
}

export const clock = new Clock();
