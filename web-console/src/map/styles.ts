import type { FeatureLike } from 'ol/Feature';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import RegularShape from 'ol/style/RegularShape';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import type { Priority, Unit } from '../api/types';
import { family, withAlpha, type Colours } from './colours';
import { mostUrgent } from './groups';
import type { HeatSquare } from './heat';
import { HEAT_STEPS, stepOf } from './heat';
import { urgencyOf } from './pins';

/** An area, and its name. Over a base map only its edge: what lies in it is drawn by the base map. */
export function areaStyle(feature: FeatureLike, colours: Colours, overBase = false): Style {
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
  const land = new Fill({ color: given ? colours['map-land'] : withAlpha(colours['map-land'], 0.55) });
  return new Style({
    ...(!overBase && { fill: land }),
    stroke: new Stroke({
      color: colours['map-edge'],
      width: isVillage ? 0.5 : 1.25,
      lineDash: given ? [] : [6, 6],
    }),
  });
}

function pinImage(priority: Priority, colours: Colours, larger = 1): RegularShape | CircleStyle {
  const fill = new Fill({ color: colours[priority.toLowerCase() as 'p1' | 'p2' | 'p3' | 'p0'] });
  const stroke = new Stroke({ color: colours.panel, width: 2 });
  switch (priority) {
    case 'P1':
      return new RegularShape({ points: 4, radius: 12 * larger, fill, stroke });
    case 'P2':
      return new RegularShape({ points: 3, radius: 12 * larger, fill, stroke });
    case 'P3':
      return new RegularShape({ points: 4, radius: 11 * larger, angle: Math.PI / 4, fill, stroke });
    case 'P0':
      return new CircleStyle({ radius: 8 * larger, fill, stroke });
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

/** The mark of one incident, or of several that stand too near each other: their number in the shape of the most urgent. */
export function groupStyle(members: readonly FeatureLike[], colours: Colours): Style | Style[] {
  const [only] = members;
  if (members.length === 1 && only) return pinStyle(only, colours);
  const priority = mostUrgent(members.map((one) => one.get('priority') as Priority));
  const zIndex = 1 - urgencyOf(priority);
  return [
    new Style({
      zIndex,
      image: pinImage(priority, colours, 2),
      text: new Text({
        text: String(members.length),
        font: `700 16px ${family}`,
        offsetY: priority === 'P2' ? 4 : 1,
        fill: new Fill({ color: colours.panel }),
      }),
    }),
    new Style({
      zIndex,
      text: new Text({
        // The word stands in its name for readers: beside each other two words would lie upon one another.
        text: priority,
        font: `600 15px ${family}`,
        offsetY: 31,
        fill: new Fill({ color: colours.ink }),
        stroke: new Stroke({ color: colours.panel, width: 4 }),
      }),
    }),
  ];
}

/** How strongly the weakest and the strongest square are drawn. */
const HEAT_ALPHA = { least: 0.22, most: 0.72 };

/** The strength of a step, for the map and for its legend. */
export function heatColour(step: number, colours: Colours): string {
  const share = step / (HEAT_STEPS.length - 1);
  return withAlpha(colours.accent, HEAT_ALPHA.least + (HEAT_ALPHA.most - HEAT_ALPHA.least) * share);
}

/** The colour tells how much at a glance, the figure says it. */
export function heatStyle(incidents: HeatSquare['incidents'], colours: Colours): Style {
  return new Style({
    fill: new Fill({ color: heatColour(stepOf(incidents), colours) }),
    stroke: new Stroke({ color: colours.accent, width: 2 }),
    text: new Text({
      text: String(incidents),
      font: `700 15px ${family}`,
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

/** A named place: a small ring and its name, which give way to all else. */
export function placeStyle(feature: FeatureLike, colours: Colours): Style {
  return new Style({
    image: new CircleStyle({
      radius: 3,
      stroke: new Stroke({ color: colours['map-label'], width: 1.5 }),
      fill: new Fill({ color: colours['map-land'] }),
    }),
    text: new Text({
      text: String(feature.get('name')),
      font: `400 14px ${family}`,
      offsetX: 8,
      textAlign: 'left',
      fill: new Fill({ color: colours['map-label'] }),
      stroke: new Stroke({ color: colours['map-land'], width: 3 }),
    }),
  });
}

/** As the crow flies: dashed, so that nobody takes it for a road. */
export function lineStyle(feature: FeatureLike, colours: Colours): Style {
  return new Style({
    stroke: new Stroke({ color: colours.ink, width: 2, lineDash: [3, 6] }),
    text: new Text({
      text: String(feature.get('label')),
      font: `600 14px ${family}`,
      placement: 'point',
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
