import { cleanup, render } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import { incident } from '../../test/samples';
import type { AreaMap } from './area-map';

const moveTo = vi.fn();
const nothing = () => undefined;
// Every method of the map is named here, or the types do not hold.
vi.mock('./area-map', () => {
  const methods: Record<keyof AreaMap, () => unknown> = {
    moveTo,
    open: nothing,
    showBases: nothing,
    showHeat: nothing,
    showAreas: nothing,
    showPins: nothing,
    showUnits: nothing,
    showPlaces: nothing,
    showLines: nothing,
    showFix: nothing,
    showDraft: nothing,
    fit: nothing,
    destroy: nothing,
  };
  return {
    AreaMap: vi.fn(
      class {
        constructor() {
          Object.assign(this, methods);
        }
      },
    ),
  };
});
// The panel loads the map when it is first shown; here it is loaded before the clock of a test runs.
await import('./area-map');
const { default: MapPanel } = await import('./MapPanel.svelte');

afterEach(cleanup);

const at = (lat: number, lon: number) => ({
  location: { ...incident({}).location, lat, lon },
});

it('moves to where something is, and not again with every word about it', async () => {
  const shown = render(MapPanel, { pins: [], centre: at(-2.75, 106.35) });
  await vi.waitFor(() => expect(moveTo.mock.calls).toEqual([[-2.75, 106.35]]), { timeout: 4000 });
  await shown.rerender({ pins: [], centre: at(-2.75, 106.35) });
  expect(moveTo).toHaveBeenCalledTimes(1);
  await shown.rerender({ pins: [], centre: at(-2.8, 106.35) });
  expect(moveTo.mock.calls[1]).toEqual([-2.8, 106.35]);
});
