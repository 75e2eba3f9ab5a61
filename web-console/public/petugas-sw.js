// Opens the page of a crew where there is no network. It keeps the page and its scripts, styles and letters, and nothing
// that the server said: an answer of the API never comes by here, and no task is in the telephone of whoever finds it.

const SHELL = 'sigap-petugas';
const PAGE = '/petugas';

// A network that takes longer to bring the page is as good as none.
const PAGE_MILLISECONDS_MAX = 4_000;

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === PAGE) event.respondWith(page(request));
  else if (pathname.startsWith('/assets/') || pathname === '/favicon.svg') event.respondWith(file(request));
});

async function page(request) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(PAGE, { ignoreVary: true });
  const asked = fetch(request).then(async (answer) => {
    await keep(shell, kept, answer.clone());
    return answer;
  });
  if (!kept) return asked;
  const late = new Promise((resolve) => setTimeout(resolve, PAGE_MILLISECONDS_MAX, kept.clone()));
  return Promise.race([asked.catch(() => kept.clone()), late]);
}

/** Keeps the page unless it is a stranger's, as the log-in page of a Wi-Fi. Another page has other files. */
async function keep(shell, kept, answer) {
  if (!answer.ok || answer.redirected) return;
  const text = await answer.clone().text();
  if (!text.includes('id="console"')) return;
  if (kept && (await kept.clone().text()) !== text)
    for (const one of await shell.keys()) await shell.delete(one);
  await shell.put(PAGE, answer);
}

/** The names of files carry a hash of their content: one that is kept is the right one. */
async function file(request) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected) await shell.put(request, answer.clone());
  return answer;
}
