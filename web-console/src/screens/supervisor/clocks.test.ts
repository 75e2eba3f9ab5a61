import { expect, test } from 'vitest';
import type { Incident } from '../../api/types';
import { incident, offer, origin } from '../../../test/samples';
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

test('what was offered and what waits for our answer run beside the others, each with the other centre', () => {
  const not_accepted = { at: offer('waiting').due_at, cause: 'not_accepted', step: 'supervisor' as const };
  const ours = incident({
    id: 'a',
    transfers: [offer('refused', 't0'), offer('waiting')],
    clocks: [{ ...not_accepted, assignment_id: null }],
  });
  const theirs = incident({ id: 'b', origin: { ...origin('asked'), answer_by: '2026-11-22T00:41:00Z' } });
  const answered = incident({ id: 'c', origin: origin('accepted') });
  const taken = incident({ id: 'd', origin: origin('taken_back') });
  const running = clocksOf([ours, theirs, answered, taken]);
  expect(running.map((one) => [one.incident.id, one.cause, one.agency, one.step])).toEqual([
    ['b', 'not_answered', '112 Bangka Tengah', null],
    ['a', 'not_accepted', '112 Bangka Tengah', 'supervisor'],
  ]);
  const sooner = { ...theirs, origin: { ...origin('asked'), answer_by: '2026-11-22T00:40:10Z' } };
  const [hastened] = clocksOf([sooner]);
  expect([hastened?.key, hastened?.at]).toEqual([running[0]?.key, '2026-11-22T00:40:10Z']);
});
