import { describe, expect, it } from 'vitest';
import { beatAt } from './rhythm';

describe('a rhythm', () => {
  it('goes on without a pause where nobody breathes', () => {
    const hands = { per_minute: 110, beats: 0, breaths: 0 };
    expect(beatAt(hands, 110).at).toBeCloseTo(60);
    expect([beatAt(hands, 0), beatAt(hands, 29), beatAt(hands, 30)].map((beat) => beat.count)).toEqual([
      1, 30, 1,
    ]);
  });

  it('has two breaths after thirty presses, again and again', () => {
    const child = { per_minute: 120, beats: 30, breaths: 2 };
    const kinds = Array.from({ length: 64 }, (_, nth) => beatAt(child, nth).kind);
    expect(kinds.filter((kind) => kind === 'breath').length).toBe(4);
    expect(beatAt(child, 29)).toEqual({ at: 14.5, kind: 'press', count: 30 });
    expect(beatAt(child, 30)).toEqual({ at: 15, kind: 'breath', count: 1 });
    expect(beatAt(child, 31)).toEqual({ at: 17, kind: 'breath', count: 2 });
    expect(beatAt(child, 32)).toEqual({ at: 19, kind: 'press', count: 1 });
  });
});
