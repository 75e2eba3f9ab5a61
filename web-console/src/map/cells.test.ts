import { expect, it } from 'vitest';
import { nearestCells } from './cells';

const centres = [
  { code: 'w', lat: 0, lon: 0 },
  { code: 'e', lat: 0, lon: 1 },
  { code: 'n', lat: 1, lon: 0.5 },
];

function holds(cell: [number, number][], lon: number, lat: number): boolean {
  let inside = false;
  cell.forEach(([x1, y1], place) => {
    const [x2, y2] = cell[(place + cell.length - 1) % cell.length]!;
    if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}

it('every point lies in the cell of its nearest centre', () => {
  const cells = nearestCells(centres);
  for (let lon = -0.2; lon <= 1.2; lon += 0.037) {
    for (let lat = -0.2; lat <= 1.2; lat += 0.041) {
      const distances = centres.map((one) => Math.hypot(one.lon - lon, one.lat - lat));
      const nearest = centres[distances.indexOf(Math.min(...distances))]!;
      expect(holds(cells.get(nearest.code)!, lon, lat)).toBe(true);
    }
  }
});

it('one centre has everything, none has nothing', () => {
  expect(nearestCells([centres[0]!]).get('w')).toHaveLength(4);
  expect(nearestCells([]).size).toBe(0);
});
