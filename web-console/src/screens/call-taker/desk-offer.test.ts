import { beforeEach, expect, it, vi } from 'vitest';
import { call, incident } from '../../../test/samples';
import { newKey } from '../../api/client';
import { api } from '../../api/endpoints';
import { Unreachable } from '../../api/problem';
import { board } from '../../feed/board.svelte';
import { learnIncident } from '../../feed/reducer';
import { desk } from './desk.svelte';
import { Draft } from './draft.svelte';
import { drafts } from './drafts.svelte';

beforeEach(() => {
  board.forget();
  drafts.forget();
  vi.restoreAllMocks();
});

it('what was typed since goes ahead of the offer, and an offer whose answer was lost is the same offer', async () => {
  const known = incident({ narrative: 'api' });
  learnIncident(board, known);
  const draft = Draft.correcting(known);
  draft.form.narrative = 'api, dua korban';
  const sent: string[] = [];
  vi.spyOn(api, 'correctIncident').mockImplementation(async (_id, fields) => {
    sent.push(`corrected: ${fields.narrative}`);
    return { ...known, version: known.version + 1, narrative: 'api, dua korban' };
  });
  const transfer = vi.spyOn(api, 'transferIncident').mockImplementation(async (_id, step) => {
    sent.push(step.action);
    throw new Unreachable(null);
  });
  const about = call({ incident_id: known.id });
  expect(await desk.offer(about, draft, '19.04')).toBeNull();
  expect(sent).toEqual(['corrected: api, dua korban', 'offer']);
  await desk.offer(about, draft, '19.04');
  const keys = transfer.mock.calls.map((one) => one[2]);
  expect(keys.length).toBe(2);
  expect(keys[0]).toHaveLength(newKey().length);
  expect(keys[1]).toBe(keys[0]);
});
