import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import OutcomeMenu from './OutcomeMenu.svelte';

const centre = (code: string, label: string) => ({
  code,
  label,
  neighbour: true,
  target: 'tel:112',
});
const [middle, west] = [centre('19.04', '112 Bangka Tengah'), centre('19.05', '112 Bangka Barat')];

const [chosen, referred, offered] = [vi.fn(), vi.fn(), vi.fn()];
let menu: Record<string, unknown>;

function press(key: string) {
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  flushSync();
}

const focused = () => document.activeElement?.textContent?.trim();

beforeEach(() => {
  for (const spy of [chosen, referred, offered]) spy.mockReset();
  const props = { onchoose: chosen, onrefer: referred, neighbours: [middle, west], onoffer: offered };
  menu = mount(OutcomeMenu, { target: document.body, props });
  flushSync();
  dispatchEvent(new KeyboardEvent('keydown', { key: 'h', code: 'KeyH', altKey: true }));
  flushSync();
});
afterEach(() => unmount(menu));

it('the centres stand behind the outcomes and before the services, one arrow key apart', () => {
  press('ArrowUp');
  const services = focused();
  press('ArrowUp');
  expect(focused()).toBe('Serahkan ke 112 Bangka Barat');
  press('ArrowUp');
  expect(focused()).toBe('Serahkan ke 112 Bangka Tengah');
  press('ArrowDown');
  press('ArrowDown');
  expect(focused()).toBe(services);
  press('ArrowDown');
  expect(focused()).not.toMatch(/^Serahkan/);
});

it('whoever is chosen is offered the incident once, and the menu is gone', () => {
  press('ArrowUp');
  press('ArrowUp');
  press('ArrowUp');
  (document.activeElement as HTMLButtonElement).click();
  flushSync();
  expect(offered.mock.calls).toEqual([[middle]]);
  expect([chosen.mock.calls.length, referred.mock.calls.length]).toEqual([0, 0]);
  expect(document.querySelector('[role=menu]')).toBeNull();
});

it('Escape closes it and offers nothing', () => {
  press('ArrowUp');
  press('Escape');
  expect(document.querySelector('[role=menu]')).toBeNull();
  expect(offered).not.toHaveBeenCalled();
});
