import { expect, test } from 'vitest';
import type { PaperForm } from '../../api/types';
import { rangesOf } from './ranges';

function form(count: number, over: Partial<PaperForm> = {}): PaperForm {
  return {
    number: `F-2026-${String(count).padStart(6, '0')}`,
    batch_id: 'b1',
    given_at: '2026-11-22T00:00:00Z',
    given_by: { id: 'u1', name: 'Rina' },
    state: 'out',
    skipped: false,
    incident_id: null,
    incident_number: null,
    settled_at: null,
    settled_by: null,
    reason: null,
    ...over,
  };
}

test('what lies together stands together, and what was passed over stands apart', () => {
  const items = [
    form(6, { batch_id: 'b2' }),
    form(5),
    form(4),
    form(3, { state: 'used' }),
    form(2, { skipped: true }),
  ];
  expect(
    rangesOf(items).map(({ first, last, skipped }) => [first.slice(-1), last.slice(-1), skipped]),
  ).toEqual([
    ['2', '2', true],
    ['4', '5', false],
    ['6', '6', false],
  ]);
});

test('years do not run into each other', () => {
  const items = [form(9), { ...form(10), number: 'F-2027-000010' }];
  expect(rangesOf(items)).toHaveLength(2);
});
