import type { HeatMap } from '../api/types';

/** A square of the map and the incidents in it, in degrees. */
export interface HeatSquare {
  west: number;
  south: number;
  size: number;
  incidents: number;
}

/** Squares on the screen are at least this wide, so that the figure in them can be read. */
const SQUARE_PIXELS_MIN = 40;

/** From so many incidents on a square is drawn one step stronger. */
export const HEAT_STEPS = [1, 2, 5, 10] as const;

/** The step of a count: 0 is the weakest. */
export function stepOf(incidents: number): number {
  return HEAT_STEPS.filter((from) => incidents >= from).length - 1;
}

/** How many cells one square is wide at this many degrees for a pixel: 1, 2, 4 … */
export function cellsTogether(cellsPerDegree: number, degreesPerPixel: number): number {
  const wanted = SQUARE_PIXELS_MIN * degreesPerPixel * cellsPerDegree;
  return 2 ** Math.max(0, Math.ceil(Math.log2(wanted)));
}

/** The counts in squares of so many cells; no incident is lost or counted twice. */
export function squaresOf(heat: Pick<HeatMap, 'cells' | 'cells_per_degree'>, together: number): HeatSquare[] {
  const squares = new Map<string, HeatSquare>();
  for (const cell of heat.cells) {
    const [x, y] = [Math.floor(cell.x / together), Math.floor(cell.y / together)];
    const key = `${x} ${y}`;
    const size = together / heat.cells_per_degree;
    const square = squares.get(key) ?? { west: x * size, south: y * size, size, incidents: 0 };
    square.incidents += cell.incidents;
    squares.set(key, square);
  }
  return [...squares.values()];
}
