// A small base map, written here from nothing: PMTiles version 3 with Mapbox vector tiles.
import { gzipSync } from 'node:zlib';

const EXTENT = 4_096;
const HEADER_BYTES = 127;
const GZIP = 2;
const VECTOR = 1;

/** A base map of a stretch of land: green ground, a river, a net of roads, and a village in each tile. */
export function baseMap({ west, south, east, north }, { from, to, roads = 12, attribution }) {
  const tiles = [];
  for (let zoom = from; zoom <= to; zoom += 1) {
    const [left, top] = tileAt(west, north, zoom);
    const [right, bottom] = tileAt(east, south, zoom);
    for (let x = left; x <= right; x += 1) {
      for (let y = top; y <= bottom; y += 1) {
        tiles.push({ id: tileId(zoom, x, y), bytes: gzipSync(tile(`Kampung ${x}-${y}`, roads)) });
      }
    }
  }
  tiles.sort((one, other) => one.id - other.id);
  return archive(tiles, { from, to, bounds: [west, south, east, north], attribution });
}

function tileAt(lon, lat, zoom) {
  const size = 2 ** zoom;
  const radians = (lat * Math.PI) / 180;
  const y = (1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2;
  return [Math.floor(((lon + 180) / 360) * size), Math.floor(y * size)];
}

/** Its place on the Hilbert curves of all zooms, one after another. */
export function tileId(zoom, tileX, tileY) {
  let [x, y] = [tileX, tileY];
  let id = (4 ** zoom - 1) / 3;
  for (let side = 2 ** (zoom - 1); side >= 1; side /= 2) {
    const [right, down] = [(x & side) > 0 ? 1 : 0, (y & side) > 0 ? 1 : 0];
    id += side * side * ((3 * right) ^ down);
    if (down === 0) {
      if (right === 1) [x, y] = [side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))];
      [x, y] = [y, x];
    }
  }
  return id;
}

function archive(tiles, { from, to, bounds, attribution }) {
  let offset = 0;
  const places = tiles.map(({ id, bytes }) => {
    const place = { id, offset, length: bytes.length };
    offset += bytes.length;
    return place;
  });
  const directory = gzipSync(directoryOf(places));
  const metadata = gzipSync(JSON.stringify({ name: 'uji', attribution }));
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('PMTiles\u0003', 'latin1');
  const starts = [HEADER_BYTES, HEADER_BYTES + directory.length];
  const body = starts[1] + metadata.length;
  const sections = [starts[0], directory.length, starts[1], metadata.length, body, 0, body, offset];
  sections.forEach((number, place) => header.writeBigUInt64LE(BigInt(number), 8 + 8 * place));
  for (const at of [72, 80, 88]) header.writeBigUInt64LE(BigInt(tiles.length), at);
  header.set([1, GZIP, GZIP, VECTOR, from, to], 96);
  bounds.forEach((degrees, place) => header.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * place));
  return Buffer.concat([header, directory, metadata, ...tiles.map(({ bytes }) => bytes)]);
}

function directoryOf(places) {
  const ids = places.map(({ id }, at) => id - (places[at - 1]?.id ?? 0));
  const offsets = places.map(({ offset }, at) => (at === 0 ? offset + 1 : 0));
  return bytesOf([
    places.length,
    ...ids,
    ...places.map(() => 1),
    ...places.map((one) => one.length),
    ...offsets,
  ]);
}

function tile(village, roads) {
  const far = EXTENT - 1;
  const step = EXTENT / roads;
  const lines = Array.from({ length: roads }, (_, place) => Math.round(step * (place + 0.5)));
  const net = lines.flatMap((at) => [
    {
      kind: 2,
      points: [
        [at, 0],
        [at, far],
      ],
    },
    {
      kind: 2,
      points: [
        [0, at],
        [far, at],
      ],
    },
  ]);
  const ground = [
    [0, 0],
    [far, 0],
    [far, far],
    [0, far],
  ];
  const river = [
    [900, 0],
    [1_300, 0],
    [1_600, far],
    [1_200, far],
  ];
  return Buffer.concat([
    layer('landuse', [{ kind: 3, points: ground }]),
    layer('water', [{ kind: 3, points: river }]),
    layer('roads', net),
    layer('places', [{ kind: 1, points: [[2_100, 2_200]], name: village }]),
  ]);
}

function layer(name, features) {
  const names = features.map((feature) => feature.name).filter((one) => one !== undefined);
  return field(
    3,
    Buffer.concat([
      number(15, 2),
      field(1, Buffer.from(name)),
      ...features.map((feature) => field(2, featureOf(feature, names))),
      ...(names.length > 0 ? [field(3, Buffer.from('name'))] : []),
      ...names.map((one) => field(4, field(1, Buffer.from(one)))),
      number(5, EXTENT),
    ]),
  );
}

function featureOf({ kind, points, name }, names) {
  const tags = name === undefined ? [] : [field(2, bytesOf([0, names.indexOf(name)]))];
  return Buffer.concat([...tags, number(3, kind), field(4, bytesOf(geometry(kind, points)))]);
}

/** Move to the first point, lines to the others, and for an area back to it. */
function geometry(kind, points) {
  let [lastX, lastY] = [0, 0];
  const steps = points.map(([x, y]) => {
    const step = [zigzag(x - lastX), zigzag(y - lastY)];
    [lastX, lastY] = [x, y];
    return step;
  });
  const [first, ...others] = steps;
  const lines = others.length > 0 ? [(others.length << 3) | 2, ...others.flat()] : [];
  return [(1 << 3) | 1, ...first, ...lines, ...(kind === 3 ? [(1 << 3) | 7] : [])];
}

const zigzag = (value) => (value << 1) ^ (value >> 31);

function field(id, bytes) {
  return Buffer.concat([bytesOf([(id << 3) | 2, bytes.length]), bytes]);
}

function number(id, value) {
  return bytesOf([id << 3, value]);
}

/** Numbers as protobuf's varints. */
function bytesOf(numbers) {
  const bytes = [];
  for (let value of numbers) {
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
    bytes.push(value);
  }
  return Buffer.from(bytes);
}
