import { backOffMs } from '../feed/backoff';
import { Problem, Unreachable, problemFrom } from './problem';

/** Attempts of one write. With the delays between them a person waits at most about ten seconds. */
export const WRITE_ATTEMPTS_MAX = 5;

/** A request that has no answer after this long is tried again (with its key, if it is a write). */
export const REQUEST_MILLISECONDS_MAX = 8_000;

/** Answers that mean "not now": a restart, a proxy without its server, a store that is away for a moment. */
const passing = new Set([502, 503, 504]);

export interface Surroundings {
  fetch: typeof fetch;
  wait: (milliseconds: number) => Promise<void>;
  chance: () => number;
}

const browser: Surroundings = {
  fetch: (input, init) => fetch(input, init),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  chance: Math.random,
};

let onSignedOut: () => void = () => undefined;

/** Tells whom to call when the server no longer knows the session. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/** A fresh key for one intention of a person; every retry of it carries the same key. */
export function newKey(): string {
  // randomUUID exists only in a secure context, and a small office may run on plain HTTP.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** What counts a year may take. */
const REPORT_MILLISECONDS_MAX = 60_000;

export async function read<Answer>(
  path: string,
  signal?: AbortSignal,
  milliseconds = REQUEST_MILLISECONDS_MAX,
): Promise<Answer> {
  const limit = AbortSignal.timeout(milliseconds);
  const response = await fetch(`/api/v1${path}`, {
    headers: { accept: 'application/json' },
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  }).catch((cause: unknown) => {
    throw new Unreachable(cause);
  });
  return answerOf<Answer>(response, path);
}

/** The same for a report. */
export function readReport<Answer>(path: string, signal: AbortSignal): Promise<Answer> {
  return read(path, signal, REPORT_MILLISECONDS_MAX);
}

/** A report as a file of a kind. */
export async function readFile(path: string, kind: string): Promise<Blob> {
  const signal = AbortSignal.timeout(REPORT_MILLISECONDS_MAX);
  const response = await fetch(`/api/v1${path}`, { signal, headers: { accept: kind } }).catch(
    (cause: unknown) => {
      throw new Unreachable(cause);
    },
  );
  if (!response.ok) throw await problemFrom(response);
  return response.blob();
}

/** Sends something whose answer is a file. Once: another try would give out another one. */
export async function writeForFile(path: string, body: unknown, kind: string): Promise<Blob> {
  const response = await fetch(`/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: kind, 'idempotency-key': newKey() },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REPORT_MILLISECONDS_MAX),
  }).catch((cause: unknown) => {
    throw new Unreachable(cause);
  });
  if (!response.ok) throw await problemFrom(response);
  return response.blob();
}

/** The same for what is no JSON. */
export async function readText(path: string): Promise<string> {
  const signal = AbortSignal.timeout(REQUEST_MILLISECONDS_MAX);
  const response = await fetch(`/api/v1${path}`, { signal }).catch((cause: unknown) => {
    throw new Unreachable(cause);
  });
  if (!response.ok) throw await problemFrom(response);
  return response.text();
}

/**
 * Sends one intention. It is repeated with the same key until the server has answered, so that a
 * reply lost on the way never makes a second incident or a second acknowledgement.
 */
export async function write<Answer>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown,
  key: string = newKey(),
  surroundings: Surroundings = browser,
): Promise<Answer> {
  let lastCause: unknown;
  for (let attempt = 0; attempt < WRITE_ATTEMPTS_MAX; attempt += 1) {
    if (attempt > 0) await surroundings.wait(backOffMs(attempt - 1, surroundings.chance));
    try {
      const response = await surroundings.fetch(`/api/v1${path}`, {
        method,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'idempotency-key': key,
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_MILLISECONDS_MAX),
      });
      if (!passing.has(response.status)) return await answerOf<Answer>(response, path);
      lastCause = await problemFrom(response);
    } catch (cause) {
      if (!(cause instanceof TypeError || cause instanceof DOMException)) throw cause;
      lastCause = cause;
    }
  }
  // A server that says why it cannot (mode darurat) is worth more than "no answer".
  throw lastCause instanceof Problem ? lastCause : new Unreachable(lastCause);
}

/** Sends once: what is written anew every few seconds needs no repetition. `keepalive` outlives the page. */
export async function writeOnce<Answer>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body: unknown,
  keepalive = false,
): Promise<Answer> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    keepalive,
    signal: AbortSignal.timeout(REQUEST_MILLISECONDS_MAX),
  }).catch((cause: unknown) => {
    throw new Unreachable(cause);
  });
  return answerOf<Answer>(response, path);
}

async function answerOf<Answer>(response: Response, path: string): Promise<Answer> {
  if (!response.ok) {
    const problem = await problemFrom(response);
    if (response.status === 401 && path !== '/session') onSignedOut();
    throw problem;
  }
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}
