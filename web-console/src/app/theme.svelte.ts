import { saveTheme, savedTheme, type Theme } from './preferences';

class ThemeChoice {
  current = $state<Theme>(savedTheme());

  constructor() {
    this.#show();
  }

  toggle(): void {
    this.current = this.current === 'dark' ? 'light' : 'dark';
    saveTheme(this.current);
    this.#show();
  }

  #show(): void {
    document.documentElement.dataset.theme = this.current;
  }
}

export const theme = new ThemeChoice();
