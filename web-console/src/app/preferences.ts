export type Language = 'id' | 'en';
export type Theme = 'dark' | 'light';

/** The only things that a console leaves in the browser: never a name, a number or a place. */
const keys = {
  language: 'sigap.language',
  theme: 'sigap.theme',
  devices: 'sigap.devices',
  baseMap: 'sigap.base_map',
} as const;

/** Sound devices by the browser's own random names for them; null is the browser's choice. */
export interface ChosenDevices {
  microphone: string | null;
  headset: string | null;
  ring: string | null;
}

export function savedLanguage(): Language {
  return stored(keys.language) === 'en' ? 'en' : 'id';
}

export function savedTheme(): Theme {
  return stored(keys.theme) === 'light' ? 'light' : 'dark';
}

export function saveLanguage(language: Language): void {
  store(keys.language, language);
}

export function saveTheme(theme: Theme): void {
  store(keys.theme, theme);
}

/** Whether a base map is drawn where there is one. */
export function savedBaseMap(): boolean {
  return stored(keys.baseMap) !== 'off';
}

export function saveBaseMap(on: boolean): void {
  store(keys.baseMap, on ? 'on' : 'off');
}

export function savedDevices(): ChosenDevices {
  const text = stored(keys.devices);
  const saved: unknown = text === null ? null : parsed(text);
  const of = (name: keyof ChosenDevices) => {
    const value = (saved as Record<string, unknown> | null)?.[name];
    return typeof value === 'string' ? value : null;
  };
  return { microphone: of('microphone'), headset: of('headset'), ring: of('ring') };
}

export function saveDevices(chosen: ChosenDevices): void {
  store(keys.devices, JSON.stringify(chosen));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// A browser may forbid storage altogether; a console must work there as well.
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

let onNotKept: () => void = () => undefined;

/** Tells whom to call when the browser has no room for a choice: it then lasts until the page is closed. */
export function whenNotKept(act: () => void): void {
  onNotKept = act;
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    onNotKept();
  }
}
