import VectorTileLayer from 'ol/layer/VectorTile';
import { PMTilesVectorSource } from 'ol-pmtiles';
import { PMTiles } from 'pmtiles';
import { baseStyle } from './base-style';
import { readColours } from './colours';

/** A base map as a layer, and who made it. Rejects when the file cannot be read. */
export async function baseLayer(
  name: string,
): Promise<{ layer: VectorTileLayer; attribution: string | null }> {
  const url = `${location.origin}/api/v1/map/base/${encodeURIComponent(name)}`;
  // Asked first: a fault in the source's own reading would be nobody's.
  const archive = new PMTiles(url);
  await archive.getHeader();
  const metadata = await archive.getMetadata();
  const layer = new VectorTileLayer({
    source: new PMTilesVectorSource({ url }),
    style: (feature, resolution) => baseStyle(feature, resolution, readColours()),
    declutter: true,
  });
  return { layer, attribution: plainText(metadata) };
}

/** Attributions are often HTML; here they are words. */
export function plainText(metadata: unknown): string | null {
  const said = (metadata as { attribution?: unknown } | null)?.attribution;
  if (typeof said !== 'string') return null;
  const text = new DOMParser().parseFromString(said, 'text/html').body.textContent?.trim() ?? '';
  return text === '' ? null : text;
}
