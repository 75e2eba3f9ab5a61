import type { FeatureLike } from 'ol/Feature';
import Feature from 'ol/Feature';
import OlMap from 'ol/Map';
import View from 'ol/View';
import ScaleLine from 'ol/control/ScaleLine';
import Zoom from 'ol/control/Zoom';
import { boundingExtent, isEmpty } from 'ol/extent';
import GeoJSON from 'ol/format/GeoJSON';
import { circular } from 'ol/geom/Polygon';
import Point from 'ol/geom/Point';
import Polygon from 'ol/geom/Polygon';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat, toLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import type { Area } from '../api/types';
import { nearestCells } from './cells';
import { areaStyle, draftStyle, fixStyle, pinStyle, readColours, unitStyle } from './styles';
import type { Pin, UnitPin } from './pins';

/** Without a radius from the operator the circle says "somewhere here": a typical cell in the country. */
const RADIUS_METRES_UNKNOWN = 3_000;

/** Near enough to see the kecamatan around a point; there are no streets to see nearer by. */
const ZOOM_TO_AN_INCIDENT = 10.5;

/** The offline map: areas, incidents, the caller's circle and the pin of the report. */
export class AreaMap {
  #map: OlMap;
  #areas = new VectorSource();
  #fix = new VectorSource();
  #pins = new VectorSource();
  #units = new VectorSource();
  #draft = new VectorSource();
  #fitted = false;

  constructor(target: HTMLElement, onpick: (lat: number, lon: number) => void, pickable: boolean) {
    const style = (feature: FeatureLike) => areaStyle(feature, readColours());
    this.#map = new OlMap({
      target,
      keyboardEventTarget: target,
      layers: [
        new VectorLayer({ source: this.#areas, style, declutter: true }),
        new VectorLayer({ source: this.#fix, style: () => fixStyle(readColours()) }),
        new VectorLayer({
          source: this.#units,
          style: (feature) => unitStyle(feature, readColours()),
          declutter: true,
        }),
        new VectorLayer({ source: this.#pins, style: (feature) => pinStyle(feature, readColours()) }),
        new VectorLayer({ source: this.#draft, style: () => draftStyle(readColours()) }),
      ],
      controls: [new Zoom({ zoomInLabel: '+', zoomOutLabel: '−' }), new ScaleLine()],
      view: new View({ center: fromLonLat([106.4, -2.8]), zoom: 9, maxZoom: 19, minZoom: 5 }),
    });
    if (!pickable) return;
    this.#map.on('click', (event) => {
      const [lon, lat] = toLonLat(event.coordinate);
      if (lon !== undefined && lat !== undefined) onpick(lat, lon);
    });
    // A map that only a mouse can use would shut out whoever works without one.
    target.addEventListener('keydown', (event) => {
      const centre = this.#map.getView().getCenter();
      if (event.key !== 'Enter' || event.ctrlKey || !centre) return;
      const [lon, lat] = toLonLat(centre);
      if (lon !== undefined && lat !== undefined) onpick(lat, lon);
    });
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
    this.#pins.clear();
    for (const pin of pins) {
      const geometry = new Point(fromLonLat([pin.lon, pin.lat]));
      this.#pins.addFeature(new Feature({ geometry, priority: pin.priority, label: pin.label }));
    }
  }

  showUnits(units: readonly UnitPin[]): void {
    this.#units.clear();
    for (const unit of units) {
      const geometry = new Point(fromLonLat([unit.lon, unit.lat]));
      this.#units.addFeature(new Feature({ geometry, state: unit.state, label: unit.label }));
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
    const corners: number[][] = [];
    for (let place = 0; place + 1 < points.length; place += 2) {
      corners.push([points[place] ?? 0, points[place + 1] ?? 0]);
    }
    const extent = boundingExtent(corners);
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
}
