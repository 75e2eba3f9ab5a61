/** One tone of a pattern; made by the browser itself, so that no sound file can be missing. */
export interface Tone {
  /** Seconds after the start of the pattern. */
  at: number;
  seconds: number;
  hertz: number;
  /** Where the tone glides to, for the falling sound of a lost connection. */
  to?: number;
  /** 0 to 1 */
  loudness: number;
}

export type Pattern = 'ring' | 'p1' | 'p2' | 'p3' | 'cut' | 'escalation' | 'flood';

/** Priority-coded bursts, told apart by rhythm as well as by pitch. */
export const patterns: Record<Pattern, { tones: Tone[]; repeatSeconds: number | null }> = {
  ring: {
    tones: [0, 0.12, 0.24, 0.36, 0.8, 0.92, 1.04, 1.16].map((at, place) => ({
      at,
      seconds: 0.1,
      hertz: place % 2 === 0 ? 1_000 : 800,
      loudness: 0.5,
    })),
    repeatSeconds: 3,
  },
  p1: {
    tones: [0, 0.5, 1].flatMap((at) => [
      { at, seconds: 0.2, hertz: 880, loudness: 0.9 },
      { at: at + 0.22, seconds: 0.2, hertz: 660, loudness: 0.9 },
    ]),
    repeatSeconds: 5,
  },
  p2: {
    tones: [0, 0.4].map((at) => ({ at, seconds: 0.22, hertz: 700, loudness: 0.6 })),
    repeatSeconds: 15,
  },
  p3: { tones: [{ at: 0, seconds: 0.3, hertz: 520, loudness: 0.35 }], repeatSeconds: null },
  escalation: {
    tones: [0, 0.16, 0.32].map((at, place) => ({
      at,
      seconds: 0.14,
      hertz: [520, 660, 840][place] ?? 840,
      loudness: 0.7,
    })),
    repeatSeconds: null,
  },
  // Many at once are one sound: two long low tones, told apart from every single incident.
  flood: {
    tones: [0, 0.7].map((at) => ({ at, seconds: 0.55, hertz: 440, loudness: 0.6 })),
    repeatSeconds: 10,
  },
  cut: { tones: [{ at: 0, seconds: 0.9, hertz: 620, to: 180, loudness: 0.6 }], repeatSeconds: null },
};

/** The start-of-shift test plays what matters most, once. */
export const soundTest: Pattern[] = ['ring', 'p1'];

export function lengthOf(pattern: Pattern): number {
  return Math.max(...patterns[pattern].tones.map((tone) => tone.at + tone.seconds));
}
