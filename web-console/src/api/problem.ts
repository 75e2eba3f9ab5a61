import type { ProblemBody } from './types';

/** The server refused; its own words say what happened, what is kept and what to do. */
export class Problem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.title);
    this.name = 'Problem';
  }

  get status(): number {
    return this.body.status;
  }

  get code(): string {
    return this.body.code;
  }

  /** The server could not do it now; the same request with the same key may be sent again. */
  get passes(): boolean {
    return this.status >= 500;
  }

  title(language: 'id' | 'en'): string {
    return (language === 'en' && this.body.title_en) || this.body.title;
  }

  detail(language: 'id' | 'en'): string {
    return (language === 'en' && this.body.detail_en) || this.body.detail || '';
  }

  field(name: string, language: 'id' | 'en'): string | undefined {
    const error = this.body.errors?.find((one) => one.field === name);
    return error && ((language === 'en' && error.message_en) || error.message);
  }
}

/** Nobody answered, after every attempt. What was to be written is still on the screen. */
export class Unreachable extends Error {
  constructor(readonly cause: unknown) {
    super('unreachable');
    this.name = 'Unreachable';
  }
}

/** Reads a refusal; also one that is no problem document, as a proxy in front may send. */
export async function problemFrom(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text) as Partial<ProblemBody>;
    if (typeof body.code === 'string' && typeof body.title === 'string') {
      return new Problem({ ...body, status: response.status, code: body.code, title: body.title });
    }
  } catch {
    // Not JSON: the status is all there is to tell.
  }
  return new Problem({
    status: response.status,
    code: `http_${response.status}`,
    title: `Server menjawab ${response.status}`,
    title_en: `The server answered ${response.status}`,
  });
}
