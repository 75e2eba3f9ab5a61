import { describe, expect, it } from 'vitest';
import { FIRST_PACKET_MILLISECONDS_MAX, Liveness, SILENT_MILLISECONDS_MAX } from './liveness';

describe('the pulse of a line', () => {
  it('is alive while packets come, however few', () => {
    const liveness = new Liveness(0);
    expect(liveness.take(1, 500)).toBe('alive');
    expect(liveness.take(2, 1_000)).toBe('alive');
    expect(liveness.take(2, 1_500)).toBe('alive');
    expect(liveness.take(3, 2_000)).toBe('alive');
  });

  it('is dead after a second without one, and no sooner', () => {
    const liveness = new Liveness(0);
    liveness.take(50, 1_000);
    expect(liveness.take(50, 1_000 + SILENT_MILLISECONDS_MAX)).toBe('alive');
    expect(liveness.take(50, 1_001 + SILENT_MILLISECONDS_MAX)).toBe('dead');
  });

  it('gives a new connection the time of its handshake', () => {
    const liveness = new Liveness(0);
    expect(liveness.take(0, FIRST_PACKET_MILLISECONDS_MAX)).toBe('starting');
    expect(liveness.take(0, FIRST_PACKET_MILLISECONDS_MAX + 1)).toBe('dead');
  });

  it('does not blame the line for a page that slept', () => {
    const liveness = new Liveness(0);
    liveness.take(50, 1_000);
    liveness.excuse(60_000);
    expect(liveness.take(50, 60_500)).toBe('alive');
    expect(liveness.take(50, 61_001)).toBe('dead');
  });
});
