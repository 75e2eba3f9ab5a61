import { expect, it } from 'vitest';
import { kindOf } from './base-style';

it('knows the layers of the schemas that are in use', () => {
  const layers = {
    // Protomaps
    earth: 'land',
    water: 'water',
    landuse: 'green',
    roads: 'road',
    buildings: 'building',
    boundaries: 'border',
    places: 'place',
    pois: 'other',
    // OpenMapTiles
    transportation_name: 'road',
    waterway: 'water',
    boundary: 'border',
    landcover: 'green',
    // Shortbread
    ocean: 'water',
    streets: 'road',
    place_labels: 'place',
    land: 'land',
  };
  for (const [layer, kind] of Object.entries(layers)) expect(kindOf(layer), layer).toBe(kind);
});
