import { describe, expect, it } from 'vitest';
import { due, keep, kept, type Unsent } from './outbox';

function storage() {
  const held = new Map<string, string>();
  return {
    held,
    getItem: (name: string) => held.get(name) ?? null,
    setItem: (name: string, text: string) => void held.set(name, text),
    removeItem: (name: string) => void held.delete(name),
  };
}

const step = (key: string, held_until = 0): Unsent => ({
  key,
  said: { action: 'step', assignment_id: 'a', step: 'en_route', pressed_at: '2026-11-22T03:14:15Z' },
  held_until,
});
const words: Unsent = {
  key: 'w',
  said: { action: 'note', assignment_id: 'a', text: 'Pak Budi terjebak', alarm: false },
  held_until: 0,
};

describe('what a crew pressed without a network', () => {
  it('survives the page, with its key, and without a word about anybody', () => {
    const place = storage();
    keep([step('one'), words, step('two')], place);
    expect(kept(place)).toEqual([step('one'), step('two')]);
    expect([...place.held.values()].join()).not.toContain('Budi');
    keep([words], place);
    expect(place.held.size).toBe(0);
  });

  it('goes out in order, and not while it can be taken back', () => {
    expect(due([step('one', 10), step('two')], 9)).toBeNull();
    expect(due([step('one', 10), step('two')], 10)?.key).toBe('one');
    expect(due([], 10)).toBeNull();
  });

  it('ignores what is no step of ours', () => {
    const place = storage();
    place.setItem('sigap.petugas.belum-terkirim', '[{"key":1},null,{"said":{"action":"note"}}]');
    expect(kept(place)).toEqual([]);
    place.setItem('sigap.petugas.belum-terkirim', 'x');
    expect(kept(place)).toEqual([]);
  });
});
