import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { incident } from '../../../test/samples';
import type { Incident, IncidentDetail, Session } from '../../api/types';
import { Problem } from '../../api/problem';

const api = {
  incident: vi.fn<(id: string) => Promise<IncidentDetail>>(),
  reopen: vi.fn<(id: string, reason: string) => Promise<Incident>>(),
  addNote: vi.fn<(id: string, text: string) => Promise<Incident>>(),
  raiseAlarm: vi.fn<(id: string, level: number) => Promise<Incident>>(),
};
vi.mock('../../api/endpoints', () => ({ api }));

const { session } = await import('../../app/session.svelte');
const { board } = await import('../../feed/board.svelte');
const { toasts } = await import('../toasts.svelte');
const { default: Toasts } = await import('../Toasts.svelte');
const { default: IncidentActions } = await import('./IncidentActions.svelte');
const { tellRefusal } = await import('./ended');

const refused = (code: string) => new Problem({ status: 409, code, title: 'Ditolak' });
const closed = incident({ status: 'closed', version: 7 }) as IncidentDetail;
const first = createRawSnippet(() => ({ render: () => '<span></span>' }));
const settle = () => new Promise((resolve) => setTimeout(resolve));

function actAs(role: Session['user']['role']) {
  session.user = { id: 'u1', username: 'u', name: 'U', role, agency_id: null } as Session['user'];
}

beforeEach(() => {
  for (const call of Object.values(api)) call.mockReset();
  api.incident.mockResolvedValue(closed);
  api.reopen.mockResolvedValue(incident({ version: 8 }));
  for (const toast of toasts.shown) toasts.close(toast.id);
  board.forget();
  actAs('call_taker');
});
afterEach(cleanup);

describe('what has ended meanwhile', () => {
  it('is opened again with one key, and what was meant is done', async () => {
    const again = vi.fn();
    await tellRefusal(refused('incident_ended'), { incident: 'i1', again });
    render(Toasts);
    screen.getByText(/sudah ditutup/);
    await fireEvent.keyDown(document.body, { key: 'b', code: 'KeyB', altKey: true });
    await settle();
    expect(api.reopen.mock.calls).toEqual([['i1', 'Ada laporan baru sesudah insiden berakhir.']]);
    expect(again).toHaveBeenCalledOnce();
    expect(board.incidents.get('i1')?.status).toBe('new');
  });

  it('is left, and another one begun, with the other key', async () => {
    const anew = vi.fn();
    await tellRefusal(refused('incident_ended'), { incident: 'i1', again: vi.fn(), anew });
    render(Toasts);
    await fireEvent.keyDown(document.body, { key: 'i', code: 'KeyI', altKey: true });
    expect(anew.mock.calls).toEqual([[closed]]);
    expect(api.reopen).not.toHaveBeenCalled();
    expect(toasts.shown).toEqual([]);
  });

  it('is what was meant as soon as a colleague has opened it', async () => {
    api.reopen.mockRejectedValue(refused('incident_not_ended'));
    const again = vi.fn();
    await tellRefusal(refused('incident_ended'), { incident: 'i1', again });
    toasts.take(toasts.shown[0]!, toasts.shown[0]!.action!);
    await settle();
    expect(again).toHaveBeenCalledOnce();
  });

  it('is said once, and offered only to who may open it', async () => {
    const meant = { incident: 'i1', again: vi.fn() };
    await tellRefusal(refused('incident_ended'), meant);
    await tellRefusal(refused('incident_ended'), meant);
    expect(toasts.shown.length).toBe(1);
    toasts.close(toasts.shown[0]!.id);
    actAs('dispatcher');
    await tellRefusal(refused('incident_ended'), meant);
    expect(toasts.shown.map((one) => [one.title, one.action])).toEqual([['Ditolak', undefined]]);
  });

  it('is offered where an action of the panel met it, and after a note that it took', async () => {
    api.raiseAlarm
      .mockRejectedValueOnce(refused('incident_ended'))
      .mockResolvedValue(incident({ version: 9 }));
    const panel = render(IncidentActions, { incident: incident({}), first });
    await fireEvent.click(screen.getByText('Naikkan alarm'));
    await fireEvent.click(screen.getByText('Ya, naikkan'));
    await settle();
    toasts.take(toasts.shown[0]!, toasts.shown[0]!.action!);
    await settle();
    expect(api.raiseAlarm).toHaveBeenCalledTimes(2);
    for (const toast of toasts.shown) toasts.close(toast.id);
    api.addNote.mockResolvedValue(closed);
    await panel.rerender({ incident: closed });
    await fireEvent.click(screen.getByText('Catatan'));
    await fireEvent.input(screen.getByLabelText(/catatan/i), { target: { value: 'api lagi' } });
    await fireEvent.click(screen.getByText('Simpan'));
    await settle();
    expect(toasts.shown.map((one) => one.action?.label)).toEqual([undefined, 'Buka kembali']);
  });
});
