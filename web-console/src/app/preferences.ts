export type Language = 'id' | 'en';
export type Theme = 'dark' | 'light';

/** The only two things that a console leaves in the browser: never a name, a number or a place. */
const keys = { language: 'sigap.language', theme: 'sigap.theme' } as const;

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

// A browser may forbid storage altogether; a console must work there as well.
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice then lasts until the page is closed.
  }
}
