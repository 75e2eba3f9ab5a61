import { expect, test } from 'vitest';
import type { Incident } from '../../api/types';
import { incident } from '../../../test/samples';
import { clocksOf } from './clocks';

test('the next clock to ring stands first, with the agency that is waited for', () => {
  const clock = (at: string, cause: string, assignment_id: string | null) => ({
    at,
    cause,
    step: 'supervisor' as const,
    assignment_id,
  });
  const quiet: Incident = { ...incident({ id: 'a' }), clocks: [] };
  const one: Incident = {
    ...incident({ id: 'b' }),
    clocks: [
      clock('2026-11-22T10:05:00Z', 'not_dispatched', null),
      clock('2026-11-22T10:09:00Z', 'later', null),
    ],
  };
  const two: Incident = {
    ...incident({ id: 'c' }),
    clocks: [clock('2026-11-22T10:01:00Z', 'not_closed', null)],
  };
  const running = clocksOf([quiet, one, two]);
  expect(running.map((each) => [each.incident.id, each.cause, each.agency])).toEqual([
    ['c', 'not_closed', null],
    ['b', 'not_dispatched', null],
  ]);
});
