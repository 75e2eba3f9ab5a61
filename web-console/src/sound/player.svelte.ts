import { AlarmCounter } from './count';
import { lengthOf, patterns, soundTest, type Pattern, type Tone } from './patterns';

/** Silence is lent for a minute, never given away. */
export const MUTE_MILLISECONDS = 60_000;

type Audio = 'off' | 'running' | 'suspended';

/** Ten escalations in one second are one alarm: the screen tells how many they are. */
export const ONCE_PAUSE_MILLISECONDS = 10_000;

/** Plays one alarm at a time: a flood of incidents must not become a flood of noise. */
class Player {
  audio = $state<Audio>('off');
  mutedUntil = $state(0);
  #context: AudioContext | null = null;
  #speaker = '';
  #lastOnce = new Map<Pattern, number>();
  #loop: { pattern: Pattern; timer: number | undefined } | null = null;
  /** What began to sound here, for the budget of alarms. */
  readonly counter = new AlarmCounter();

  /** Must be called from a gesture (Mulai giliran): browsers keep sound off until then. */
  async begin(speaker: string): Promise<void> {
    const context = this.#open();
    await context.resume();
    await this.useSpeaker(speaker);
    this.#observe();
    this.test();
  }

  /** After a reload: sound on again, where the browser lets a page do so by itself. Plays no test. */
  async wake(speaker: string): Promise<void> {
    const context = this.#open();
    // A browser that wants a gesture keeps this promise open until there is one.
    void context.resume().then(() => this.#observe());
    await this.useSpeaker(speaker);
  }

  /** Rings on this speaker, apart from the headset; an empty name is the speaker of the system. */
  async useSpeaker(speaker: string): Promise<void> {
    const context = this.#context as (AudioContext & { setSinkId?: (id: string) => Promise<void> }) | null;
    // Choosing again what is chosen may stop the sound of a PC that has no speaker at all.
    if (speaker === this.#speaker || !context?.setSinkId) return;
    this.#speaker = speaker;
    await context.setSinkId(speaker).catch(() => undefined);
  }

  /** What a shift must be able to hear. */
  test(): void {
    let start = 0;
    for (const pattern of soundTest) {
      this.#sound(pattern, start);
      start += lengthOf(pattern) + 0.5;
    }
  }

  /** The alarm that shall sound until it is changed; null is quiet. */
  sustain(pattern: Pattern | null): void {
    if (this.#loop?.pattern === pattern) return;
    if (this.#loop) window.clearTimeout(this.#loop.timer);
    this.#loop = null;
    if (pattern === null) return;
    // Something more urgent than what was muted is heard at once.
    if (pattern === 'p1') this.mutedUntil = 0;
    this.#loop = { pattern, timer: undefined };
    this.#begins(pattern);
    this.#turn();
  }

  /** One sound for what has just happened; the same one again only after a pause. */
  once(pattern: Pattern): void {
    const now = Date.now();
    if (this.#muted() || now - (this.#lastOnce.get(pattern) ?? -Infinity) < ONCE_PAUSE_MILLISECONDS) return;
    this.#lastOnce.set(pattern, now);
    this.#begins(pattern);
    this.#sound(pattern, 0);
  }

  mute(): void {
    this.mutedUntil = Date.now() + MUTE_MILLISECONDS;
    this.counter.muted(MUTE_MILLISECONDS / 1_000, Date.now());
  }

  /** Only what is heard counts. */
  #begins(pattern: Pattern): void {
    if (this.audio === 'running' && !this.#muted()) this.counter.begun(pattern, Date.now());
  }

  #open(): AudioContext {
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#context.onstatechange = () => this.#observe();
    }
    return this.#context;
  }

  #turn(): void {
    const loop = this.#loop;
    if (!loop) return;
    if (!this.#muted()) this.#sound(loop.pattern, 0);
    const repeat = patterns[loop.pattern].repeatSeconds;
    if (repeat !== null) loop.timer = window.setTimeout(() => this.#turn(), repeat * 1_000);
  }

  #muted(): boolean {
    return Date.now() < this.mutedUntil;
  }

  #observe(): void {
    const was = this.audio;
    this.audio = this.#context?.state === 'running' ? 'running' : 'suspended';
    // What stood on the screen without a sound is heard from now on.
    if (this.audio === 'running' && was !== 'running' && this.#loop) this.#begins(this.#loop.pattern);
  }

  #sound(pattern: Pattern, delay: number): void {
    const context = this.#context;
    if (!context || context.state !== 'running') return;
    for (const tone of patterns[pattern].tones)
      playTone(context, tone, context.currentTime + delay + tone.at);
  }
}

function playTone(context: AudioContext, tone: Tone, start: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = 'triangle';
  oscillator.frequency.setValueAtTime(tone.hertz, start);
  if (tone.to) oscillator.frequency.exponentialRampToValueAtTime(tone.to, start + tone.seconds);
  // Soft edges: a hard start clicks in a headset.
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(tone.loudness, start + 0.015);
  gain.gain.setValueAtTime(tone.loudness, start + tone.seconds - 0.03);
  gain.gain.linearRampToValueAtTime(0, start + tone.seconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + tone.seconds + 0.02);
}

export const player = new Player();
