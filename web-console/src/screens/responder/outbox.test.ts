import { describe, expect, it } from 'vitest';
import { due, Outbox, PLACE, type Unsent } from './outbox';

function storage(room = true) {
  const held = new Map<string, string>();
  return {
    held,
    getItem: (name: string) => held.get(name) ?? null,
    setItem: (name: string, text: string) => {
      if (!room) throw new Error('full');
      held.set(name, text);
    },
    removeItem: (name: string) => void held.delete(name),
  };
}

const step = (key: string, over: Partial<Unsent> = {}, second = 15): Unsent => ({
  key,
  unit: 'u1',
  said: {
    action: 'step',
    assignment_id: 'a',
    step: 'en_route',
    pressed_at: `2026-11-22T03:14:${second}Z`,
  },
  held_until: 0,
  ...over,
});
const words: Unsent = {
  key: 'w',
  unit: 'u1',
  said: { action: 'note', assignment_id: 'a', text: 'Pak Budi terjebak', alarm: false },
  held_until: Date.parse('2026-11-22T03:14:16Z'),
};
const keys = (outbox: Outbox) => outbox.all.map((one) => one.key);

describe('what a crew pressed without a network', () => {
  it('survives the page, with its key, and without a word about anybody', () => {
    const place = storage();
    const outbox = new Outbox(place, 'u1');
    for (const one of [step('one'), words, step('two', {}, 17)]) outbox.add(one);
    expect(keys(outbox)).toEqual(['one', 'w', 'two']);
    expect(keys(new Outbox(place, 'u1'))).toEqual(['one', 'two']);
    expect([...place.held.values()].join()).not.toContain('Budi');
    outbox.remove('one');
    outbox.remove('two');
    expect([keys(outbox), place.held.size]).toEqual([['w'], 0]);
  });

  it('belongs to the unit for which it was pressed', () => {
    const place = storage();
    new Outbox(place, 'u1').add(step('one'));
    const other = new Outbox(place, 'u2');
    other.add(step('two', { unit: 'u2' }));
    expect(keys(other)).toEqual(['two']);
    other.remove('two');
    expect(keys(new Outbox(place, 'u1'))).toEqual(['one']);
    expect(keys(new Outbox(place, null))).toEqual([]);
  });

  it('is known to be gone when another page has sent it or taken it back', () => {
    const place = storage();
    const [here, there] = [new Outbox(place, 'u1'), new Outbox(place, 'u1')];
    here.add(step('one', { held_until: 9e12 }));
    expect(keys(there)).toEqual(['one']);
    expect(there.remove('one')).toBe(true);
    expect([here.remove('one'), keys(here)]).toEqual([false, []]);
    here.change('one', { held_until: 0 });
    expect(keys(here)).toEqual([]);
  });

  it('goes out in order, and not while it can be taken back', () => {
    expect(due([step('one', { held_until: 10 }), step('two')], 9)).toBeNull();
    expect(due([step('one', { held_until: 10 }), step('two')], 10)?.key).toBe('one');
    expect(due([], 10)).toBeNull();
    const refused = step('one', { refused: { status: 409, code: 'x', title: 'x' } });
    expect(due([refused, step('two')], 10)?.key).toBe('two');
  });

  it('ignores what is no step of ours', () => {
    const place = storage();
    place.setItem(PLACE, '[{"key":1},null,{"said":{"action":"note"}},{"key":"k","said":{"action":"step"}}]');
    expect(keys(new Outbox(place, 'u1'))).toEqual([]);
    place.setItem(PLACE, 'x');
    expect(keys(new Outbox(place, 'u1'))).toEqual([]);
  });

  it('is in memory where there is no room to keep it', () => {
    const outbox = new Outbox(storage(false), 'u1');
    outbox.add(step('one'));
    outbox.release(0);
    expect(keys(outbox)).toEqual(['one']);
    outbox.remove('one');
    expect(keys(outbox)).toEqual([]);
  });
});
