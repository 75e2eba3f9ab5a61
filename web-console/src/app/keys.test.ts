import { describe, expect, it } from 'vitest';
import { bindingFor, nameOf, type KeyBinding, type Pressed } from './keys';

function pressed(over: Partial<Pressed>): Pressed {
  const plain = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, repeat: false };
  return { key: '', code: '', ...plain, ...over };
}

describe('the name of a key', () => {
  it.each([
    [{ key: 'F9', code: 'F9' }, 'F9'],
    [{ key: '1', code: 'Digit1', altKey: true }, 'Alt+1'],
    [{ key: '1', code: 'Numpad1' }, '1'],
    [{ key: 'Enter', code: 'Enter', ctrlKey: true }, 'Ctrl+Enter'],
    [{ key: 't', code: 'KeyT' }, 'T'],
    // On some keyboards Alt makes another letter; the place of the key counts.
    [{ key: 'œ', code: 'KeyQ', altKey: true }, 'Alt+Q'],
    [{ key: '¡', code: 'Digit1', altKey: true }, 'Alt+1'],
  ])('%o is %s', (press, name) => {
    expect(nameOf(pressed(press))).toBe(name);
  });
});

describe('the binding of a key', () => {
  let possible = true;
  const binding = (key: string, reach: KeyBinding['reach']): KeyBinding => ({
    key,
    reach,
    says: () => key,
    act: () => undefined,
    possible: () => possible,
  });
  const bindings = [binding('F9', 'always'), binding('T', 'outside_fields')];
  const f9 = pressed({ key: 'F9', code: 'F9' });
  const letter = pressed({ key: 't', code: 'KeyT' });

  it('works in a field only when it is no letter that somebody types', () => {
    expect(bindingFor(bindings, f9, true)?.key).toBe('F9');
    expect(bindingFor(bindings, letter, true)).toBeUndefined();
    expect(bindingFor(bindings, letter, false)?.key).toBe('T');
  });

  it('does nothing while it is not possible', () => {
    possible = false;
    expect(bindingFor(bindings, f9, false)).toBeUndefined();
    possible = true;
  });

  it('ignores a key that is held down', () => {
    expect(bindingFor(bindings, { ...f9, repeat: true }, false)).toBeUndefined();
  });

  it('does not take a combination for the key alone', () => {
    expect(bindingFor(bindings, { ...letter, ctrlKey: true }, false)).toBeUndefined();
  });
});
