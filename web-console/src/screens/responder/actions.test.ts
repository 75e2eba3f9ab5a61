import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, expect, it } from 'vitest';
import type { CrewTask } from '../../api/types';
import Actions from './Actions.svelte';
import type { CrewDesk } from './crew.svelte';

afterEach(cleanup);

const task = { assignment_id: 'a1', state: 'acknowledged', alarm_level: 1 } as unknown as CrewTask;
const desk = (now: number) =>
  ({
    now,
    state: 'en_route',
    held: { key: 'k', unit: 'u1', held_until: 5_000, said: { action: 'step', step: 'en_route' } },
    sharing: false,
    shareFault: '',
  }) as unknown as CrewDesk;

it('shows the seconds that are left, and reads them out to nobody', async () => {
  const shown = render(Actions, { desk: desk(0), task });
  const status = screen.getByRole('status');
  const said = status.textContent;
  expect(said).toContain('masih dapat dibatalkan');
  const count = screen.getByText('Dikirim dalam 5 detik');
  expect(count.getAttribute('aria-hidden')).toBe('true');
  await shown.rerender({ desk: desk(2_000), task });
  screen.getByText('Dikirim dalam 3 detik');
  expect(status.textContent).toBe(said);
});
