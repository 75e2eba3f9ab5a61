/** The same name as in `public/petugas-sw.js`. */
const SHELL = 'sigap-petugas';
const PAGE = '/petugas';

/** What of a page that is loaded has to be there for it to open again. */
export function shellOf(loaded: readonly string[], origin: string): string[] {
  const own = loaded.map((address) => new URL(address, origin)).filter((url) => url.origin === origin);
  const files = own.map((url) => url.pathname).filter((path) => path.startsWith('/assets/'));
  return [PAGE, ...new Set(files)];
}

/** Lets this page open again without a network. Nothing comes of it where the browser allows no such thing. */
export async function keepShell(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('/petugas-sw.js', { scope: PAGE });
    const shell = await caches.open(SHELL);
    const loaded = performance.getEntriesByType('resource').map((one) => one.name);
    for (const path of shellOf(loaded, location.origin)) {
      if (!(await shell.match(path))) await shell.add(path);
    }
  } catch {
    // No network in between, or a browser in private: the page that is open goes on.
  }
}
