import { describe, expect, it, vi } from 'vitest';
import type { Call } from '../../api/types';
import { bindingFor, type Pressed } from '../../app/keys';
import { call } from '../../../test/samples';
import { lineKeys } from './line-keys';
import { telephone } from './telephone';

const press = (key: string, code = key, altKey = false): Pressed => ({
  key,
  code,
  altKey,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  repeat: false,
});

function keysOf(live: Call | null) {
  const connect = vi.fn();
  const bindings = lineKeys(() => live, connect);
  return { connect, find: (pressed: Pressed) => bindingFor(bindings, pressed, true) };
}

describe('the keys of the line', () => {
  it('are left to the browser without a call', () => {
    const { find } = keysOf(null);
    for (const key of ['F3', 'F4', 'F10']) expect(find(press(key))).toBeUndefined();
    expect(find(press('s', 'KeyS', true))).toBeUndefined();
  });

  it('hold, connect and prompt, also out of a field', () => {
    const live = call({ state: 'connected' });
    const { connect, find } = keysOf(live);
    const hold = vi.spyOn(telephone, 'holdOrResume').mockResolvedValue(true);
    const prompt = vi.spyOn(telephone, 'promptSilentCall').mockResolvedValue(true);
    const { find: again } = keysOf(live);
    again(press('F4'))?.act();
    again(press('ß', 'KeyS', true))?.act();
    find(press('F10'))?.act();
    expect(hold).toHaveBeenCalledWith(live);
    expect(prompt).toHaveBeenCalledWith(live);
    expect(connect).toHaveBeenCalledOnce();
  });

  it('let me leave only when somebody stays with the caller', () => {
    const party = { id: 'p', label: 'BPBD', target: '', by: null, why: null, since: '' };
    const leave = press('l', 'KeyL', true);
    expect(keysOf(call({ state: 'connected' })).find(leave)).toBeUndefined();
    const calling = call({ state: 'connected', parties: [{ ...party, state: 'calling' }] });
    expect(keysOf(calling).find(leave)).toBeUndefined();
    const talking = call({ state: 'connected', parties: [{ ...party, state: 'talking' }] });
    expect(keysOf(talking).find(leave)).toBeDefined();
  });
});
