import type { FeatureLike } from 'ol/Feature';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import RegularShape from 'ol/style/RegularShape';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import type { Priority, Unit } from '../api/types';
import { urgencyOf } from './pins';

const names = [
  'map-sea',
  'map-land',
  'map-edge',
  'map-label',
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

const family = "'Atkinson Hyperlegible Next Variable', sans-serif";

export function areaStyle(feature: FeatureLike, colours: Colours): Style {
  const name: unknown = feature.get('name');
  const isVillage = feature.get('level') === 'desa';
  if (typeof name === 'string') {
    return new Style({
      image: new CircleStyle({
        radius: isVillage ? 1.5 : 2.5,
        fill: new Fill({ color: colours['map-edge'] }),
      }),
      text: new Text({
        text: name,
        font: `${isVillage ? 400 : 600} 15px ${family}`,
        offsetY: -12,
        fill: new Fill({ color: colours['map-label'] }),
        stroke: new Stroke({ color: colours['map-land'], width: 3 }),
      }),
    });
  }
  const given = feature.get('given') === true;
  return new Style({
    fill: new Fill({ color: given ? colours['map-land'] : withAlpha(colours['map-land'], 0.55) }),
    stroke: new Stroke({
      color: colours['map-edge'],
      width: isVillage ? 0.5 : 1.25,
      lineDash: given ? [] : [6, 6],
    }),
  });
}

function pinImage(priority: Priority, colours: Colours): RegularShape | CircleStyle {
  const fill = new Fill({ color: colours[priority.toLowerCase() as 'p1' | 'p2' | 'p3' | 'p0'] });
  const stroke = new Stroke({ color: colours.panel, width: 2 });
  switch (priority) {
    case 'P1':
      return new RegularShape({ points: 4, radius: 12, fill, stroke });
    case 'P2':
      return new RegularShape({ points: 3, radius: 12, fill, stroke });
    case 'P3':
      return new RegularShape({ points: 4, radius: 11, angle: Math.PI / 4, fill, stroke });
    case 'P0':
      return new CircleStyle({ radius: 8, fill, stroke });
  }
}

export function pinStyle(feature: FeatureLike, colours: Colours): Style {
  return new Style({
    zIndex: -urgencyOf(feature.get('priority') as Priority),
    image: pinImage(feature.get('priority') as Priority, colours),
    text: new Text({
      text: String(feature.get('label')),
      font: `600 15px ${family}`,
      offsetY: 20,
      fill: new Fill({ color: colours.ink }),
      stroke: new Stroke({ color: colours.panel, width: 4 }),
    }),
  });
}

/** Colour and shape say the same: a disc is ready, a star is on a task, a cross cannot go. */
function unitImage(state: Unit['state'], colours: Colours): RegularShape | CircleStyle {
  const stroke = new Stroke({ color: colours.panel, width: 1.5 });
  // Where units stand together their names give way, never a unit.
  const declutterMode = 'none' as const;
  switch (state) {
    case 'ready':
      return new CircleStyle({ radius: 7, fill: new Fill({ color: colours.good }), stroke, declutterMode });
    case 'booked':
      return new RegularShape({
        points: 5,
        radius: 11,
        radius2: 5,
        fill: new Fill({ color: colours.accent }),
        stroke,
        declutterMode,
      });
    case 'out_of_service':
    case 'retired':
      return new RegularShape({
        points: 4,
        radius: 9,
        radius2: 0,
        angle: Math.PI / 4,
        stroke: new Stroke({ color: colours['ink-soft'], width: 3 }),
        declutterMode,
      });
  }
}

export function unitStyle(feature: FeatureLike, colours: Colours): Style {
  return new Style({
    image: unitImage(feature.get('state') as Unit['state'], colours),
    text: new Text({
      text: String(feature.get('label')),
      font: `600 14px ${family}`,
      offsetY: 16,
      fill: new Fill({ color: colours.ink }),
      stroke: new Stroke({ color: colours.panel, width: 3 }),
    }),
  });
}

export function fixStyle(colours: Colours): Style {
  return new Style({
    fill: new Fill({ color: withAlpha(colours.p3, 0.18) }),
    stroke: new Stroke({ color: colours.p3, width: 2, lineDash: [8, 5] }),
  });
}

export function draftStyle(colours: Colours): Style[] {
  return [
    new Style({
      image: new CircleStyle({ radius: 13, stroke: new Stroke({ color: colours.panel, width: 6 }) }),
    }),
    new Style({
      image: new CircleStyle({
        radius: 13,
        stroke: new Stroke({ color: colours.accent, width: 3.5 }),
        fill: new Fill({ color: withAlpha(colours.accent, 0.2) }),
      }),
    }),
    new Style({ image: new CircleStyle({ radius: 3, fill: new Fill({ color: colours.accent }) }) }),
  ];
}

function withAlpha(hex: string, alpha: number): string {
  const channels = [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
  return `rgba(${channels.join(',')},${alpha})`;
}
