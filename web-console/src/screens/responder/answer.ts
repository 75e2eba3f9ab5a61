import { Problem } from '../../api/problem';
import type { ProblemBody } from '../../api/types';

/** Answers that mean "not now" although they are below 500: what was pressed is kept. */
const NOT_NOW: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * What our server said: the answer, or its refusal. Null for everything else, so that it is asked again: no answer, one
 * that passes, and one of a stranger, as the log-in page of a Wi-Fi or the error page of a proxy.
 */
export async function answerOf<Answer extends object>(
  response: Response,
  isOurs: (answer: Answer) => boolean,
): Promise<Answer | Problem | null> {
  if (response.redirected || response.status >= 500 || NOT_NOW.has(response.status)) return null;
  const type = response.headers.get('content-type')?.split(';')[0]?.trim();
  const expected = response.ok ? 'application/json' : 'application/problem+json';
  if (type !== expected) return null;
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== 'object' || body === null) return null;
  if (response.ok) return isOurs(body as Answer) ? (body as Answer) : null;
  const { code, title } = body as Partial<ProblemBody>;
  if (typeof code !== 'string' || typeof title !== 'string') return null;
  return new Problem({ ...(body as ProblemBody), status: response.status });
}
