import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { incident } from '../../../test/samples';
import type { Incident } from '../../api/types';

const raiseAlarm = vi.fn<(id: string, level: number, reason?: string) => Promise<Incident>>();
vi.mock('../../api/endpoints', () => ({ api: { raiseAlarm } }));

const { default: IncidentActions } = await import('./IncidentActions.svelte');
const first = createRawSnippet(() => ({ render: () => '<span></span>' }));

beforeEach(() => void raiseAlarm.mockReset().mockResolvedValue(incident({ alarm_level: 2, version: 2 })));
afterEach(cleanup);

it('raises the alarm to the level that was shown', async () => {
  render(IncidentActions, { incident: incident({}), first });
  await fireEvent.click(screen.getByText('Naikkan alarm'));
  screen.getByText('Tingkat alarm menjadi 2.');
  await fireEvent.click(screen.getByText('Ya, naikkan'));
  expect(raiseAlarm.mock.calls).toEqual([['i1', 2, undefined]]);
});

it('does not raise it again over somebody who was faster', async () => {
  const shown = render(IncidentActions, { incident: incident({}), first });
  await fireEvent.click(screen.getByText('Naikkan alarm'));
  await shown.rerender({ incident: incident({ alarm_level: 2, version: 2 }) });
  screen.getByText('Sudah dinaikkan ke tingkat 2.');
  await fireEvent.submit(screen.getByText('Ya, naikkan').closest('form') as HTMLFormElement);
  expect(raiseAlarm).not.toHaveBeenCalled();
});
