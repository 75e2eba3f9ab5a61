import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const tellOfUnit = vi.fn();
vi.mock('../../api/endpoints', () => ({ api: { tellOfUnit } }));

const { Problem, Unreachable } = await import('../../api/problem');
const { toasts } = await import('../toasts.svelte');
const { fleet } = await import('./fleet.svelte');

const browser = {
  tell: (_position: unknown) => undefined as void,
  fail: (_error: unknown) => undefined as void,
  clearWatch: vi.fn(),
  watchPosition(tell: (position: unknown) => void, fail: (error: unknown) => void) {
    browser.tell = tell;
    browser.fail = fail;
    return 7;
  },
};
const fault = (code: number) => ({ code, PERMISSION_DENIED: 1, message: '' });
const refusal = (status: number) => new Problem({ status, code: 'x', title: 'tidak' });

/** A position, later than the server's rate allows the next one. */
async function moves() {
  await vi.advanceTimersByTimeAsync(11_000);
  browser.tell({ coords: { latitude: -3, longitude: 106.4, accuracy: 9 }, timestamp: Date.now() });
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { geolocation: browser });
  toasts.shown = [];
  tellOfUnit.mockReset().mockResolvedValue({});
  fleet.share('n1');
});
afterEach(() => {
  fleet.share(null);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('sharing the position', () => {
  it('goes on after a fault of the receiver, which is told once', async () => {
    browser.fail(fault(2));
    browser.fail(fault(3));
    await moves();
    expect(fleet.sharing).toBe('n1');
    expect(tellOfUnit).toHaveBeenCalledTimes(1);
    expect(toasts.shown).toHaveLength(1);
  });

  it('goes on after what the server refuses this time', async () => {
    for (const error of [refusal(503), refusal(422), refusal(409), new Unreachable(null)]) {
      tellOfUnit.mockRejectedValueOnce(error);
      await moves();
    }
    await moves();
    expect(fleet.sharing).toBe('n1');
    expect(tellOfUnit).toHaveBeenCalledTimes(5);
    expect(toasts.shown).toHaveLength(1);
  });

  it('ends when the person or the server says no for good', async () => {
    browser.fail(fault(1));
    expect(fleet.sharing).toBeNull();
    for (const status of [401, 403, 404]) {
      fleet.share('n1');
      tellOfUnit.mockRejectedValueOnce(refusal(status));
      await moves();
      expect(fleet.sharing).toBeNull();
    }
  });

  it('of another unit is not ended by a late answer about the first', async () => {
    let refuse = (_error: unknown) => undefined as void;
    tellOfUnit.mockReturnValueOnce(new Promise((_, reject) => (refuse = reject)));
    await moves();
    fleet.share('n2');
    refuse(refusal(404));
    await vi.advanceTimersByTimeAsync(0);
    expect(fleet.sharing).toBe('n2');
    expect(toasts.shown).toHaveLength(0);
  });
});
