import type { FeedMessage } from '../api/types';
import { backOffMs } from './backoff';

/** The server's heart beats every 5 s; two missed beats and a bit mean that the line is dead. */
export const WATCHDOG_MILLISECONDS = 12_000;

export type Connection = { state: 'connecting' } | { state: 'connected' } | { state: 'cut'; retryAt: number };

/** What the socket needs from the world; the tests bring their own. */
export interface SocketWorld {
  open: (url: string) => WebSocket;
  now: () => number;
  later: (milliseconds: number, act: () => void) => number;
  never: (timer: number) => void;
  chance: () => number;
}

export interface SocketOwner {
  /** The address to connect to, with the cursor of the last message that was applied. */
  url: () => string;
  message: (message: FeedMessage) => 'applied' | 'repeated' | 'start_over';
  changed: (connection: Connection) => void;
  /** Asked before an attempt that follows a refusal: is this person still logged in? */
  mayRetry: () => Promise<boolean>;
}

export const browserWorld: SocketWorld = {
  open: (url) => new WebSocket(url),
  now: () => Date.now(),
  later: (milliseconds, act) => window.setTimeout(act, milliseconds),
  never: (timer) => window.clearTimeout(timer),
  chance: Math.random,
};

/**
 * Keeps one console connected: it resumes after the last cursor, notices a silent line by itself
 * and comes back with full jitter. It never gives up while somebody is logged in.
 */
export class FeedSocket {
  #socket: WebSocket | null = null;
  #watchdog: number | undefined;
  #retry: number | undefined;
  #attempt = 0;
  #stopped = true;

  constructor(
    private readonly owner: SocketOwner,
    private readonly world: SocketWorld = browserWorld,
  ) {}

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#attempt = 0;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#clearTimers();
    this.#drop();
  }

  /** The button "Coba sekarang", and the browser's word that the network is back. */
  retryNow(): void {
    if (this.#stopped || this.#retry === undefined) return;
    this.#clearTimers();
    this.#connect();
  }

  send(message: object): boolean {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #connect(): void {
    this.#drop();
    this.owner.changed({ state: 'connecting' });
    const socket = this.world.open(this.owner.url());
    this.#socket = socket;
    this.#watch();
    socket.onmessage = (event: MessageEvent) => {
      if (socket === this.#socket) this.#receive(String(event.data));
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
  }

  #receive(text: string): void {
    this.#watch();
    let message: FeedMessage;
    try {
      message = JSON.parse(text) as FeedMessage;
    } catch {
      // A frame that is not JSON is a fault of the line, and a new line is the cure.
      this.#lost();
      return;
    }
    const applied = this.owner.message(message);
    if (applied === 'start_over') {
      this.#attempt = 0;
      this.#lost();
      return;
    }
    if (message.type === 'snapshot' || message.type === 'resumed') {
      this.#attempt = 0;
      this.owner.changed({ state: 'connected' });
    }
  }

  #watch(): void {
    if (this.#watchdog !== undefined) this.world.never(this.#watchdog);
    this.#watchdog = this.world.later(WATCHDOG_MILLISECONDS, () => this.#lost());
  }

  #lost(): void {
    this.#drop();
    this.#clearTimers();
    if (this.#stopped) return;
    const wait = backOffMs(this.#attempt, this.world.chance);
    this.#attempt += 1;
    this.owner.changed({ state: 'cut', retryAt: this.world.now() + wait });
    this.#retry = this.world.later(wait, () => {
      this.#retry = undefined;
      void this.#askAndConnect();
    });
  }

  // A browser does not tell why a socket was refused, so a log-out elsewhere has to be asked for.
  async #askAndConnect(): Promise<void> {
    const may = await this.owner.mayRetry();
    if (this.#stopped) return;
    if (may) this.#connect();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
  }

  #clearTimers(): void {
    if (this.#watchdog !== undefined) this.world.never(this.#watchdog);
    if (this.#retry !== undefined) this.world.never(this.#retry);
    this.#watchdog = undefined;
    this.#retry = undefined;
  }
}
