import { expect, it } from 'vitest';
import type { AssignmentState } from '../../api/types';
import { chain, mayGoTo } from './chain';

const steps = (present: AssignmentState) =>
  chain.filter((step) => mayGoTo(present, step.state)).map((step) => step.key);

it('nothing may be reported before somebody has accepted', () => {
  expect(steps('sent')).toEqual([]);
  expect(steps('delivered')).toEqual([]);
});

it('goes forward only, and may skip', () => {
  expect(steps('acknowledged')).toEqual(['1', '2', '3', '4', '5']);
  expect(steps('on_scene')).toEqual(['3', '4', '5']);
});

it('ends', () => {
  expect(steps('completed')).toEqual([]);
  expect(steps('declined')).toEqual([]);
  expect(steps('cancelled')).toEqual([]);
});
