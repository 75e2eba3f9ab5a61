/** A beat to press by: so many a minute, and after `beats` of them so many breaths (0: without a pause). */
export interface Rhythm {
  per_minute: number;
  beats: number;
  breaths: number;
}

export interface Beat {
  /** Seconds after the start. */
  at: number;
  kind: 'press' | 'breath';
  /** What one counts aloud. */
  count: number;
}

/** Two breaths take four seconds. */
export const BREATH_SECONDS = 2;

/** Without breaths one counts to thirty and begins again. */
const COUNT_TO = 30;

/** The nth beat of a rhythm, from 0. */
export function beatAt(rhythm: Rhythm, nth: number): Beat {
  const press = 60 / rhythm.per_minute;
  const presses = rhythm.beats > 0 && rhythm.breaths > 0 ? rhythm.beats : 0;
  if (presses === 0) return { at: nth * press, kind: 'press', count: (nth % COUNT_TO) + 1 };
  const turn = presses + rhythm.breaths;
  const begin = Math.floor(nth / turn) * (presses * press + rhythm.breaths * BREATH_SECONDS);
  const place = nth % turn;
  return place < presses
    ? { at: begin + place * press, kind: 'press', count: place + 1 }
    : {
        at: begin + presses * press + (place - presses) * BREATH_SECONDS,
        kind: 'breath',
        count: place - presses + 1,
      };
}
