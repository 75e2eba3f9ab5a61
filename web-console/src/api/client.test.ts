import { describe, expect, it } from 'vitest';
import { newKey, write, WRITE_ATTEMPTS_MAX, type Surroundings } from './client';
import { Problem, Unreachable } from './problem';

type Answer = Response | Error;

function surroundings(answers: Answer[]) {
  const keys: string[] = [];
  const waits: number[] = [];
  const world: Surroundings = {
    fetch: (_url, init) => {
      keys.push(new Headers(init?.headers).get('idempotency-key') ?? '');
      const answer = answers.shift() ?? new TypeError('network');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    chance: () => 1,
  };
  return { world, keys, waits };
}

const problem = (status: number, code: string) =>
  new Response(JSON.stringify({ code, title: 'Judul', title_en: 'Title', detail: 'Rincian' }), { status });

describe('a write', () => {
  it('keeps its key when the answer was lost on the way', async () => {
    const { world, keys } = surroundings([new TypeError('network'), Response.json({ id: '1' })]);
    expect(await write('POST', '/incidents', {}, 'key-1', world)).toEqual({ id: '1' });
    expect(keys).toEqual(['key-1', 'key-1']);
  });

  it('waits for a server that restarts', async () => {
    const { world, keys, waits } = surroundings([
      problem(503, 'stopping'),
      problem(502, 'trunk_failed'),
      Response.json({ ok: true }),
    ]);
    await write('POST', '/calls/1/answer', {}, 'key-1', world);
    expect(new Set(keys)).toEqual(new Set(['key-1']));
    expect(waits).toEqual([500, 1_000]);
  });

  it('does not repeat what the server has refused', async () => {
    const { world, keys } = surroundings([problem(409, 'already_acknowledged')]);
    const refusal = await write('POST', '/assignments/1/acknowledge', {}, 'k', world).catch(
      (e: unknown) => e,
    );
    expect(refusal).toBeInstanceOf(Problem);
    expect((refusal as Problem).code).toBe('already_acknowledged');
    expect((refusal as Problem).title('en')).toBe('Title');
    expect(keys).toHaveLength(1);
  });

  it('gives up at last and says that nobody answered', async () => {
    const { world, keys } = surroundings([]);
    const failure = await write('POST', '/incidents', {}, 'k', world).catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(Unreachable);
    expect(keys).toHaveLength(WRITE_ATTEMPTS_MAX);
  });

  it('tells the reason of a server that could not until the end', async () => {
    const away = Array.from({ length: WRITE_ATTEMPTS_MAX }, () => problem(503, 'store_away'));
    const failure = await write('POST', '/incidents', {}, 'k', surroundings(away).world).catch(
      (e: unknown) => e,
    );
    expect(failure).toBeInstanceOf(Problem);
    expect((failure as Problem).passes).toBe(true);
  });

  it('makes an answer that is no problem document readable', async () => {
    const { world } = surroundings([new Response('<html>', { status: 418 })]);
    const failure = await write('POST', '/x', {}, 'k', world).catch((e: unknown) => e);
    expect((failure as Problem).code).toBe('http_418');
  });
});

describe('a key', () => {
  it('is a version 4 UUID also where the browser has no randomUUID (plain HTTP)', () => {
    const original = crypto.randomUUID;
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
    try {
      const keys = [newKey(), newKey()];
      expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(keys[0]).not.toBe(keys[1]);
    } finally {
      Object.defineProperty(crypto, 'randomUUID', { value: original, configurable: true });
    }
  });
});
