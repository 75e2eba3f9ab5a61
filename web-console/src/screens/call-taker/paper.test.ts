import { expect, test } from 'vitest';
import { dayHere } from '../../app/time';
import { emptyPaper, emptyTask, hasPaperContent, minutesOf, paperFaults, toPaper } from './paper';

const sheet = (over: object) => ({ ...emptyPaper('2026-11-22'), form: '123', received: '23.50', ...over });

test('times of day are read as people write them', () => {
  expect(['2.14', '02:14', '0214', ' 02.14 '].map(minutesOf)).toEqual([134, 134, 134, 134]);
  expect(['', '24.00', '2.60', '2', 'x', '2.1.4'].map(minutesOf)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('a night over midnight keeps its order, and a slip of an hour stays one', () => {
  const task = { ...emptyTask, agency: 'damkar', told: '23.55', acknowledged: '00.05', completed: '01.40' };
  const paper = toPaper(sheet({ tasks: [task], ended: true, endedTime: '02.00' }));
  expect(paper.received_at).toBe('2026-11-22T16:50:00.000Z');
  expect(paper.tasks?.[0]).toEqual({
    agency: 'damkar',
    told_at: '2026-11-22T16:55:00.000Z',
    acknowledged_at: '2026-11-22T17:05:00.000Z',
    completed_at: '2026-11-22T18:40:00.000Z',
  });
  expect(paper.end).toEqual({ at: '2026-11-22T19:00:00.000Z' });
  const early = toPaper(sheet({ received: '13.00', tasks: [{ ...task, told: '12.50' }] }));
  expect(early.tasks?.[0]?.told_at).toBe('2026-11-22T05:50:00.000Z');
});

test('what took longer than half a day says on which day it was', () => {
  const task = { ...emptyTask, agency: 'damkar', told: '23.55', onScene: '0.20', completed: '13.10 +1' };
  const paper = sheet({ tasks: [task], ended: true, endedTime: '8.00+2' });
  expect(paperFaults(paper)).toEqual({});
  const { tasks, end } = toPaper(paper);
  expect([tasks?.[0]?.on_scene_at, tasks?.[0]?.completed_at, end?.at]).toEqual([
    '2026-11-22T17:20:00.000Z',
    '2026-11-23T06:10:00.000Z',
    '2026-11-24T01:00:00.000Z',
  ]);
  const unread = paperFaults(sheet({ received: '8.00+1', tasks: [{ ...task, completed: '13.10+' }] }));
  expect(unread).toEqual({
    received_at: 'paper.need_time',
    'tasks[0].completed_at': 'paper.bad_time',
  });
});

test('what is missing is said by the name that the server uses too', () => {
  const task = { ...emptyTask, told: '7', onScene: 'x' };
  expect(paperFaults({ ...emptyPaper(''), tasks: [task], ended: true, endedTime: '99' })).toEqual({
    form: 'paper.need_form',
    date: 'paper.need_date',
    received_at: 'paper.need_time',
    'tasks[0].agency': 'paper.need_agency',
    'tasks[0].told_at': 'paper.need_time',
    'tasks[0].on_scene_at': 'paper.bad_time',
    'end.at': 'paper.bad_time',
  });
  expect(paperFaults(sheet({}))).toEqual({});
});

test('what the next sheet takes over is no work of its own', () => {
  expect(hasPaperContent(emptyPaper('2026-11-22', 'Sari'))).toBe(false);
  expect(hasPaperContent(sheet({}))).toBe(true);
  expect(dayHere(Date.parse('2026-11-22T17:30:00Z'))).toBe('2026-11-23');
});
