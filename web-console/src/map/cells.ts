type Corner = [lon: number, lat: number];

/** How far beyond the outermost centres the cells reach, in degrees (about 30 km). */
const MARGIN_DEGREES = 0.27;

/**
 * Where no official polygon is loaded the server takes the nearest centre. These are exactly those
 * areas: for each centre, the part of the map that is nearer to it than to any other.
 */
export function nearestCells(
  centres: readonly { code: string; lat: number; lon: number }[],
): Map<string, Corner[]> {
  const cells = new Map<string, Corner[]>();
  if (centres.length === 0) return cells;
  const lons = centres.map((one) => one.lon);
  const lats = centres.map((one) => one.lat);
  const [west, east] = [Math.min(...lons) - MARGIN_DEGREES, Math.max(...lons) + MARGIN_DEGREES];
  const [south, north] = [Math.min(...lats) - MARGIN_DEGREES, Math.max(...lats) + MARGIN_DEGREES];
  for (const own of centres) {
    let cell: Corner[] = [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
    ];
    for (const other of centres) if (other !== own) cell = nearerHalf(cell, own, other);
    cells.set(own.code, cell);
  }
  return cells;
}

/** Cuts a convex polygon along the line between two points and keeps the side of the first. */
function nearerHalf(
  cell: Corner[],
  own: { lat: number; lon: number },
  other: { lat: number; lon: number },
): Corner[] {
  const [towardsLon, towardsLat] = [other.lon - own.lon, other.lat - own.lat];
  const middle = (own.lon + other.lon) / 2;
  const middleLat = (own.lat + other.lat) / 2;
  const beyond = ([lon, lat]: Corner) => (lon - middle) * towardsLon + (lat - middleLat) * towardsLat;
  const kept: Corner[] = [];
  cell.forEach((corner, place) => {
    const next = cell[(place + 1) % cell.length] ?? corner;
    const [here, there] = [beyond(corner), beyond(next)];
    if (here <= 0) kept.push(corner);
    if (here <= 0 !== there <= 0) {
      const share = here / (here - there);
      kept.push([corner[0] + (next[0] - corner[0]) * share, corner[1] + (next[1] - corner[1]) * share]);
    }
  });
  return kept;
}
