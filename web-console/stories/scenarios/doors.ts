import type { CrewPage } from '../../src/api/types';
import { agency, FakeServer, refused } from '../fake-server';
import { ago, happened } from '../people';
import type { Scenario } from '../scenario';

/** Writes into a field as a person does. */
function type(selector: string, text: string): void {
  const field = document.querySelector<HTMLInputElement>(selector);
  if (!field) return;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

const send = () => document.querySelector<HTMLButtonElement>('button[type=submit]')?.click();

/** Somebody logs in: first wrong, then too often, then with a password that was made for once. */
export const logIn: Scenario = {
  title: 'masuk',
  path: '/',
  server: () => {
    const server = new FakeServer('call_taker');
    server.answer('session', (_, method) =>
      method === 'GET' ? refused(401, 'no_session', 'Belum masuk') : wrongPassword(),
    );
    return server;
  },
  steps: (server) => [
    {
      says: 'kata sandi salah',
      act: () => {
        type('input[name=username]', 'rina');
        type('input[name=password]', 'salah');
        send();
      },
    },
    {
      says: 'terlalu sering',
      act: () => {
        server.answer('session', () =>
          refused(
            429,
            'too_many_attempts',
            'Terlalu banyak percobaan masuk',
            'Tunggu satu menit lalu coba lagi.',
          ),
        );
        send();
      },
    },
    {
      says: 'kata sandi sementara',
      act: () => {
        server.answer('session', () => ({
          user: { ...server.user, password_is_temporary: true },
          expires_at: ago(-43_200),
          zone: 'Asia/Jakarta',
        }));
        type('input[name=password]', 'melati-tujuh-42');
        send();
      },
    },
  ],
};

function wrongPassword(): Response {
  const [title, detail] = ['Nama pengguna atau kata sandi salah', 'Periksa keduanya lalu coba lagi.'];
  return refused(401, 'wrong_credentials', title, detail);
}

/** What a crew sees on its telephone. */
function crew(state: 'acknowledged' | 'en_route' | null): CrewPage {
  const told = happened(1);
  return {
    agency: agency('damkar'),
    at: ago(0),
    callsign: 'Damkar 1',
    link_until: ago(-36_000),
    state: state ? 'booked' : 'ready',
    task: state && {
      alarm_level: 1,
      assignment_id: 'a1',
      casualties: 2,
      distance_m: 12_300,
      flags: ['trapped'],
      label_en: 'Building fire',
      label_id: 'Kebakaran bangunan',
      location: told.location,
      narrative: told.narrative,
      notes: [],
      number: told.number,
      others: [],
      priority: 'P1',
      remark: null,
      state,
    },
    unit_id: 'n1',
    zone: 'Asia/Jakarta',
  };
}

/** The page asks every few seconds; a telephone that comes into the net asks at once. */
const hurry = () => dispatchEvent(new Event('online'));

function told(server: FakeServer, state: 'acknowledged' | 'en_route'): void {
  server.answer('crew', () => crew(state));
  hurry();
}

/** A crew gets a task, and the task moves on. */
export const responder: Scenario = {
  title: 'awak unit',
  path: '/petugas#n1.rahasia',
  server: () => {
    const server = new FakeServer('dispatcher', 'damkar');
    server.answer('crew', () => crew(null));
    return server;
  },
  steps: (server) => [
    { says: 'dapat tugas', act: () => told(server, 'acknowledged') },
    { says: 'berangkat', act: () => told(server, 'en_route') },
    {
      says: 'tanpa jaringan',
      act: () => {
        server.cut();
        hurry();
      },
    },
    {
      says: 'tersambung lagi',
      act: () => {
        server.back();
        hurry();
      },
    },
  ],
};

/** A link that is over. */
export const responderGone: Scenario = {
  title: 'awak unit · tautan berakhir',
  path: '/petugas#n1.lama',
  server: () => {
    const server = new FakeServer('dispatcher', 'damkar');
    server.answer('crew', () => refused(401, 'no_session', 'Tautan ini tidak berlaku lagi'));
    return server;
  },
  steps: () => [],
};
