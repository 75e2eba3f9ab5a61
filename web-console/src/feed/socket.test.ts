import { beforeEach, describe, expect, it } from 'vitest';
import type { FeedMessage } from '../api/types';
import { FeedSocket, WATCHDOG_MILLISECONDS, type Connection, type SocketWorld } from './socket';

/** A world whose time stands still until the test moves it. */
class StillWorld implements SocketWorld {
  time = 0;
  opened: { url: string; socket: FakeSocket }[] = [];
  #timers = new Map<number, { at: number; act: () => void }>();
  #next = 1;

  open = (url: string) => {
    const socket = new FakeSocket();
    this.opened.push({ url, socket });
    return socket as unknown as WebSocket;
  };
  now = () => this.time;
  chance = () => 1;
  later = (milliseconds: number, act: () => void) => {
    this.#timers.set(this.#next, { at: this.time + milliseconds, act });
    return this.#next++;
  };
  never = (timer: number) => void this.#timers.delete(timer);

  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= end);
      due.sort(([, one], [, other]) => one.at - other.at);
      const first = due[0];
      if (!first) break;
      this.#timers.delete(first[0]);
      this.time = first[1].at;
      first[1].act();
      await Promise.resolve();
      await Promise.resolve();
    }
    this.time = end;
  }

  get last(): FakeSocket {
    return this.opened.at(-1)!.socket;
  }
}

class FakeSocket {
  readyState = 1;
  sent: string[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  send = (text: string) => void this.sent.push(text);
  close = () => void (this.closed = true);
  says = (message: object) => this.onmessage?.({ data: JSON.stringify(message) });
}

let world: StillWorld;
let states: Connection[];
let received: FeedMessage[];
let cursor: string | null;
let signedIn: boolean;
let socket: FeedSocket;

beforeEach(() => {
  world = new StillWorld();
  states = [];
  received = [];
  cursor = null;
  signedIn = true;
  socket = new FeedSocket(
    {
      url: () => (cursor === null ? 'ws://x/feed' : `ws://x/feed?after=${cursor}`),
      message: (message) => {
        received.push(message);
        if ('cursor' in message && message.cursor) cursor = message.cursor;
        if (message.type === 'resync') cursor = null;
        return message.type === 'resync' ? 'start_over' : 'applied';
      },
      changed: (connection) => states.push(connection),
      mayRetry: () => Promise.resolve(signedIn),
    },
    world,
  );
  socket.start();
});

const snapshot = { type: 'snapshot', cursor: '7' };

describe('the feed socket', () => {
  it('is connected only when the server has said where it stands', () => {
    expect(states.at(-1)).toEqual({ state: 'connecting' });
    world.last.says(snapshot);
    expect(states.at(-1)).toEqual({ state: 'connected' });
  });

  it('resumes after the last message that was applied', async () => {
    world.last.says(snapshot);
    world.last.says({ type: 'call.updated', cursor: '9' });
    world.last.onclose?.();
    expect(states.at(-1)).toEqual({ state: 'cut', retryAt: 500 });
    await world.pass(500);
    expect(world.opened.at(-1)?.url).toBe('ws://x/feed?after=9');
    world.last.says({ type: 'resumed', cursor: '9' });
    expect(states.at(-1)).toEqual({ state: 'connected' });
  });

  it('notices a line that is silent but not closed', async () => {
    world.last.says(snapshot);
    const first = world.last;
    await world.pass(WATCHDOG_MILLISECONDS - 1);
    expect(states.at(-1)).toEqual({ state: 'connected' });
    await world.pass(1);
    expect(states.at(-1)?.state).toBe('cut');
    expect(first.closed).toBe(true);
  });

  it('lives as long as the heart beats', async () => {
    world.last.says(snapshot);
    for (let beat = 0; beat < 10; beat += 1) {
      await world.pass(5_000);
      world.last.says({ type: 'heartbeat' });
    }
    expect(states.at(-1)).toEqual({ state: 'connected' });
    expect(world.opened).toHaveLength(1);
  });

  it('waits longer each time while the server is away, up to ten seconds', async () => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      world.last.onclose?.();
      const state = states.at(-1);
      if (state?.state !== 'cut') throw new Error('not cut');
      waits.push(state.retryAt - world.time);
      await world.pass(state.retryAt - world.time);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('begins with short waits again after it was connected', async () => {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      world.last.onclose?.();
      await world.pass(10_000);
    }
    world.last.says(snapshot);
    world.last.onclose?.();
    expect(states.at(-1)).toEqual({ state: 'cut', retryAt: world.time + 500 });
  });

  it('comes back for a snapshot after resync', async () => {
    world.last.says(snapshot);
    world.last.says({ type: 'resync' });
    await world.pass(500);
    expect(world.opened.at(-1)?.url).toBe('ws://x/feed');
  });

  it('stops asking when nobody is logged in any more', async () => {
    world.last.says(snapshot);
    signedIn = false;
    world.last.onclose?.();
    await world.pass(60_000);
    expect(world.opened).toHaveLength(1);
  });

  it('hears nothing from a socket that it has given up', async () => {
    const first = world.last;
    world.last.says(snapshot);
    first.onclose?.();
    await world.pass(500);
    first.says({ type: 'call.updated', cursor: '99' });
    expect(received).toHaveLength(1);
  });

  it('opens nothing after it was stopped', async () => {
    world.last.onclose?.();
    socket.stop();
    await world.pass(60_000);
    expect(world.opened).toHaveLength(1);
  });
});
