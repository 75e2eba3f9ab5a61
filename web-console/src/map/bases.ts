import type { baseLayer } from './base-layer';

type Base = Awaited<ReturnType<typeof baseLayer>>;

/** Opens base maps by their names. One that does not open is told of, and the others are drawn. */
export async function openBases(names: readonly string[], onfailed: (name: string) => void): Promise<Base[]> {
  if (names.length === 0) return [];
  const opened = names.map(async (name) => {
    try {
      const { baseLayer } = await import('./base-layer');
      return await baseLayer(name);
    } catch {
      onfailed(name);
      return null;
    }
  });
  return (await Promise.all(opened)).filter((base) => base !== null);
}
