import { beatAt, type Beat, type Rhythm } from './rhythm';

/** Beats are handed to the sound card this long before they are due, so that a busy page does not delay them. */
const AHEAD_SECONDS = 0.3;
/** How often the next beats are handed over. */
const TURN_MILLISECONDS = 100;

/** Clicks and counts. One at a time: two would drown each other. */
class Metronome {
  /** The beat that is heard now; null while it is quiet. */
  beat = $state.raw<Beat | null>(null);
  /** Turns with each beat, so that a pendulum can follow. */
  swing = $state(false);
  startedAt = $state<number | null>(null);
  #context: AudioContext | null = null;
  #timer: number | undefined;
  #shows: number[] = [];

  get isRunning(): boolean {
    return this.startedAt !== null;
  }

  /** From a key or a click: browsers let no page sound before. */
  start(rhythm: Rhythm): void {
    this.stop();
    const context = (this.#context ??= new AudioContext());
    void context.resume();
    this.startedAt = Date.now();
    const begin = performance.now() / 1_000 + 0.1;
    let nth = 0;
    const turn = () => {
      for (;;) {
        const beat = beatAt(rhythm, nth);
        const wait = begin + beat.at - performance.now() / 1_000;
        if (wait > AHEAD_SECONDS) break;
        if (context.state === 'running') click(context, beat, context.currentTime + Math.max(wait, 0));
        this.#shows.push(window.setTimeout(() => this.#show(beat), Math.max(wait, 0) * 1_000));
        nth += 1;
      }
      this.#shows = this.#shows.slice(-8);
    };
    turn();
    this.#timer = window.setInterval(turn, TURN_MILLISECONDS);
  }

  stop(): void {
    window.clearInterval(this.#timer);
    for (const show of this.#shows) window.clearTimeout(show);
    this.#shows = [];
    this.startedAt = null;
    this.beat = null;
  }

  #show(beat: Beat): void {
    this.beat = beat;
    this.swing = !this.swing;
  }
}

function click(context: AudioContext, beat: Beat, at: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  // The first of a row is higher, a breath is low and long: one hears where one is.
  oscillator.frequency.value = beat.kind === 'breath' ? 330 : beat.count === 1 ? 1_320 : 880;
  const seconds = beat.kind === 'breath' ? 0.6 : 0.06;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.6, at + 0.005);
  gain.gain.linearRampToValueAtTime(0, at + seconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds + 0.02);
}

export const metronome = new Metronome();
