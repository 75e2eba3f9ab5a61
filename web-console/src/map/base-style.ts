import type { FeatureLike } from 'ol/Feature';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { family, type Colours } from './colours';

type Kind = 'water' | 'land' | 'green' | 'building' | 'road' | 'border' | 'place' | 'other';

/** What the layers of the common schemas (Protomaps, OpenMapTiles, Shortbread) hold, by a word in their names. */
const kinds: [word: string, kind: Kind][] = [
  ['water', 'water'],
  ['ocean', 'water'],
  ['building', 'building'],
  ['road', 'road'],
  ['street', 'road'],
  ['transport', 'road'],
  ['bridge', 'road'],
  ['boundar', 'border'],
  ['place', 'place'],
  ['landcover', 'green'],
  ['landuse', 'green'],
  ['park', 'green'],
  ['earth', 'land'],
  ['land', 'land'],
];

export function kindOf(layer: string): Kind {
  return kinds.find(([word]) => layer.includes(word))?.[1] ?? 'other';
}

/** Streets have names from about this many metres for a pixel on. */
const STREET_NAMES_BELOW = 10;

/** A plain ground on which incidents and units stand out: few colours, of the theme. */
export function baseStyle(
  feature: FeatureLike,
  resolution: number,
  colours: Colours,
): Style | Style[] | undefined {
  const kind = kindOf(String(feature.get('layer') ?? ''));
  const shape = feature.getGeometry()?.getType() ?? '';
  if (shape.includes('Polygon')) return area(kind, colours);
  if (shape.includes('LineString')) return line(kind, feature, resolution, colours);
  const name: unknown = feature.get('name');
  if (kind !== 'place' || typeof name !== 'string') return undefined;
  return new Style({
    image: new CircleStyle({ radius: 2, fill: new Fill({ color: colours['map-label'] }) }),
    text: label(name, colours, -10),
  });
}

function area(kind: Kind, colours: Colours): Style | undefined {
  const colour = {
    water: colours['map-sea'],
    land: colours['map-land'],
    green: colours['map-green'],
    building: colours['map-building'],
    road: colours['map-road'],
    border: undefined,
    place: undefined,
    other: undefined,
  }[kind];
  return colour === undefined ? undefined : new Style({ fill: new Fill({ color: colour }) });
}

function line(kind: Kind, feature: FeatureLike, resolution: number, colours: Colours): Style[] | undefined {
  if (kind === 'water') return [stroke(colours['map-sea'], 1.5)];
  if (kind === 'border') return [stroke(colours['map-edge'], 1)];
  if (kind !== 'road') return undefined;
  const name: unknown = feature.get('name');
  const named = typeof name === 'string' && resolution < STREET_NAMES_BELOW;
  const width = resolution < STREET_NAMES_BELOW ? 5 : 2;
  return [
    stroke(colours['map-road-edge'], width + 2),
    new Style({
      stroke: new Stroke({ color: colours['map-road'], width }),
      ...(named && { text: label(name, colours, 0, 'line') }),
      zIndex: 1,
    }),
  ];
}

function stroke(color: string, width: number): Style {
  return new Style({ stroke: new Stroke({ color, width }) });
}

function label(text: string, colours: Colours, offsetY: number, placement: 'point' | 'line' = 'point'): Text {
  return new Text({
    text,
    placement,
    offsetY,
    font: `400 14px ${family}`,
    fill: new Fill({ color: colours['map-label'] }),
    stroke: new Stroke({ color: colours['map-land'], width: 3 }),
  });
}
