import { describe, expect, it } from 'vitest';
import { loudness, METER_DECIBELS_MIN, meterShare, toneShare } from './levels';

const tone = (hertz: number, loud = 1) =>
  Float32Array.from({ length: 4_800 }, (_, n) => loud * Math.sin((2 * Math.PI * hertz * n) / 48_000));

describe('a level', () => {
  it('is counted from full scale', () => {
    expect(loudness(Float32Array.from([1, -1, 1, -1]))).toBeCloseTo(0);
    expect(loudness(tone(1_000))).toBeCloseTo(-3.01, 1);
    expect(loudness(tone(1_000, 0.1))).toBeCloseTo(-23.01, 1);
    expect(loudness(new Float32Array(8))).toBe(-Infinity);
  });

  it('moves a meter between nothing and all of it', () => {
    expect(meterShare(0)).toBe(1);
    expect(meterShare(METER_DECIBELS_MIN / 2)).toBeCloseTo(0.5);
    expect(meterShare(METER_DECIBELS_MIN)).toBe(0);
    expect(meterShare(-Infinity)).toBe(0);
    expect(meterShare(6)).toBe(1);
  });
});

describe('a tone', () => {
  it('is found by its pitch', () => {
    expect(toneShare(tone(1_004, 0.5), 1_004, 48_000)).toBeCloseTo(0.5, 1);
    expect(toneShare(tone(440, 0.5), 1_004, 48_000)).toBeLessThan(0.05);
    expect(toneShare(new Float32Array(0), 1_004, 48_000)).toBe(0);
  });
});
