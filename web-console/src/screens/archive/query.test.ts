import { describe, expect, it } from 'vitest';
import { archiveQuery } from './query';

describe('the question to the archive', () => {
  it('asks for the newest when nothing is chosen', () => {
    expect(archiveQuery({ text: '  ', from: '', to: '', status: '' })).toBe('limit=50');
  });

  it('takes days of the room, the last one whole', () => {
    const query = new URLSearchParams(
      archiveQuery({ text: 'pasar & toko', from: '2026-11-01', to: '2026-11-02', status: 'ended' }),
    );
    expect(query.get('q')).toBe('pasar & toko');
    expect(query.get('status')).toBe('ended');
    const days = (Date.parse(query.get('to') ?? '') - Date.parse(query.get('from') ?? '')) / 86_400_000;
    expect(days).toBe(2);
    expect(query.get('from')).toBe('2026-10-31T17:00:00.000Z');
  });
});
