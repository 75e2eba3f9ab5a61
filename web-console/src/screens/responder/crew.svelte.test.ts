import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CrewPage } from '../../api/types';

const sounded = vi.fn();
vi.mock('../../sound/player.svelte', () => ({
  player: { once: sounded, wake: () => Promise.resolve(undefined) },
}));
const { CrewDesk } = await import('./crew.svelte');

interface Asked {
  method: string;
  path: string;
  key: string | undefined;
  unit: string | undefined;
  bearer: string | undefined;
  step: string | undefined;
  keepalive: boolean;
}

let asked: Asked[] = [];
let answer: (one: Asked) => Response | Promise<Response>;
let leave: (() => void)[] = [];
let hidden = false;

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
  });

const page = (unit: string, assignment: string | null = 'a1', number = '2026-000001') =>
  ({
    unit_id: unit,
    callsign: unit,
    agency: { id: 'g', code: 'damkar', name: 'Damkar' },
    state: 'booked',
    link_until: null,
    at: '2026-11-22T03:00:00Z',
    task: assignment && {
      assignment_id: assignment,
      number,
      state: 'acknowledged',
      label_id: 'Kebakaran bangunan',
      label_en: 'Building fire',
      priority: 'P1',
    },
  }) as unknown as CrewPage;

const posts = () => asked.filter((one) => one.method === 'POST');
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

function goes(state: 'hidden' | 'visible') {
  hidden = state === 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
}

/** A page that was opened with the link of this unit, and has heard of its task. */
async function opened(unit: string) {
  history.replaceState(null, '', `/petugas#${unit}.secret`);
  const desk = new CrewDesk();
  leave.push(desk.start());
  await pass(0);
  return desk;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime('2026-11-22T03:00:00Z');
  localStorage.clear();
  sessionStorage.clear();
  asked = [];
  hidden = false;
  sounded.mockReset();
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  answer = (one) => (one.path === '/areas' ? json([{ code: 'x' }]) : json(page(one.unit ?? 'u1')));
  vi.stubGlobal('fetch', (address: string, request: RequestInit) => {
    const headers = request.headers as Record<string, string>;
    const said = request.body ? (JSON.parse(request.body as string) as { step?: string }) : {};
    const one = {
      method: request.method ?? '',
      path: address.replace('/api/v1', ''),
      key: headers['idempotency-key'],
      unit: headers['x-unit'],
      bearer: headers.authorization,
      step: said.step,
      keepalive: request.keepalive === true,
    };
    asked.push(one);
    const broken = new Promise<never>((_, reject) =>
      request.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
    );
    return Promise.race([Promise.resolve(answer(one)), broken]);
  });
});

afterEach(() => {
  for (const one of leave) one();
  leave = [];
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('sends a press after its seconds, and at once when nobody looks any more', async () => {
  const desk = await opened('u1');
  desk.step('en_route');
  await pass(3_000);
  expect(posts()).toEqual([]);
  goes('hidden');
  await pass(0);
  expect(posts().map((one) => [one.step, one.keepalive])).toEqual([['en_route', true]]);
  expect([desk.unsent, desk.held]).toEqual([[], null]);
});

it('goes before a question that hangs when nobody looks any more', async () => {
  const desk = await opened('u1');
  answer = (one) => (one.method === 'GET' ? new Promise(() => undefined) : json(page('u1')));
  await pass(4_000);
  desk.step('en_route');
  goes('hidden');
  await pass(0);
  expect(posts().map((one) => one.step)).toEqual(['en_route']);
  expect(desk.online).toBe(true);
});

it('takes a press back in one go, for every page of the browser', async () => {
  const [desk, other] = [await opened('u1'), await opened('u1')];
  desk.step('en_route');
  desk.undo();
  expect([desk.unsent, desk.state]).toEqual([[], 'acknowledged']);
  goes('hidden');
  await pass(30_000);
  expect([posts(), other.unsent]).toEqual([[], []]);
});

it('sends a step of two open pages under one key', async () => {
  const [desk, other] = [await opened('u1'), await opened('u1')];
  answer = () => Promise.reject(new TypeError('no network'));
  desk.step('en_route');
  await pass(20_000);
  expect([desk.unsent.length, other.unsent.length]).toEqual([1, 1]);
  answer = () => json(page('u1'));
  asked = [];
  await pass(10_000);
  expect(new Set(posts().map((one) => one.key)).size).toBe(1);
  expect([desk.unsent, other.unsent]).toEqual([[], []]);
});

it('keeps what was pressed while strangers answer', async () => {
  const desk = await opened('u1');
  const strangers = [
    () => new Response('<h1>Wi-Fi</h1>', { status: 200, headers: { 'content-type': 'text/html' } }),
    () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
    () => new Response('log in', { status: 401, headers: { 'content-type': 'text/html' } }),
  ];
  desk.step('en_route');
  for (const stranger of strangers) {
    answer = stranger;
    await pass(8_000);
    expect([desk.phase, desk.online, desk.unsent.length, desk.refused]).toEqual(['in', false, 1, []]);
  }
  const keys = new Set(posts().map((one) => one.key));
  answer = () => json(page('u1'));
  await pass(8_000);
  expect([desk.online, desk.unsent, keys.size]).toEqual([true, [], 1]);
});

it('says why something was not taken, also after the page was closed', async () => {
  const desk = await opened('u1');
  const merged = { code: 'incident_merged', title: 'Digabung', detail: 'Bagian dari 2026-000002.' };
  answer = (one) => (one.method === 'POST' ? json(merged, 409) : json(page('u1')));
  desk.step('en_route');
  goes('hidden');
  await pass(10_000);
  expect(posts()).toHaveLength(1);
  const again = await opened('u1');
  expect(again.unsent).toEqual([]);
  expect(again.refused.map((one) => one.refused?.code)).toEqual(['incident_merged']);
  again.dismiss(again.refused[0]?.key ?? '');
  expect([again.refused, localStorage.length]).toEqual([[], 0]);
});

it('speaks for the unit whose link was opened last, and sends nothing for the other', async () => {
  const desk = await opened('u1');
  answer = () => Promise.reject(new TypeError('no network'));
  desk.step('en_route');
  await pass(8_000);
  let late: (response: Response) => void = () => undefined;
  answer = () => new Promise((resolve) => (late = resolve));
  await pass(4_000);
  asked = [];
  answer = (one) => json(one.path === '/areas' ? [] : page(one.unit ?? ''));
  location.hash = 'u2.other';
  dispatchEvent(new Event('hashchange'));
  // The answer for the first link comes when the second one is open.
  late(json(page('u1')));
  await pass(30_000);
  expect([desk.page?.unit_id, desk.unsent, posts()]).toEqual(['u2', [], []]);
  expect(asked[0]).toMatchObject({ bearer: 'Bearer u2.other', unit: 'u2' });
  expect(asked.every((one) => one.unit === 'u2')).toBe(true);
  location.hash = 'u1.secret';
  dispatchEvent(new Event('hashchange'));
  await pass(10_000);
  expect(posts().map((one) => [one.unit, one.step])).toEqual([['u1', 'en_route']]);
});

it('announces each new task once, and not the one that it opened with', async () => {
  const desk = await opened('u1');
  await pass(20_000);
  expect([desk.announced, sounded.mock.calls.length]).toEqual(['', 0]);
  answer = () => json(page('u1', 'a2', '2026-000002'));
  await pass(20_000);
  expect(desk.announced).toBe('Tugas baru: P1, Kebakaran bangunan, nomor 2026-000002');
  expect(sounded.mock.calls).toEqual([['p1']]);
});

it('says in the language of the page why there is no position', async () => {
  const desk = await opened('u1');
  let fail: (error: { code: number; PERMISSION_DENIED: number; message: string }) => void = () => undefined;
  const watchPosition = (_: unknown, failed: typeof fail) => {
    fail = failed;
    return 1;
  };
  Object.defineProperty(navigator, 'geolocation', {
    configurable: true,
    value: { watchPosition, clearWatch: () => undefined },
  });
  desk.share(true);
  fail({ code: 1, PERMISSION_DENIED: 1, message: 'User denied Geolocation' });
  expect(desk.sharing).toBe(false);
  expect(desk.shareFault).toBe('izin lokasi tidak diberikan; izinkan di setelan peramban');
});
