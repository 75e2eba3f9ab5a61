import { expect, it } from 'vitest';
import { cellsTogether, squaresOf, stepOf } from './heat';

const heat = {
  cells_per_degree: 100,
  cells: [
    { x: 10_645, y: -302, incidents: 1 },
    { x: 10_645, y: -300, incidents: 2 },
    { x: 10_646, y: -300, incidents: 4 },
    { x: -1, y: 0, incidents: 3 },
  ],
};

it('near by each cell is a square, further away they are counted together', () => {
  expect(squaresOf(heat, 1)).toHaveLength(4);
  const far = squaresOf(heat, 4);
  expect(far.map((square) => square.incidents).sort()).toEqual([1, 3, 6]);
  expect(far.find((square) => square.incidents === 3)).toMatchObject({ west: -0.04, south: 0, size: 0.04 });
});

it('no incident is lost at any distance', () => {
  for (const together of [1, 2, 4, 8, 16, 512]) {
    const all = squaresOf(heat, together).reduce((sum, square) => sum + square.incidents, 0);
    expect(all).toBe(10);
  }
});

it('a square has room for its figure', () => {
  for (const degreesPerPixel of [1e-6, 1e-4, 0.0027, 0.01]) {
    const together = cellsTogether(100, degreesPerPixel);
    expect(together / 100 / degreesPerPixel).toBeGreaterThanOrEqual(40);
  }
  expect(cellsTogether(100, 1e-6)).toBe(1);
});

it('the steps begin where the legend says', () => {
  expect([1, 2, 4, 5, 9, 10, 900].map(stepOf)).toEqual([0, 1, 1, 2, 2, 3, 3]);
});
