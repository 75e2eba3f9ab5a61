import { describe, expect, it } from 'vitest';
import { AlarmCounter, FLOOD_MIN, FloodGauge, WINDOW_MILLISECONDS } from './count';

const minutes = (n: number) => n * 60_000;

describe('what sounded', () => {
  it('is counted in windows of ten minutes and handed over once they are over', () => {
    const counter = new AlarmCounter();
    counter.begun('p1', minutes(3));
    counter.begun('p1', minutes(9));
    counter.muted(60, minutes(9));
    expect(counter.take(minutes(9))).toEqual([]);
    counter.begun('cut', minutes(12));
    expect(counter.take(minutes(12))).toEqual([{ from: 0, begun: { p1: 2 }, mutedSeconds: 60 }]);
    expect(counter.take(minutes(13))).toEqual([]);
    expect(counter.take(minutes(20))).toEqual([
      { from: WINDOW_MILLISECONDS, begun: { cut: 1 }, mutedSeconds: 0 },
    ]);
    expect(counter.take(minutes(40))).toEqual([]);
  });

  it('waits for a server that is away, and is complete when the person goes', () => {
    const counter = new AlarmCounter();
    counter.begun('p2', minutes(1));
    const [window] = counter.take(minutes(10));
    counter.giveBack(window!);
    counter.begun('p3', minutes(11));
    expect(counter.takeAll().map((one) => one.begun)).toEqual([{ p2: 1 }, { p3: 1 }]);
    for (let n = 0; n < 100; n += 1) counter.begun('p3', minutes(10 * n));
    expect(counter.takeAll().length).toBe(36);
  });
});

describe('a flood', () => {
  it('begins with the eleventh in ten minutes and ends by itself', () => {
    const gauge = new FloodGauge();
    for (let n = 1; n < FLOOD_MIN; n += 1) gauge.note(minutes(1));
    expect(gauge.isFlood(minutes(2))).toBe(false);
    gauge.note(minutes(3));
    expect(gauge.isFlood(minutes(3))).toBe(true);
    expect(gauge.recent(minutes(11) - 1)).toBe(11);
    expect(gauge.isFlood(minutes(11))).toBe(false);
  });
});
