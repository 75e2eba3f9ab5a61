import type { Call } from '../../src/api/types';
import { FakeServer } from '../fake-server';
import { happened, ringing } from '../people';
import type { Scenario } from '../scenario';

/** One call from ring to closure, as its call-taker sees it. */
export const callToClosure: Scenario = {
  title: 'satu panggilan, dari dering sampai tutup',
  path: '/panggilan',
  server: () => {
    const server = new FakeServer('call_taker');
    server.board = { ...server.board, duty: { ...server.board.duty, state: 'ready' } };
    return server;
  },
  steps: (server) => {
    const me = { id: server.user.id, name: server.user.name };
    const first = ringing(7, { offered_to: [me] });
    const live: Call = {
      ...first,
      state: 'connected',
      answered_at: new Date().toISOString(),
      answered_by: me,
      call_taker: me,
      version: 2,
    };
    const done: Call = {
      ...live,
      state: 'ended',
      ended_at: new Date().toISOString(),
      incident_id: 'i9',
      disposition: { kind: 'incident', by: me, at: new Date().toISOString(), note: null },
      version: 3,
    };
    const opened = happened(9, { calls: [first.id] });
    const tell = (says: string, message: Parameters<FakeServer['tell']>[0]) => ({
      says,
      act: () => server.tell(message),
    });
    return [
      tell('berdering', { type: 'call.updated', call: first }),
      tell('dijawab', { type: 'call.updated', call: live }),
      tell('insiden dibuka dan dikirim', { type: 'incident.updated', incident: opened }),
      tell('diterima instansi', {
        type: 'incident.updated',
        incident: { ...happened(9, {}, 'acknowledged'), version: 2 },
      }),
      tell('panggilan selesai', { type: 'call.updated', call: done }),
      tell('insiden ditutup', {
        type: 'incident.updated',
        incident: { ...happened(9, { status: 'closed' }, 'completed'), version: 3 },
      }),
    ];
  },
};
