import { agency, FakeServer } from '../fake-server';
import { happened, ringing, tasksOf } from '../people';
import type { Scenario } from '../scenario';
import type { Role } from '../../src/api/types';

const OPEN = 200;

/** Two hundred open incidents, forty callers, five changes a second. */
const busy = (role: Role, path: string, own?: string): Scenario => ({
  title: `malam ramai · ${role}`,
  path,
  server: () => {
    const server = new FakeServer(role, own);
    const incidents = Array.from({ length: OPEN }, (_, n) => happened(n + 1));
    const calls = role === 'dispatcher' ? [] : Array.from({ length: 40 }, (_, n) => ringing(n + 1));
    server.board = { ...server.board, incidents, calls, assignments: tasksOf(incidents) };
    return server;
  },
  steps: (server) =>
    Array.from({ length: 50 }, (_, n) => ({
      says: `insiden ${n + 1} diterima`,
      act: () => {
        const known = server.board.incidents[n];
        const task = known && tasksOf([known])[0];
        if (!known || !task) return;
        const taken = {
          ...task,
          state: 'acknowledged' as const,
          acknowledged_by: { id: 'u2', name: agency('damkar').name },
        };
        server.tell({
          type: 'assignment.updated',
          assignment: { ...taken, acknowledged_at: new Date().toISOString() },
          incident: { ...known, version: known.version + 1 },
        } as never);
      },
    })),
});

export const busyCallTaker = busy('call_taker', '/panggilan');
export const busyAgency = busy('dispatcher', '/instansi', 'damkar');
export const busySupervisor = busy('supervisor', '/pengawas');
