import { beforeEach, describe, expect, it, vi } from 'vitest';
import { assignment, incident } from '../../../test/samples';
import type { Assignment, AssignmentState } from '../../api/types';

const step = vi.fn<(task: string, action: string, body: object) => Promise<Assignment>>();
const tellOfUnit = vi.fn();
vi.mock('../../api/endpoints', () => ({ api: { step, tellOfUnit } }));

const { Problem } = await import('../../api/problem');
const { board } = await import('../../feed/board.svelte');
const { toasts } = await import('../../parts/toasts.svelte');
const { awaitsAnswer, duties } = await import('./duties.svelte');

function task(state: AssignmentState, status: 'new' | 'merged' = 'new') {
  const of = {
    ...assignment({ state }),
    incident_number: '2026-000001',
    category: 'a',
    priority: 'P1',
  } as const;
  board.assignments.set(of.id, of);
  return { id: of.id, assignment: of, incident: incident({ status }) };
}

/** The server's answer to T, when the test says so. */
function slowAnswer() {
  let say = (_answer: Assignment) => undefined as void;
  let refuse = (_error: unknown) => undefined as void;
  step.mockReturnValueOnce(
    new Promise((resolve, reject) => {
      say = resolve;
      refuse = reject;
    }),
  );
  return {
    say: (state: AssignmentState) => say(assignment({ state })),
    refuse: (error: unknown) => refuse(error),
  };
}

beforeEach(() => {
  duties.forget();
  board.forget();
  toasts.shown = [];
  step.mockReset().mockResolvedValue(assignment({ state: 'acknowledged' }));
  tellOfUnit.mockReset().mockResolvedValue({});
});

describe('the nearest unit with one key', () => {
  it('is there only for a task that has no answer yet', () => {
    expect(awaitsAnswer(task('sent'))).toBe(true);
    expect(awaitsAnswer(task('delivered'))).toBe(true);
    expect(awaitsAnswer(task('delivered', 'merged'))).toBe(false);
    for (const state of ['acknowledged', 'en_route', 'completed', 'declined', 'cancelled'] as const)
      expect(awaitsAnswer(task(state))).toBe(false);
  });

  it('goes with the acknowledgement, and once', async () => {
    const one = task('delivered');
    await Promise.all([duties.acceptWith(one, 'n1'), duties.acceptWith(one, 'n1')]);
    expect(step.mock.calls).toEqual([['a1', 'acknowledge', { units: ['n1'] }]]);
    expect(tellOfUnit).not.toHaveBeenCalled();
  });

  it('goes after an acknowledgement that is on its way, and once', async () => {
    const one = task('delivered');
    const server = slowAnswer();
    const taken = duties.accept(one);
    const booked = [duties.acceptWith(one, 'n1'), duties.acceptWith(one, 'n1')];
    expect(tellOfUnit).not.toHaveBeenCalled();
    server.say('acknowledged');
    await Promise.all([taken, ...booked]);
    expect(step).toHaveBeenCalledTimes(1);
    expect(tellOfUnit.mock.calls).toEqual([['n1', { action: 'join', assignment_id: 'a1' }]]);
  });

  it('does not go for a task that another agency won, which is told once', async () => {
    const one = task('delivered');
    const server = slowAnswer();
    const taken = duties.accept(one);
    const booked = duties.acceptWith(one, 'n1');
    server.refuse(new Problem({ status: 409, code: 'taken', title: 'Sudah diambil' }));
    await Promise.all([taken, booked]);
    expect(tellOfUnit).not.toHaveBeenCalled();
    expect(toasts.shown).toHaveLength(1);
  });

  it('is told when it is on another task by now', async () => {
    const one = task('delivered');
    const server = slowAnswer();
    void duties.accept(one);
    tellOfUnit.mockRejectedValueOnce(
      new Problem({ status: 409, code: 'unit_booked', title: 'Unit bertugas' }),
    );
    const booked = duties.acceptWith(one, 'n1');
    server.say('acknowledged');
    await booked;
    expect(toasts.shown.map((toast) => toast.title)).toEqual(['Unit bertugas']);
  });
});
