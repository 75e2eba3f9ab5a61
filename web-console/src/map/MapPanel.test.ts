import { cleanup, render } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import { incident } from '../../test/samples';

const moveTo = vi.fn();
const nothing = () => undefined;
vi.mock('./area-map', () => ({
  AreaMap: class {
    moveTo = moveTo;
    showAreas = nothing;
    showPins = nothing;
    showUnits = nothing;
    showLines = nothing;
    showFix = nothing;
    showDraft = nothing;
    showBases = nothing;
    fit = nothing;
    destroy = nothing;
  },
}));
const { default: MapPanel } = await import('./MapPanel.svelte');

afterEach(cleanup);

const at = (lat: number, lon: number) => ({
  location: { ...incident({}).location, lat, lon },
});

it('moves to where something is, and not again with every word about it', async () => {
  const shown = render(MapPanel, { pins: [], centre: at(-2.75, 106.35) });
  await vi.waitFor(() => expect(moveTo.mock.calls).toEqual([[-2.75, 106.35]]));
  await shown.rerender({ pins: [], centre: at(-2.75, 106.35) });
  expect(moveTo).toHaveBeenCalledTimes(1);
  await shown.rerender({ pins: [], centre: at(-2.8, 106.35) });
  expect(moveTo.mock.calls[1]).toEqual([-2.8, 106.35]);
});
