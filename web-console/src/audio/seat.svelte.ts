import { api } from '../api/endpoints';
import { backOffMs } from '../feed/backoff';
import { devices } from './devices.svelte';
import { echoOf } from './line-check';
import { COUNT_MILLISECONDS, Liveness } from './liveness';
import { Meter } from './meter.svelte';
import { mayOpenUnasked, NoMicrophone, openMicrophone, type MicrophoneFault } from './microphone';
import { pageName } from './page-name';
import { Peer } from './peer';

export type SeatState =
  /** Nobody has begun a shift, or this desk talks over a telephone. */
  | 'closed'
  | 'opening'
  | 'open'
  /** It stopped, and this program is opening it again by itself. */
  | 'broken'
  /** Another window has it: it is not taken from there unasked. */
  | 'elsewhere';

/** The first packet takes a moment after the handshake; three seconds without one are no moment any more. */
const HEARD_ASK_MILLISECONDS = 100;
const HEARD_ASKED_MAX = 30;

/** Between the last packet of a handshake and the server's word that a seat is there. */
const SEAT_COMES_UP_MILLISECONDS = 1_000;

/** A headset that was just pulled out or pushed in needs a moment before it can be opened. */
const DEVICE_SETTLES_MILLISECONDS = 300;

/**
 * The audio of this desk: one connection for the whole shift. Answering, holding and listening only change, at the
 * server, who is wired to whom; so a caller is heard at once, without any negotiation.
 */
class Seat {
  state = $state<SeatState>('closed');
  fault = $state<MicrophoneFault | null>(null);
  muted = $state(false);
  /** What this desk says, and what it hears. */
  readonly mine = new Meter();
  readonly theirs = new Meter();
  /** Whether anything should be heard: between calls the server sends nothing, and silence is as it should be. */
  expecting = false;
  #wanted = false;
  #peer: Peer | null = null;
  #microphone: MediaStream | null = null;
  #meters: AudioContext | null = null;
  #speaker: HTMLAudioElement | null = null;
  #watch: number | undefined;
  #retry: number | undefined;
  #attempt = 0;
  /** Counts openings, so that what belongs to an older one is dropped. */
  #opening = 0;

  /** Opens microphone and line. From then on the seat stays open by itself until `end`. */
  async begin(): Promise<void> {
    this.#wanted = true;
    this.#attempt = 0;
    await this.#open();
  }

  /** After a reload: opens it again if the browser lets the microphone be opened without a question. */
  async resume(): Promise<boolean> {
    if (this.#wanted || !(await mayOpenUnasked())) return false;
    if (await this.#isElsewhere()) {
      this.state = 'elsewhere';
      return false;
    }
    await this.begin();
    return this.state === 'open';
  }

  /** Opens a seat for listening; without a microphone it says silence. */
  async beginToListen(): Promise<void> {
    if (this.state === 'open') return;
    try {
      await this.begin();
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      this.#microphone = this.#context().createMediaStreamDestination().stream;
      await this.begin();
    }
  }

  end(): void {
    this.#wanted = false;
    this.#drop();
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
    this.#microphone = null;
    this.mine.stop();
    this.state = 'closed';
    this.fault = null;
    this.muted = false;
  }

  /** Asks whether the server still has this seat, after anything that may have cost it; opens it again if not. */
  async verify(): Promise<void> {
    if (!this.#wanted || this.state !== 'open') return;
    const opening = this.#opening;
    if (await this.#isElsewhere()) {
      if (opening === this.#opening) this.#leave();
      return;
    }
    if ((await api.seat()).connected) return;
    // It may be just about to come up: said twice, it is so.
    await new Promise((resolve) => setTimeout(resolve, SEAT_COMES_UP_MILLISECONDS));
    if (opening !== this.#opening || (await api.seat()).connected) return;
    if (opening === this.#opening) this.#broke();
  }

  /** The server's telephone part is there again: who waits for their next attempt makes it now. */
  retryNow(): void {
    if (!this.#wanted || this.state !== 'broken') return;
    window.clearTimeout(this.#retry);
    this.#attempt = 0;
    this.#open().catch(() => undefined);
  }

  mute(muted: boolean): void {
    this.muted = muted;
    // The line goes on carrying packets, of silence: the server must not take a muted desk for a dead one.
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  press(digits: string): boolean {
    return this.#peer?.press(digits) ?? false;
  }

  /** Another microphone or headset, in the middle of a call if need be. */
  async useDevices(): Promise<void> {
    await this.#play();
    if (!this.#microphone) return;
    await this.#openMicrophone();
    await this.#say();
  }

  /** A headset was pushed in again after the last microphone had gone: the caller hears this desk again. */
  async regainMicrophone(): Promise<void> {
    if (!this.#wanted || this.fault === null || this.#microphone) return;
    await new Promise((resolve) => setTimeout(resolve, DEVICE_SETTLES_MILLISECONDS));
    await this.#play();
    await this.#openMicrophone();
    await this.#say();
  }

  /** Milliseconds to the server and back, by a tone that it echoes; null when nothing came back. */
  async echo(): Promise<number | null> {
    const peer = this.#peer;
    const [microphone] = this.#microphone?.getAudioTracks() ?? [];
    if (!peer || !microphone) return null;
    await api.echo(true);
    try {
      return await echoOf(this.#context(), peer.remote, (track) => peer.say(track));
    } finally {
      await peer.say(microphone);
      await api.echo(false);
    }
  }

  async #open(): Promise<void> {
    this.#drop();
    this.#opening += 1;
    const opening = this.#opening;
    this.state = 'opening';
    try {
      if (!this.#microphone) await this.#openMicrophone();
      const [track] = this.#microphone?.getAudioTracks() ?? [];
      if (!track) throw new NoMicrophone('missing');
      const peer = await Peer.open(
        track,
        async (offer) => (await api.openSeat(offer, await pageName())).sdp,
        () => this.#broke(),
      );
      if (opening !== this.#opening || !this.#wanted) return peer.close();
      this.#peer = peer;
      await this.#play();
      this.theirs.follow(this.#context(), peer.remote);
      await peer.connected();
      await this.#heard();
      if (peer !== this.#peer) return;
      this.#watchOver(peer);
      this.state = 'open';
    } catch (error) {
      if (opening !== this.#opening || !this.#wanted) return;
      if (error instanceof NoMicrophone) {
        this.fault = error.why;
        this.state = 'closed';
        this.#wanted = false;
      } else {
        this.#broke();
      }
      throw error;
    }
  }

  // Open means that the server hears this desk; what the browser believes of it is not enough.
  async #heard(): Promise<void> {
    for (let asked = 0; asked < HEARD_ASKED_MAX; asked += 1) {
      if ((await api.seat()).connected) return;
      await new Promise((resolve) => setTimeout(resolve, HEARD_ASK_MILLISECONDS));
    }
    throw new Error('the server does not hear this desk');
  }

  async #openMicrophone(): Promise<void> {
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
    this.#microphone = null;
    const stream = await openMicrophone(devices.chosen.microphone);
    this.fault = null;
    this.#microphone = stream;
    for (const track of stream.getAudioTracks()) {
      track.enabled = !this.muted;
      track.onended = () => void this.#microphoneGone(stream);
    }
    this.mine.follow(this.#context(), stream);
    await devices.look();
  }

  // A headset was pulled out in the middle of a call: whatever microphone is left goes on.
  async #microphoneGone(stream: MediaStream): Promise<void> {
    if (stream !== this.#microphone) return;
    await new Promise((resolve) => setTimeout(resolve, DEVICE_SETTLES_MILLISECONDS));
    try {
      await this.useDevices();
    } catch (error) {
      this.fault = error instanceof NoMicrophone ? error.why : 'missing';
    }
  }

  async #say(): Promise<void> {
    const [track] = this.#microphone?.getAudioTracks() ?? [];
    if (track) await this.#peer?.say(track);
  }

  async #play(): Promise<void> {
    const peer = this.#peer;
    if (!peer) return;
    this.#speaker ??= new Audio();
    this.#speaker.srcObject = peer.remote;
    // A browser that cannot choose a speaker plays on the one of the system.
    const wanted = devices.present('headset');
    if ('setSinkId' in this.#speaker && this.#speaker.sinkId !== wanted) {
      await this.#speaker.setSinkId(wanted).catch(() => undefined);
    }
    // Not awaited: a page that may not play yet (no gesture so far) keeps this promise open, and the line works.
    this.#speaker.play().catch(() => undefined);
  }

  #watchOver(peer: Peer): void {
    let last = performance.now();
    const liveness = new Liveness(last);
    this.#watch = window.setInterval(async () => {
      const now = performance.now();
      if (!this.expecting || now - last > 2 * COUNT_MILLISECONDS) liveness.excuse(now);
      last = now;
      const { received } = await peer.figures();
      if (peer !== this.#peer) return;
      const pulse = liveness.take(received, performance.now());
      if (pulse === 'alive') this.#attempt = 0;
      if (pulse === 'dead') this.#broke();
    }, COUNT_MILLISECONDS);
  }

  #broke(): void {
    if (!this.#wanted) return;
    this.#drop();
    this.state = 'broken';
    const wait = this.#attempt === 0 ? 0 : backOffMs(this.#attempt - 1, Math.random);
    this.#attempt += 1;
    this.#retry = window.setTimeout(() => void this.#reopen(), wait);
  }

  /** Another window may have taken it: two that take it from each other would cost the caller every second word. */
  async #reopen(): Promise<void> {
    const opening = this.#opening;
    const isElsewhere = await this.#isElsewhere().catch(() => false);
    if (!this.#wanted || opening !== this.#opening) return;
    if (isElsewhere) this.#leave();
    else await this.#open().catch(() => undefined);
  }

  async #isElsewhere(): Promise<boolean> {
    const { connected, page } = await api.seat();
    return connected && page !== null && page !== (await pageName());
  }

  #leave(): void {
    this.end();
    this.state = 'elsewhere';
  }

  #drop(): void {
    window.clearInterval(this.#watch);
    window.clearTimeout(this.#retry);
    this.theirs.stop();
    this.#peer?.close();
    this.#peer = null;
  }

  #context(): AudioContext {
    this.#meters ??= new AudioContext();
    void this.#meters.resume();
    return this.#meters;
  }
}

export const seat = new Seat();
