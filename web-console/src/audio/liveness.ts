/** Audio that has stopped for this long is dead: at 20 ms a packet, fifty packets did not come. */
export const SILENT_MILLISECONDS_MAX = 1_000;

/** How often the packets are counted. Twice within the limit, so that one late count decides nothing. */
export const COUNT_MILLISECONDS = 500;

/** A new connection has this long for its first packet; the handshake takes a tenth of it. */
export const FIRST_PACKET_MILLISECONDS_MAX = 4_000;

export type Pulse = 'starting' | 'alive' | 'dead';

/**
 * Tells from counts of received packets whether audio still flows. A browser says "disconnected" only after many
 * seconds; a person in need hears nothing meanwhile.
 */
export class Liveness {
  #packets = 0;
  #lastMoved: number;
  #started = false;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: number) {
    this.#lastMoved = now;
  }

  take(packets: number, now: number): Pulse {
    if (packets > this.#packets) {
      this.#packets = packets;
      this.#lastMoved = now;
      this.#started = true;
      return 'alive';
    }
    const limit = this.#started ? SILENT_MILLISECONDS_MAX : FIRST_PACKET_MILLISECONDS_MAX;
    if (now - this.#lastMoved > limit) return 'dead';
    return this.#started ? 'alive' : 'starting';
  }

  /** The page itself was stopped for a while (a PC that slept, a frozen tab): that says nothing about the line. */
  excuse(now: number): void {
    this.#lastMoved = now;
  }
}
