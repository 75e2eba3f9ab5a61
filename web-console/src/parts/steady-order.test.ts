import { describe, expect, it } from 'vitest';
import { steadyOrder, waitingRows } from './steady-order';

describe('a live list', () => {
  it('follows the wanted order while nobody is in it', () => {
    expect(steadyOrder(['b', 'a'], ['a', 'b', 'c'], false)).toEqual(['a', 'b', 'c']);
  });

  it('moves nothing under a hand: new rows wait, order stays', () => {
    expect(steadyOrder(['b', 'a'], ['new', 'a', 'b'], true)).toEqual(['b', 'a']);
    expect(waitingRows(['b', 'a'], ['new', 'a', 'b'])).toBe(1);
  });

  it('lets go of what has gone, and shows what comes where nothing is left', () => {
    expect(steadyOrder(['b', 'a'], ['a'], true)).toEqual(['a']);
    expect(steadyOrder(['a'], [], true)).toEqual([]);
    expect(steadyOrder([], ['a'], true)).toEqual(['a']);
  });
});
