/** Where a key works: in the whole screen, or only while nobody types into a field. */
export type Reach = 'always' | 'outside_fields';

export interface KeyBinding {
  /** As printed on the control: `F9`, `Alt+1`, `Ctrl+Enter`, `T`. */
  key: string;
  reach: Reach;
  /** What it does, for the F1 page. */
  says: () => string;
  act: () => void;
  /** Absent: always. A key that is not possible now is left to the browser. */
  possible?: () => boolean;
}

export interface Pressed {
  key: string;
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
}

/** The name of what was pressed. Digits and letters go by their place, so that Alt cannot change them. */
export function nameOf(pressed: Pressed): string {
  const place = /^(?:Digit|Numpad)(\d)$/.exec(pressed.code)?.[1] ?? /^Key([A-Z])$/.exec(pressed.code)?.[1];
  const base = place ?? (pressed.key.length === 1 ? pressed.key.toUpperCase() : pressed.key);
  return [pressed.ctrlKey || pressed.metaKey ? 'Ctrl' : '', pressed.altKey ? 'Alt' : '', base]
    .filter(Boolean)
    .join('+');
}

/** The binding that a key press means, if any. */
export function bindingFor(
  bindings: readonly KeyBinding[],
  pressed: Pressed,
  inField: boolean,
): KeyBinding | undefined {
  // A held key must not answer three calls.
  if (pressed.repeat) return undefined;
  const name = nameOf(pressed);
  return bindings.find(
    (binding) =>
      binding.key === name &&
      (binding.reach === 'always' || !inField) &&
      (binding.possible === undefined || binding.possible()),
  );
}

export function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement
    ? !['checkbox', 'radio', 'button'].includes(target.type)
    : target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
