import type { FeedMessage, Role, Snapshot, User } from '../src/api/types';
import { snapshot } from '../test/samples';
import agencies from './recorded/agencies.json';
import areas from './recorded/areas.json';
import cards from './recorded/cards.json';
import channels from './recorded/channels.json';
import contacts from './recorded/contacts.json';
import map from './recorded/map.json';
import policy from './recorded/policy.json';
import roster from './recorded/roster.json';
import wallboard from './recorded/wallboard.json';

/** A message of the feed as a scenario writes it: the cursor and the time are put on when it is sent. */
type Unsent<M> = M extends FeedMessage ? Omit<M, 'cursor' | 'at'> : never;
export type Told = Unsent<FeedMessage>;

const HEARTBEAT_MILLISECONDS = 5_000;

/** The agency with this code, as the recorded directory has it. */
export function agency(code: string): { id: string; code: string; name: string } {
  const found = agencies.find((one) => one.code === code);
  if (!found) throw new Error(`no agency ${code} was recorded`);
  return { id: found.id, code: found.code, name: found.name };
}

/** A refusal as the server writes it. */
export function refused(status: number, code: string, title: string, detail = ''): Response {
  const body = { status, code, title, title_en: title, detail, detail_en: detail };
  return Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } });
}

/** Answers the console as the server would: what changes seldom was recorded, the rest is the scenario's. */
export class FakeServer {
  readonly user: User;
  /** The board as a console finds it that connects now. */
  board: Snapshot;
  /** No answer and no connection while it is away. */
  isAway = false;
  #answers = new Map<string, (body: unknown, method: string) => unknown>();
  #sockets = new Set<FakeSocket>();
  #cursor = 1;

  constructor(role: Role, agencyCode?: string) {
    const own = agencyCode ? agency(agencyCode) : null;
    this.user = {
      id: 'u1',
      username: 'rina',
      name: 'Rina Marlina',
      role,
      agency_id: own?.id ?? null,
      agency_code: own?.code ?? null,
      active: true,
      password_is_temporary: false,
    };
    this.board = snapshot({ policy_version: String(policy.version), at: new Date().toISOString() });
    const answers: Record<string, unknown> = {
      session: {
        user: this.user,
        expires_at: new Date(Date.now() + 43_200_000).toISOString(),
        zone: 'Asia/Jakarta',
      },
      duty: this.board.duty,
      'duty/all': { items: [] },
      seat: { connected: false },
      alerts: { disaster: null, broadcasts: [] },
      drafts: { items: [] },
      handovers: { items: [] },
      escalations: { items: [] },
      alarms: { hours: 12, at: new Date().toISOString(), steady_max: 1, upset_max: 10, items: [] },
      'health/ready': { ready: true, mode: 'normal', demo: true },
      duplicates: { items: [] },
      classify: {
        emergency: true,
        suggestions: [],
        uncertain: false,
        ask: false,
        covert: false,
        questions: [],
      },
      places: { hits: [], here: null, reading: null },
      paper: null,
      ...{ agencies, areas, cards, channels, contacts, map, policy, roster },
    };
    for (const [name, answer] of Object.entries(answers)) this.answer(name, () => answer);
    this.answer('wallboard', () => ({ ...wallboard, at: new Date().toISOString() }));
  }

  /** What is answered at `/api/v1/NAME`; a `Response` goes as it is. */
  answer(name: string, give: (body: unknown, method: string) => unknown): void {
    this.#answers.set(name, give);
  }

  /** Tells every console. */
  tell(message: Told): void {
    this.#cursor += 1;
    const sent = { ...message, cursor: String(this.#cursor), at: new Date().toISOString() };
    for (const socket of this.#sockets) socket.hear(sent);
  }

  /** The line is cut, and stays so until `back`. */
  cut(): void {
    this.isAway = true;
    for (const socket of [...this.#sockets]) socket.close();
  }

  back(): void {
    this.isAway = false;
  }

  /** Takes the place of the network. */
  install(): void {
    window.fetch = (input, init) => this.#fetch(String(input instanceof Request ? input.url : input), init);
    const open = (socket: FakeSocket) => this.#open(socket);
    const closed = (socket: FakeSocket) => this.#sockets.delete(socket);
    window.WebSocket = class extends FakeSocket {
      constructor() {
        super(open, closed);
      }
    } as unknown as typeof WebSocket;
    setInterval(() => {
      for (const socket of this.#sockets) socket.hear({ type: 'heartbeat', cursor: String(this.#cursor) });
    }, HEARTBEAT_MILLISECONDS);
  }

  #open(socket: FakeSocket): boolean {
    if (this.isAway) return false;
    this.#sockets.add(socket);
    socket.hear({ ...this.board, cursor: String(this.#cursor), at: new Date().toISOString() });
    return true;
  }

  async #fetch(url: string, init?: RequestInit): Promise<Response> {
    const path = new URL(url, location.origin).pathname.replace(/^\/api\/v1\//, '');
    if (this.isAway) throw new TypeError('no line');
    const give = this.#answers.get(path);
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    if (give) {
      const answer = give(body, init?.method ?? 'GET');
      return answer instanceof Response ? answer : Response.json(answer ?? null);
    }
    if (init?.method && init.method !== 'GET') return new Response(null, { status: 204 });
    return Response.json(
      { status: 404, code: 'not_found', title: 'Tidak ada dalam cerita ini' },
      { status: 404 },
    );
  }
}

/** One end of a line that goes nowhere. */
class FakeSocket extends EventTarget {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly #closed: (socket: FakeSocket) => void;

  constructor(open: (socket: FakeSocket) => boolean, closed: (socket: FakeSocket) => void) {
    super();
    this.#closed = closed;
    setTimeout(() => {
      this.readyState = 1;
      if (!open(this)) this.close();
      else this.#say(new Event('open'));
    });
  }

  hear(message: object): void {
    const data = JSON.stringify(message);
    setTimeout(() => this.readyState === 1 && this.#say(new MessageEvent('message', { data })));
  }

  send(): void {
    // What a console tells (delivered, seen) changes nothing in a story.
  }

  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#closed(this);
    setTimeout(() => this.#say(new CloseEvent('close', { code: 1006 })));
  }

  #say(event: Event): void {
    const own = this[`on${event.type}` as 'onopen'] as ((event: Event) => void) | null;
    own?.(event);
    this.dispatchEvent(event);
  }
}
