import type { Role } from '../../src/api/types';
import { FakeServer } from '../fake-server';
import type { Scenario } from '../scenario';

/** Nothing happens: what each room looks like at four in the morning. */
const quiet = (role: Role, path: string, agency?: string): Scenario => ({
  title: `sepi · ${role}`,
  path,
  server: () => new FakeServer(role, agency),
  steps: () => [],
});

export const quietCallTaker = quiet('call_taker', '/panggilan');
export const quietAgency = quiet('dispatcher', '/instansi', 'damkar');
export const quietSupervisor = quiet('supervisor', '/pengawas');
export const quietWall = quiet('wall', '/dinding');
