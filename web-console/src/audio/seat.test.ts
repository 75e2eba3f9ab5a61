import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const peers: FakePeer[] = [];
const server = { connected: true, refuses: false, page: null as string | null };

class FakePeer {
  remote = {};
  packets = 0;
  closed = false;
  said: unknown[] = [];
  constructor(readonly onfailed: () => void) {
    peers.push(this);
  }
  connected = () => Promise.resolve();
  say = (track: unknown) => Promise.resolve(void this.said.push(track));
  press = () => true;
  figures = () => Promise.resolve({ received: this.packets, lost: 0 });
  close = () => void (this.closed = true);
}

class FakeTrack {
  enabled = true;
  onended: (() => void) | null = null;
  stop = vi.fn();
}

let tracks: FakeTrack[] = [];
const openMicrophone = vi.fn(async () => {
  const track = new FakeTrack();
  tracks.push(track);
  return { getTracks: () => [track], getAudioTracks: () => [track] };
});

vi.mock('./peer', () => ({
  Peer: {
    open: async (_track: unknown, exchange: (offer: string) => Promise<string>, onfailed: () => void) => {
      await exchange('offer');
      return new FakePeer(onfailed);
    },
  },
}));
vi.mock('./microphone', async (original) => ({ ...(await original<object>()), openMicrophone }));
vi.mock('./meter.svelte', () => ({
  Meter: class {
    follow = () => undefined;
    stop = () => undefined;
  },
}));
vi.mock('../api/endpoints', () => ({
  api: {
    openSeat: async (_sdp: string, page: string) => {
      if (server.refuses) throw new TypeError('no server');
      server.page = page;
      return { sdp: 'answer' };
    },
    seat: async () => ({ connected: server.connected, page: server.page }),
  },
}));

const { seat } = await import('./seat.svelte');
const { NoMicrophone } = await import('./microphone');

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    'AudioContext',
    class {
      resume = () => Promise.resolve();
    },
  );
  vi.stubGlobal(
    'Audio',
    class {
      play = () => Promise.resolve();
    },
  );
  peers.length = 0;
  tracks = [];
  Object.assign(server, { connected: true, refuses: false });
});

afterEach(() => {
  seat.end();
  seat.expecting = false;
  vi.useRealTimers();
});

const last = () => {
  const peer = peers.at(-1);
  if (!peer) throw new Error('no line was opened');
  return peer;
};

/** Packets come, or do not, for so long. */
async function pass(milliseconds: number, packetsComeIn: boolean) {
  for (let done = 0; done < milliseconds; done += 100) {
    if (packetsComeIn) last().packets += 5;
    await vi.advanceTimersByTimeAsync(100);
  }
}

describe('the audio of a desk', () => {
  it('stays open through a quiet time between calls', async () => {
    await seat.begin();
    await pass(10_000, false);
    expect(seat.state).toBe('open');
    expect(peers).toHaveLength(1);
  });

  it('is opened again by itself when a call falls silent for more than a second', async () => {
    await seat.begin();
    seat.expecting = true;
    await pass(3_000, true);
    expect(peers).toHaveLength(1);
    await pass(2_000, false);
    expect(peers.length).toBeGreaterThan(1);
    expect(peers[0]?.closed).toBe(true);
    await pass(1_000, true);
    expect(seat.state).toBe('open');
    // One microphone for the whole shift: nobody is asked again.
    expect(tracks).toHaveLength(1);
  });

  it('goes on trying while the server is away', async () => {
    await seat.begin();
    server.refuses = true;
    last().onfailed();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(seat.state).not.toBe('open');
    server.refuses = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(seat.state).toBe('open');
  });

  it('tries at once when it hears that the telephone part is there again', async () => {
    await seat.begin();
    seat.retryNow();
    expect(peers).toHaveLength(1);
    server.refuses = true;
    last().onfailed();
    await vi.advanceTimersByTimeAsync(60_000);
    server.refuses = false;
    const before = peers.length;
    seat.retryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect([seat.state, peers.length]).toEqual(['open', before + 1]);
    // The attempt that was planned is not made as well.
    await vi.advanceTimersByTimeAsync(20_000);
    expect(peers).toHaveLength(before + 1);
  });

  it('stays with another window that took it, until it is asked for here', async () => {
    await seat.begin();
    server.page = 'another window';
    seat.expecting = true;
    await pass(3_000, true);
    await pass(5_000, false);
    expect([seat.state, peers.length]).toEqual(['elsewhere', 1]);
    expect(await seat.resume()).toBe(false);
    expect(seat.state).toBe('elsewhere');
    await seat.begin();
    expect([seat.state, peers.length]).toEqual(['open', 2]);
    expect(server.page).not.toBe('another window');
  });

  it('is opened again only when the server says twice that it has gone', async () => {
    await seat.begin();
    server.connected = false;
    let asked = seat.verify();
    await vi.advanceTimersByTimeAsync(500);
    server.connected = true;
    await vi.advanceTimersByTimeAsync(1_000);
    await asked;
    expect(peers).toHaveLength(1);
    server.connected = false;
    asked = seat.verify();
    await vi.advanceTimersByTimeAsync(2_000);
    await asked;
    expect(peers).toHaveLength(2);
  });

  it('mutes the microphone and keeps the line', async () => {
    await seat.begin();
    seat.mute(true);
    expect(tracks[0]?.enabled).toBe(false);
    expect(last().closed).toBe(false);
    seat.mute(false);
    expect(tracks[0]?.enabled).toBe(true);
  });

  it('takes another microphone into the same line when the headset is pulled out', async () => {
    await seat.begin();
    seat.mute(true);
    tracks[0]?.onended?.();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(peers).toHaveLength(1);
    expect(last().said).toEqual([tracks[1]]);
    expect(tracks[1]?.enabled).toBe(false);
  });

  it('says why there is no microphone, and does not ask again by itself', async () => {
    openMicrophone.mockRejectedValueOnce(new NoMicrophone('denied'));
    await expect(seat.begin()).rejects.toBeInstanceOf(NoMicrophone);
    expect([seat.state, seat.fault]).toEqual(['closed', 'denied']);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(peers).toHaveLength(0);
  });

  it('lets go of the microphone at the end of the shift', async () => {
    await seat.begin();
    seat.end();
    expect(tracks[0]?.stop).toHaveBeenCalled();
    expect([seat.state, last().closed]).toEqual(['closed', true]);
  });
});
