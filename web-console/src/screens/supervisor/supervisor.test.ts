import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../api/types';
import { assignment, call, incident } from '../../../test/samples';
import { isBelowTarget, listsOf } from './figures';
import { joined, LOG_PAGE, pageBefore } from './log-pages';

const now = Date.parse('2026-11-22T01:00:00Z');

describe('the numbers', () => {
  const known = {
    calls: [
      call({ id: 'late', state: 'queued', arrived_at: '2026-11-22T00:59:30Z' }),
      call({ id: 'later', state: 'ringing', arrived_at: '2026-11-22T00:59:50Z' }),
      call({ id: 'talking', state: 'connected' }),
      call({
        id: 'owed',
        state: 'ended',
        call_back: {
          due_at: '2026-11-22T00:58:00Z',
          state: 'open',
          owner: null,
          settled_by: null,
          taken: false,
          attempts: [],
          overdue: true,
        },
      }),
    ],
    incidents: [
      incident({ id: 'p3', priority: 'P3' }),
      incident({ id: 'p1', priority: 'P1' }),
      incident({ id: 'closed', status: 'closed' }),
    ],
    assignments: [
      assignment({ id: 'a3', incident_id: 'p3', sent_at: '2026-11-22T00:10:00Z' }),
      assignment({ id: 'a1', incident_id: 'p1', sent_at: '2026-11-22T00:50:00Z' }),
      assignment({ id: 'copy', incident_id: 'p1', role: 'notify' }),
      assignment({ id: 'taken', incident_id: 'p1', state: 'acknowledged' }),
      assignment({ id: 'old', incident_id: 'closed' }),
    ],
    escalations: [],
  };
  const lists = listsOf(known, now);

  it('are the lengths of their lists', () => {
    expect(lists.waiting.map((one) => one.id)).toEqual(['late', 'later']);
    expect(lists.open.map((one) => one.id)).toEqual(['p3', 'p1']);
    expect(lists.callBacks.map((one) => one.id)).toEqual(['owed']);
    expect(lists.overdueCallBacks).toHaveLength(1);
  });

  it('count an assignment as waiting only when somebody has to accept it', () => {
    expect(lists.unacknowledged.map((one) => one.id)).toEqual(['a1', 'a3']);
    expect(lists.unacknowledgedP1.map((one) => one.id)).toEqual(['a1']);
    expect(lists.oldestUnacknowledged).toBe('2026-11-22T00:10:00Z');
  });

  it('say nothing about a target while nothing was counted', () => {
    expect(isBelowTarget({ share: null, n: 0 })).toBe(false);
    expect(isBelowTarget({ share: 0.85, n: 20 })).toBe(true);
    expect(isBelowTarget({ share: 0.9, n: 20 })).toBe(false);
  });
});

describe('the pages of the log', () => {
  const entry = (index: string) => ({ index, kind: 'x', stream: 'call:1' }) as LogEntry;

  it('walk back to the first entry', () => {
    expect(pageBefore(120n)).toEqual({ after: String(120 - LOG_PAGE), limit: LOG_PAGE });
    expect(pageBefore(20n)).toEqual({ after: '0', limit: 20 });
    expect(pageBefore(0n)).toBeNull();
  });

  it('are joined newest first, each entry once', () => {
    const all = joined([entry('10'), entry('9')], [entry('9'), entry('8')]);
    expect(all.map((one) => one.index)).toEqual(['10', '9', '8']);
  });

  it('never show a hole that the log does not have', () => {
    const all = joined([entry('10'), entry('9')], [entry('101'), entry('100')]);
    expect(all.map((one) => one.index)).toEqual(['101', '100']);
  });
});
