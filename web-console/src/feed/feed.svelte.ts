import type { FeedMessage } from '../api/types';
import { clock } from '../app/clock.svelte';
import { session } from '../app/session.svelte';
import { board } from './board.svelte';
import { reduce } from './reducer';
import { FeedSocket, type Connection } from './socket';

/** The feed of this console: its connection, the age of its data, and who listens to it. */
class Feed {
  connection = $state.raw<Connection>({ state: 'connecting' });
  /** When the server last said anything: the data on the screen is as old as this. */
  heardAt = $state<number | null>(null);
  /** True once a first snapshot was drawn; before that a screen is empty, not stale. */
  filled = $state(false);
  #listeners = new Set<(message: FeedMessage) => void>();
  #socket = new FeedSocket({
    url: () => {
      const after = board.cursor === null ? '' : `?after=${encodeURIComponent(board.cursor)}`;
      return `${location.origin.replace(/^http/, 'ws')}/api/v1/feed${after}`;
    },
    message: (message) => this.#take(message),
    changed: (connection) => (this.connection = connection),
    mayRetry: async () => {
      await session.resume();
      return session.phase === 'signed_in';
    },
  });

  start(): void {
    this.#socket.start();
  }

  stop(): void {
    this.#socket.stop();
  }

  retryNow(): void {
    this.#socket.retryNow();
  }

  send(message: object): boolean {
    return this.#socket.send(message);
  }

  /** Hears every message that changed the board; returns how to stop hearing. */
  listen(hear: (message: FeedMessage) => void): () => void {
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  forget(): void {
    this.stop();
    board.forget();
    this.filled = false;
    this.heardAt = null;
  }

  #take(message: FeedMessage) {
    this.heardAt = Date.now();
    if ('at' in message && message.at && message.type !== 'resumed') clock.learn(message.at, message.type);
    const applied = reduce(board, message);
    if (message.type === 'snapshot') this.filled = true;
    if (applied === 'applied') for (const hear of this.#listeners) hear(message);
    return applied;
  }
}

export const feed = new Feed();
session.onLeave(() => feed.forget());
addEventListener('online', () => feed.retryNow());
