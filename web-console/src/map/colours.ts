const names = [
  'map-sea',
  'map-land',
  'map-edge',
  'map-label',
  'map-road',
  'map-road-edge',
  'map-building',
  'map-green',
  'panel',
  'ink',
  'accent',
  'good',
  'ink-soft',
  'p1',
  'p2',
  'p3',
  'p0',
] as const;
export type Colours = Record<(typeof names)[number], string>;

let known: { theme: string | undefined; colours: Colours } | null = null;

/** The map draws on a canvas, so it reads the tokens of the theme instead of using them in CSS. */
export function readColours(): Colours {
  const theme = document.documentElement.dataset.theme;
  if (known && known.theme === theme) return known.colours;
  const style = getComputedStyle(document.documentElement);
  const pairs = names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  const colours = Object.fromEntries(pairs) as Colours;
  known = { theme, colours };
  return colours;
}

export const family = "'Atkinson Hyperlegible Next Variable', sans-serif";

export function withAlpha(hex: string, alpha: number): string {
  const channels = [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
  return `rgba(${channels.join(',')},${alpha})`;
}
