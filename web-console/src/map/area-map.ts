import type { FeatureLike } from 'ol/Feature';
import Feature from 'ol/Feature';
import OlMap from 'ol/Map';
import View from 'ol/View';
import ScaleLine from 'ol/control/ScaleLine';
import Zoom from 'ol/control/Zoom';
import { boundingExtent, isEmpty } from 'ol/extent';
import GeoJSON from 'ol/format/GeoJSON';
import LineString from 'ol/geom/LineString';
import Polygon, { circular, fromExtent } from 'ol/geom/Polygon';
import Point from 'ol/geom/Point';
import type BaseLayer from 'ol/layer/Base';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat, toLonLat, transformExtent } from 'ol/proj';
import Cluster from 'ol/source/Cluster';
import VectorSource from 'ol/source/Vector';
import type { Area, HeatMap, MapPlace, Priority } from '../api/types';
import { nearestCells } from './cells';
import { readColours } from './colours';
import { type Group, inReadingOrder, mostUrgent } from './groups';
import { cellsTogether, squaresOf } from './heat';
import type { RouteLine } from './lines';
import {
  areaStyle,
  draftStyle,
  fixStyle,
  groupStyle,
  heatStyle,
  lineStyle,
  placeStyle,
  unitStyle,
} from './styles';
import type { Pin, UnitPin } from './pins';

/** Without a radius from the operator the circle says "somewhere here": a typical cell in the country. */
const RADIUS_METRES_UNKNOWN = 3_000;

/** Near enough to see the kecamatan around a point; there are no streets to see nearer by. */
const ZOOM_TO_AN_INCIDENT = 10.5;

/** Marks nearer to each other than this are drawn as one: two of them beside each other can still be told apart. */
const GROUP_PIXELS = 52;

/** A mark is hit within this many pixels. */
const HIT_PIXELS = 4;

/** Nearer by than this nothing comes apart any more. */
const ZOOM_TO_PART_MAX = 17;

/** From here on names of places are drawn: some ten kilometres are seen at once. */
const ZOOM_TO_PLACES = 11;

/** What is seen, in degrees. */
export interface MapWindow {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** What the map asks of the screen around it. */
export interface MapHost {
  /** Somebody took a point; absent where points are not taken. */
  onpick: ((lat: number, lon: number) => void) | null;
  /** The groups that are seen now, in reading order; none while the map moves. */
  ongroups: (groups: Group[]) => void;
  /** These stand at one point, however near one looks. */
  onlist: (ids: string[]) => void;
  /** What lies in this window, in degrees, is wanted; null when one looks from too far away to read it. */
  onwindow: (window: MapWindow | null) => void;
}

/** The offline map: areas, incidents, the caller's circle and the pin of the report. */
export class AreaMap {
  #map: OlMap;
  #areas = new VectorSource();
  #fix = new VectorSource();
  #pins = new VectorSource();
  #units = new VectorSource();
  #draft = new VectorSource();
  #lines = new VectorSource();
  #places = new VectorSource();
  #heat = new VectorSource();
  #heatNow: { heat: HeatMap; together: number } | null = null;
  #groups = new Cluster({
    source: this.#pins,
    distance: GROUP_PIXELS,
    // A mark stands at one of its incidents, so that no mark lies on another.
    minDistance: GROUP_PIXELS,
  });
  /** Edges and names over a base map; without one the areas themselves have them. */
  #edges: VectorLayer;
  #areaLayer: VectorLayer;
  #pinLayer: VectorLayer;
  #unitLayer: VectorLayer;
  #bases: BaseLayer[] = [];
  #fitted = false;
  #host: MapHost;

  constructor(target: HTMLElement, host: MapHost) {
    this.#host = host;
    const style = (feature: FeatureLike) => areaStyle(feature, readColours());
    const edge = (feature: FeatureLike) => areaStyle(feature, readColours(), true);
    const mark = (feature: FeatureLike) => groupStyle(membersOf(feature), readColours());
    this.#areaLayer = new VectorLayer({ source: this.#areas, style, declutter: true });
    this.#edges = new VectorLayer({ source: this.#areas, style: edge, declutter: true, visible: false });
    this.#pinLayer = new VectorLayer({ source: this.#groups, style: mark });
    this.#unitLayer = new VectorLayer({
      source: this.#units,
      style: (feature) => unitStyle(feature, readColours()),
      declutter: true,
    });
    this.#map = new OlMap({
      target,
      keyboardEventTarget: target,
      layers: [
        this.#areaLayer,
        this.#edges,
        new VectorLayer({
          source: this.#heat,
          style: (feature) => heatStyle(Number(feature.get('incidents')), readColours()),
        }),
        new VectorLayer({
          source: this.#places,
          style: (feature) => placeStyle(feature, readColours()),
          declutter: true,
        }),
        new VectorLayer({ source: this.#lines, style: (feature) => lineStyle(feature, readColours()) }),
        new VectorLayer({ source: this.#fix, style: () => fixStyle(readColours()) }),
        this.#unitLayer,
        this.#pinLayer,
        new VectorLayer({ source: this.#draft, style: () => draftStyle(readColours()) }),
      ],
      controls: [new Zoom({ zoomInLabel: '+', zoomOutLabel: '−' }), new ScaleLine()],
      view: new View({ center: fromLonLat([106.4, -2.8]), zoom: 9, maxZoom: 19, minZoom: 5 }),
    });
    this.#map.on('movestart', () => host.ongroups([]));
    this.#map.on('rendercomplete', () => this.#tellGroups());
    this.#map.on('moveend', () => {
      this.#drawHeat();
      host.onwindow(this.#window());
    });
    this.#map.on('click', (event) => {
      const group = this.#groupAt(event.pixel);
      if (group) this.open(group.ids);
      else this.#pick(event.coordinate);
    });
    // A map that only a mouse can use would shut out whoever works without one.
    target.addEventListener('keydown', (event) => {
      const centre = this.#map.getView().getCenter();
      if (event.key === 'Enter' && !event.ctrlKey && centre) this.#pick(centre);
    });
  }

  /** Comes so near that a group comes apart, or says what stands at its point. */
  open(ids: readonly string[]): void {
    const points = this.#pins
      .getFeatures()
      .filter((feature) => ids.includes(String(feature.getId())))
      .flatMap((feature) => feature.getGeometry()?.getExtent().slice(0, 2) ?? []);
    const extent = boundingExtent(pairs(points));
    const view = this.#map.getView();
    if (!this.#comesApart(extent)) {
      this.#host.onlist([...ids]);
      return;
    }
    view.fit(extent, { padding: [60, 72, 60, 72], maxZoom: ZOOM_TO_PART_MAX, duration: 250 });
  }

  /** Draws base maps below all else; none of them takes them away. */
  showBases(layers: readonly BaseLayer[]): void {
    for (const layer of this.#bases) {
      this.#map.removeLayer(layer);
      layer.dispose();
    }
    this.#bases = [...layers];
    this.#bases.forEach((layer, place) => this.#map.getLayers().insertAt(1 + place, layer));
    this.#edges.setVisible(this.#bases.length > 0);
    const named = this.#bases.length === 0;
    this.#areaLayer.setStyle((feature) =>
      named || feature.get('name') === undefined ? areaStyle(feature, readColours()) : undefined,
    );
  }

  /** Draws how many incidents there were where. What is there now would cover the figures. */
  showHeat(heat: HeatMap | null): void {
    this.#heatNow = heat && { heat, together: 0 };
    this.#pinLayer.setVisible(heat === null);
    this.#unitLayer.setVisible(heat === null);
    this.#heat.clear();
    this.#drawHeat();
  }

  showAreas(areas: readonly Area[]): void {
    const format = new GeoJSON({ featureProjection: 'EPSG:3857' });
    const leaves = areas.filter((area) => area.level !== 'kabupaten' && area.neighbour !== true);
    const cells = nearestCells(leaves.filter((area) => area.polygon === null && area.level === 'kecamatan'));
    this.#areas.clear();
    for (const area of leaves) {
      const cell = cells.get(area.code);
      const geometry = area.polygon
        ? format.readGeometry(area.polygon)
        : cell
          ? new Polygon([cell.map((corner) => fromLonLat(corner))])
          : null;
      if (geometry)
        this.#areas.addFeature(new Feature({ geometry, level: area.level, given: area.polygon !== null }));
      const point = new Point(fromLonLat([area.lon, area.lat]));
      this.#areas.addFeature(new Feature({ geometry: point, level: area.level, name: area.name }));
    }
    if (!this.#fitted && leaves.length > 0) {
      this.fit();
      this.#fitted = true;
    }
  }

  showPins(pins: readonly Pin[]): void {
    const features = pins.map((pin) => {
      const geometry = new Point(fromLonLat([pin.lon, pin.lat]));
      const feature = new Feature({ geometry, priority: pin.priority, label: pin.label });
      feature.setId(pin.id);
      return feature;
    });
    // All at once: each change of the source groups everything anew.
    this.#pins.clear(true);
    this.#pins.addFeatures(features);
  }

  showUnits(units: readonly UnitPin[]): void {
    this.#units.clear();
    for (const unit of units) {
      const geometry = new Point(fromLonLat([unit.lon, unit.lat]));
      this.#units.addFeature(new Feature({ geometry, state: unit.state, label: unit.label }));
    }
  }

  showPlaces(places: readonly MapPlace[]): void {
    this.#places.clear(true);
    this.#places.addFeatures(
      places.map(({ name, lat, lon }) => new Feature({ geometry: new Point(fromLonLat([lon, lat])), name })),
    );
  }

  showLines(lines: readonly RouteLine[]): void {
    this.#lines.clear();
    for (const { from, to, label } of lines) {
      const geometry = new LineString([from, to].map((end) => fromLonLat([end.lon, end.lat])));
      this.#lines.addFeature(new Feature({ geometry, label }));
    }
  }

  showFix(fix: { lat: number; lon: number; radius_m: number | null } | null): void {
    this.#fix.clear();
    if (!fix) return;
    const circle = circular([fix.lon, fix.lat], fix.radius_m ?? RADIUS_METRES_UNKNOWN, 64);
    this.#fix.addFeature(new Feature({ geometry: circle.transform('EPSG:4326', 'EPSG:3857') }));
    this.#bringIntoView(fix.lat, fix.lon);
  }

  showDraft(draft: { lat: number; lon: number } | null): void {
    this.#draft.clear();
    if (!draft) return;
    this.#draft.addFeature(new Feature({ geometry: new Point(fromLonLat([draft.lon, draft.lat])) }));
    this.#bringIntoView(draft.lat, draft.lon);
  }

  moveTo(lat: number, lon: number): void {
    const view = this.#map.getView();
    view.animate({
      center: fromLonLat([lon, lat]),
      zoom: Math.max(view.getZoom() ?? 0, ZOOM_TO_AN_INCIDENT),
      duration: 250,
    });
  }

  fit(): void {
    const points = this.#areas
      .getFeatures()
      .filter((feature) => feature.get('given') === true || feature.get('name') !== undefined)
      .flatMap((feature) => feature.getGeometry()?.getExtent() ?? []);
    const extent = boundingExtent(pairs(points));
    if (!isEmpty(extent)) this.#map.getView().fit(extent, { padding: [40, 72, 48, 72] });
  }

  destroy(): void {
    this.#map.setTarget(undefined);
    this.#map.dispose();
  }

  // The map moves only when what is to be seen lies outside: a hand may be on it.
  #bringIntoView(lat: number, lon: number): void {
    const size = this.#map.getSize();
    const pixel = size ? this.#map.getPixelFromCoordinate(fromLonLat([lon, lat])) : null;
    if (!size || !pixel) return;
    const [x = 0, y = 0] = pixel;
    const [width = 0, height = 0] = size;
    if (x < 20 || y < 20 || x > width - 20 || y > height - 20) this.moveTo(lat, lon);
  }

  #pick(coordinate: number[]): void {
    const [lon, lat] = toLonLat(coordinate);
    if (lon !== undefined && lat !== undefined) this.#host.onpick?.(lat, lon);
  }

  #groupAt(pixel: number[]): { ids: string[] } | null {
    const found = this.#map.getFeaturesAtPixel(pixel, {
      layerFilter: (layer) => layer === this.#pinLayer,
      hitTolerance: HIT_PIXELS,
    });
    const group = found.map(membersOf).find((members) => members.length > 1);
    return group ? { ids: group.map((one) => String(one.getId())) } : null;
  }

  #comesApart(extent: number[]): boolean {
    const [west = 0, south = 0, east = 0, north = 0] = extent;
    const resolution = this.#map.getView().getResolutionForZoom(ZOOM_TO_PART_MAX);
    return Math.max(east - west, north - south) > GROUP_PIXELS * resolution;
  }

  #tellGroups(): void {
    const [width = 0, height = 0] = this.#map.getSize() ?? [];
    const drawn = this.#pinLayer.getVisible() ? this.#groups.getFeatures() : [];
    const groups = drawn.flatMap((feature): Group[] => {
      const members = membersOf(feature);
      const point = feature.getGeometry();
      if (members.length < 2 || !(point instanceof Point)) return [];
      const pixel = this.#map.getPixelFromCoordinate(point.getCoordinates());
      const corners = pairs(members.flatMap((one) => one.getGeometry()?.getExtent().slice(0, 2) ?? []));
      return [
        {
          ids: members.map((one) => String(one.getId())),
          priority: mostUrgent(members.map((one) => one.get('priority') as Priority)),
          x: Math.round(pixel?.[0] ?? -1),
          y: Math.round(pixel?.[1] ?? -1),
          parts: this.#comesApart(boundingExtent(corners)),
        },
      ];
    });
    this.#host.ongroups(inReadingOrder(groups, width, height));
  }

  #window(): MapWindow | null {
    const view = this.#map.getView();
    const size = this.#map.getSize();
    if (!size || (view.getZoom() ?? 0) < ZOOM_TO_PLACES) return null;
    const [west = 0, south = 0, east = 0, north = 0] = transformExtent(
      view.calculateExtent(size),
      'EPSG:3857',
      'EPSG:4326',
    );
    return { west, south, east, north };
  }

  // The squares grow with the distance, so that there is always room for their figures.
  #drawHeat(): void {
    const now = this.#heatNow;
    const resolution = this.#map.getView().getResolution();
    if (!now || resolution === undefined) return;
    const degreesPerPixel = (resolution * 360) / (2 * Math.PI * 6_378_137);
    const together = cellsTogether(now.heat.cells_per_degree, degreesPerPixel);
    if (together === now.together) return;
    now.together = together;
    this.#heat.clear(true);
    this.#heat.addFeatures(
      squaresOf(now.heat, together).map(({ west, south, size, incidents }) => {
        const extent = [west, south, west + size, south + size];
        const geometry = fromExtent(transformExtent(extent, 'EPSG:4326', 'EPSG:3857'));
        return new Feature({ geometry, incidents });
      }),
    );
  }
}

/** The incidents that one mark stands for. */
function membersOf(feature: FeatureLike): Feature[] {
  return (feature.get('features') as Feature[] | undefined) ?? [];
}

/** Numbers by twos. */
function pairs(numbers: readonly number[]): number[][] {
  const pairs: number[][] = [];
  for (let place = 0; place + 1 < numbers.length; place += 2) {
    pairs.push([numbers[place] ?? 0, numbers[place + 1] ?? 0]);
  }
  return pairs;
}
