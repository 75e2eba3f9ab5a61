import { expect, test } from 'vitest';
import { relaySteps } from './relay';

test('an agency is written down forward only, and declines only before it is there', () => {
  const actions = (state: Parameters<typeof relaySteps>[0]) => relaySteps(state).map((step) => step.action);
  expect(actions('sent')).toEqual(['acknowledge', 'decline']);
  expect(actions('delivered')).toEqual(['acknowledge', 'decline']);
  expect(actions('acknowledged')).toEqual([
    'en-route',
    'on-scene',
    'working',
    'under-control',
    'complete',
    'decline',
  ]);
  expect(actions('on_scene')).toEqual(['working', 'under-control', 'complete']);
  for (const state of ['completed', 'declined', 'cancelled'] as const) expect(actions(state)).toEqual([]);
});
