/** Below this a meter shows nothing: a quiet room through a headset. Decibels below full scale. */
export const METER_DECIBELS_MIN = -60;

/** The loudness of samples between -1 and 1, in decibels below full scale (0 is the loudest). */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const power = samples.length === 0 ? 0 : sum / samples.length;
  return power === 0 ? -Infinity : 10 * Math.log10(power);
}

/** How far a meter goes out, 0 to 1. */
export function meterShare(decibels: number): number {
  return Math.min(1, Math.max(0, 1 - decibels / METER_DECIBELS_MIN));
}

/** How strongly a tone is in samples, 0 to about 1 for a pure tone of full scale (Goertzel). */
export function toneShare(samples: Float32Array, hertz: number, sampleRate: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
  let [one, two] = [0, 0];
  for (const sample of samples) [one, two] = [sample + coefficient * one - two, one];
  const power = one * one + two * two - coefficient * one * two;
  return samples.length === 0 ? 0 : (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}
