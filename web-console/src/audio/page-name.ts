/** How a window names itself to the server: the same after a reload, and another one for each window. No storage is used. */
const PREFIX = 'sigap-';

let own: Promise<string> | null = null;

/** The name of this window. */
export function pageName(): Promise<string> {
  own ??= make();
  return own;
}

async function make(): Promise<string> {
  // A reload keeps it. A window that was copied from another one has the other's name as well, and takes a new one.
  if (window.name.startsWith(PREFIX) && (await hold(window.name))) return window.name;
  window.name = PREFIX + Math.random().toString(36).slice(2) + Date.now().toString(36);
  await hold(window.name);
  return window.name;
}

/** Whether no other window has this name. It is held until this window goes. */
function hold(name: string): Promise<boolean> {
  // Where the page is not secure there are no locks, and no microphone either.
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    });
  });
}
