import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { shellOf } from './shell';

const ORIGIN = 'https://112.example';
const OURS = '<div id="console"></div>1';

/** The worker as a browser runs it: its own world, with a cache and a network. */
function worker(network: (path: string) => Response | Promise<Response>) {
  const kept = new Map<string, Response>();
  const pathOf = (one: string | { url: string }) =>
    new URL(typeof one === 'string' ? one : one.url, ORIGIN).pathname;
  const shell = {
    match: (one: string | { url: string }) => Promise.resolve(kept.get(pathOf(one))?.clone()),
    put: (one: string | { url: string }, answer: Response) =>
      Promise.resolve(void kept.set(pathOf(one), answer)),
    keys: () => Promise.resolve([...kept.keys()]),
    delete: (one: string) => Promise.resolve(kept.delete(pathOf(one))),
  };
  const listeners = new Map<string, (event: unknown) => void>();
  const self = {
    location: { origin: ORIGIN },
    addEventListener: (name: string, listen: (event: unknown) => void) => listeners.set(name, listen),
  };
  const asked: string[] = [];
  const fetch = (one: { url: string }) => {
    asked.push(pathOf(one));
    return Promise.resolve().then(() => network(pathOf(one)));
  };
  const text = readFileSync('public/petugas-sw.js', 'utf8');
  new Function('self', 'caches', 'fetch', text)(self, { open: () => Promise.resolve(shell) }, fetch);
  /** What the worker answers; null when it leaves the request to the browser. */
  const ask = (path: string, mode = 'no-cors', method = 'GET'): Promise<Response> | null => {
    let answer: Promise<Response> | null = null;
    const request = { url: ORIGIN + path, mode, method };
    listeners.get('fetch')?.({ request, respondWith: (one: Promise<Response>) => (answer = one) });
    return answer;
  };
  return { kept, ask, asked };
}

const none = () => Promise.reject(new TypeError('no network'));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('opens the page without a network, and never touches an answer of the API', async () => {
  let network: (path: string) => Response | Promise<Response> = (path) =>
    new Response(path === '/petugas' ? OURS : 'script');
  const one = worker((path) => network(path));
  await one.ask('/petugas', 'navigate');
  await one.ask('/assets/index-1.js');
  network = none;
  expect(await (await one.ask('/petugas', 'navigate'))?.text()).toBe(OURS);
  expect(await (await one.ask('/assets/index-1.js'))?.text()).toBe('script');
  expect([one.ask('/api/v1/crew', 'cors'), one.ask('/api/v1/areas', 'cors')]).toEqual([null, null]);
  expect([one.ask('/petugas', 'navigate', 'POST'), one.ask('/', 'navigate')]).toEqual([null, null]);
  expect([...one.kept.keys()]).toEqual(['/petugas', '/assets/index-1.js']);
});

it('does not wait long for a network that brings nothing', async () => {
  let network: () => Response | Promise<Response> = () => new Response(OURS);
  const one = worker(() => network());
  await one.ask('/petugas', 'navigate');
  network = () => new Promise(() => undefined);
  const answer = one.ask('/petugas', 'navigate');
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await (await answer)?.text()).toBe(OURS);
});

it('shows the log-in page of a Wi-Fi and keeps its own', async () => {
  let body = OURS;
  const one = worker(() => new Response(body));
  await one.ask('/petugas', 'navigate');
  body = '<title>Wi-Fi</title>';
  expect(await (await one.ask('/petugas', 'navigate'))?.text()).toBe(body);
  expect(await one.kept.get('/petugas')?.clone().text()).toBe(OURS);
});

it('throws the files of an older release away', async () => {
  let body = OURS;
  const one = worker((path) => new Response(path === '/petugas' ? body : 'script'));
  await one.ask('/petugas', 'navigate');
  await one.ask('/assets/index-1.js');
  body = '<div id="console"></div>2';
  await one.ask('/petugas', 'navigate');
  expect([...one.kept.keys()]).toEqual(['/petugas']);
});

it('keeps the files of the page and nothing that the server said', () => {
  const loaded = ['/assets/a.js', '/api/v1/crew', '/assets/a.js', '/assets/f.woff2'].map(
    (one) => ORIGIN + one,
  );
  expect(shellOf([...loaded, 'https://elsewhere.example/assets/x.js'], ORIGIN)).toEqual([
    '/petugas',
    '/assets/a.js',
    '/assets/f.woff2',
  ]);
});
