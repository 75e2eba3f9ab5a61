import { describe, expect, it } from 'vitest';
import { alarmFor } from '../screens/agency/alarm';
import { lengthOf, patterns, type Pattern } from './patterns';

const all = Object.keys(patterns) as Pattern[];

describe('the sounds', () => {
  it('can be told apart by their rhythm alone', () => {
    const rhythms = all.map((name) =>
      patterns[name].tones.map((tone) => `${tone.at}+${tone.seconds}`).join(' '),
    );
    expect(new Set(rhythms).size).toBe(all.length);
  });

  it.each(all)('%s ends before it repeats', (name) => {
    const { repeatSeconds } = patterns[name];
    expect(lengthOf(name)).toBeLessThan(repeatSeconds ?? Infinity);
  });

  it('repeat sooner and louder for what is more urgent', () => {
    expect(patterns.p1.repeatSeconds).toBe(5);
    expect(patterns.p2.repeatSeconds).toBe(15);
    expect(patterns.p3.repeatSeconds).toBeNull();
    const loudness = (name: Pattern) => Math.max(...patterns[name].tones.map((tone) => tone.loudness));
    expect(loudness('p1')).toBeGreaterThan(loudness('p2'));
    expect(loudness('p2')).toBeGreaterThan(loudness('p3'));
  });
});

describe('the alarm of an agency', () => {
  it('is one, for the most urgent that waits', () => {
    expect(alarmFor(['P3', 'P2', 'P1', 'P1'])).toBe('p1');
    expect(alarmFor(['P3', 'P2'])).toBe('p2');
    expect(alarmFor(['P3', 'P0'])).toBeNull();
    expect(alarmFor([])).toBeNull();
  });

  it('is one sound for many, and P1 is heard in it all the same', () => {
    expect(alarmFor(['P3', 'P2'], true)).toBe('flood');
    expect(alarmFor(['P3'], true)).toBe('flood');
    expect(alarmFor(['P3', 'P1'], true)).toBe('p1');
    expect(alarmFor(['P0'], true)).toBeNull();
    expect(alarmFor([], true)).toBeNull();
  });
});
