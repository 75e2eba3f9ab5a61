import { FakeServer } from '../fake-server';
import { happened, tasksOf } from '../people';
import type { Scenario } from '../scenario';

const withWork = () => {
  const server = new FakeServer('call_taker');
  const incidents = [1, 2, 3].map((n) => happened(n));
  server.board = { ...server.board, incidents, assignments: tasksOf(incidents) };
  return server;
};

/** The line is cut and comes back: what is stale is said. */
export const cutOff: Scenario = {
  title: 'sambungan terputus',
  path: '/panggilan',
  server: withWork,
  steps: (server) => [
    { says: 'terputus', act: () => server.cut() },
    { says: 'tersambung lagi', act: () => server.back() },
  ],
};

/** The store is away: calls go on, writing waits. */
export const emergency: Scenario = {
  title: 'mode darurat',
  path: '/panggilan',
  server: withWork,
  steps: (server) => [
    {
      says: 'penyimpanan hilang',
      act: () =>
        server.tell({
          type: 'system.mode',
          mode: 'darurat',
          since: new Date().toISOString(),
          live_calls: [],
        }),
    },
    {
      says: 'penyimpanan kembali',
      act: () =>
        server.tell({ type: 'system.mode', mode: 'normal', since: new Date().toISOString(), live_calls: [] }),
    },
  ],
};

/** The disaster mode is proposed by somebody else, and on. */
export const disaster: Scenario = {
  title: 'mode bencana',
  path: '/panggilan',
  server: withWork,
  steps: (server) => {
    const now = new Date().toISOString();
    const signed = { by: { id: 'u9', name: 'Pengawas Piket' }, at: now };
    const mode = {
      id: 'd1',
      name: 'Gempa Toboali',
      incident_id: null,
      decree: null,
      proposed: signed,
      holds_until: new Date(Date.now() + 600_000).toISOString(),
      confirmed: null,
      ended: null,
      reason: null,
      called_in: [],
    };
    const show = (says: string, state: string, confirmed: object | null) => ({
      says,
      act: () => {
        server.answer('alerts', () => ({ disaster: { ...mode, state, confirmed }, broadcasts: [] }));
        server.tell({ type: 'alerts.updated' });
      },
    });
    return [show('diusulkan', 'proposed', null), show('aktif', 'on', signed)];
  },
};
