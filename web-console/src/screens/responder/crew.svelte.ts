import { newKey, REQUEST_MILLISECONDS_MAX } from '../../api/client';
import { Problem, problemFrom } from '../../api/problem';
import type { Area, CrewPage, CrewSaid, CrewTask } from '../../api/types';
import { due, keep, kept, UNDO_MILLISECONDS, type CrewStep, type Unsent } from './outbox';

/** A crew learns of its task this soon. */
const ASK_EVERY_MILLISECONDS = 4_000;

/** How often what waits is looked at. */
const TICK_MILLISECONDS = 500;

/** A telephone gives a position each second; the server wants to know no more often than this. */
const SHARE_EVERY_MILLISECONDS = 10_000;

/** Whether an answer means "not now": what was pressed is kept. */
function passes(status: number): boolean {
  return status === 429 || status >= 500;
}

type Phase = 'asking' | 'no_link' | 'in';

/** The page of one crew: its task as last heard, and what it said that the server does not have yet. */
export class CrewDesk {
  phase = $state<Phase>('asking');
  page = $state.raw<CrewPage | null>(null);
  areas = $state.raw<Area[]>([]);
  unsent = $state.raw<Unsent[]>(kept(localStorage));
  online = $state(true);
  now = $state(Date.now());
  refused = $state.raw<{ said: CrewSaid; problem: Problem } | null>(null);
  sharing = $state(false);
  shareFault = $state('');
  #link: string | null = null;
  #busy = false;
  #askedAt = 0;
  #watch: number | null = null;
  #sharedAt = 0;

  /** Takes the link from the address, where nobody who looks over a shoulder shall read it, and begins. */
  start(): () => void {
    const take = () => {
      if (location.hash.length < 2) return;
      this.#link = location.hash.slice(1);
      history.replaceState(null, '', location.pathname);
      this.phase = 'asking';
      this.#askedAt = 0;
      void this.#tick();
    };
    const back = () => {
      this.#askedAt = 0;
      void this.#tick();
    };
    take();
    const timer = setInterval(() => void this.#tick(), TICK_MILLISECONDS);
    addEventListener('hashchange', take);
    addEventListener('online', back);
    document.addEventListener('visibilitychange', back);
    void this.#tick();
    return () => {
      clearInterval(timer);
      removeEventListener('hashchange', take);
      removeEventListener('online', back);
      document.removeEventListener('visibilitychange', back);
      this.share(false);
    };
  }

  /** How far the task is once everything that was pressed is there. */
  get state() {
    const task = this.page?.task;
    if (!task) return null;
    let reached: CrewTask['state'] = task.state;
    for (const { said } of this.unsent) {
      if (said.action === 'step' && said.assignment_id === task.assignment_id) reached = said.step;
    }
    return reached;
  }

  /** What was pressed a moment ago and can be taken back. */
  get held(): Unsent | null {
    const last = this.unsent.at(-1);
    return last && last.held_until > this.now ? last : null;
  }

  step(step: CrewStep['step']): void {
    const task = this.page?.task;
    if (!task) return;
    const pressed_at = new Date().toISOString();
    this.#say({ action: 'step', assignment_id: task.assignment_id, step, pressed_at }, UNDO_MILLISECONDS);
  }

  /** Words are sent at once: whoever typed them has thought about them. */
  say(said: CrewSaid): void {
    this.#say(said, 0);
  }

  undo(): void {
    const held = this.held;
    if (held) this.#hold(this.unsent.filter((one) => one.key !== held.key));
  }

  /** Tells where this telephone is until the task ends or somebody stops it. */
  share(wanted: boolean): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    this.#sharedAt = 0;
    this.sharing = wanted;
    this.shareFault = '';
    if (!wanted) return;
    this.#watch = navigator.geolocation.watchPosition(
      (position) => void this.#tellPosition(position),
      (error) => {
        if (error.code === error.PERMISSION_DENIED) this.share(false);
        this.shareFault = error.message || '–';
      },
      { enableHighAccuracy: true, maximumAge: 5_000 },
    );
  }

  #say(said: CrewSaid, hold: number): void {
    const now = Date.now();
    // Who presses on has decided about the one before.
    const before = this.unsent.map((one) => ({ ...one, held_until: Math.min(one.held_until, now) }));
    this.refused = null;
    this.now = now;
    this.#hold([...before, { key: newKey(), said, held_until: now + hold }]);
    void this.#tick();
  }

  #hold(unsent: Unsent[]): void {
    this.unsent = unsent;
    keep(unsent, localStorage);
  }

  /** One thing at a time: first what was pressed, then the question what holds. */
  async #tick(): Promise<void> {
    this.now = Date.now();
    if (this.#busy || this.phase === 'no_link') return;
    const next = due(this.unsent, this.now);
    const asks = this.now - this.#askedAt >= ASK_EVERY_MILLISECONDS;
    if (!asks && (!next || !this.online)) return;
    this.#busy = true;
    try {
      if (next) await this.#send(next);
      else await this.#ask();
    } finally {
      this.#busy = false;
    }
    if (this.online && due(this.unsent, Date.now())) void this.#tick();
  }

  async #ask(): Promise<void> {
    this.#askedAt = Date.now();
    const page = await this.#request<CrewPage>('GET', '/crew');
    if (!(page instanceof Problem) && page) this.#heard(page);
    if (page instanceof Problem) return;
    if (page && this.areas.length === 0) {
      const areas = await this.#request<Area[]>('GET', '/areas');
      if (areas && !(areas instanceof Problem)) this.areas = areas;
    }
  }

  async #send(one: Unsent): Promise<void> {
    this.#askedAt = Date.now();
    const answer = await this.#request<CrewPage>('POST', '/crew', one.said, one.key);
    if (answer === null) return;
    this.#hold(this.unsent.filter((other) => other.key !== one.key));
    if (answer instanceof Problem) {
      this.refused = { said: one.said, problem: answer };
      this.#askedAt = 0;
    } else this.#heard(answer);
  }

  #heard(page: CrewPage): void {
    const [was, is] = [this.page?.task?.assignment_id, page.task?.assignment_id];
    this.page = page;
    this.phase = 'in';
    if (is && is !== was) navigator.vibrate?.([400, 150, 400]);
    // Consent was for a task, not for the rest of the day.
    if (is !== was && was) this.share(false);
  }

  async #tellPosition({ coords, timestamp }: GeolocationPosition): Promise<void> {
    const now = Date.now();
    if (now - this.#sharedAt < SHARE_EVERY_MILLISECONDS) return;
    this.#sharedAt = now;
    const { latitude: lat, longitude: lon, accuracy: accuracy_m } = coords;
    const at = new Date(timestamp).toISOString();
    const answer = await this.#request('POST', '/crew', { action: 'position', lat, lon, accuracy_m, at });
    this.shareFault = answer instanceof Problem ? answer.message : '';
  }

  /** The answer; the refusal; null when there was none, so that it must be tried again. */
  async #request<Answer>(
    method: 'GET' | 'POST',
    path: string,
    body?: CrewSaid,
    key: string = newKey(),
  ): Promise<Answer | Problem | null> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body) Object.assign(headers, { 'content-type': 'application/json', 'idempotency-key': key });
    // Once; from then on a cookie stands for it that no script can read.
    if (this.#link) headers.authorization = `Bearer ${this.#link}`;
    try {
      const signal = AbortSignal.timeout(REQUEST_MILLISECONDS_MAX);
      const response = await fetch(`/api/v1${path}`, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
        signal,
      });
      this.online = !passes(response.status);
      if (!this.online) return null;
      if (response.status === 401) {
        this.phase = 'no_link';
        this.share(false);
        return null;
      }
      if (!response.ok) return await problemFrom(response);
      const answer = (await response.json()) as Answer;
      if (path === '/crew' && method === 'GET') this.#link = null;
      return answer;
    } catch {
      this.online = false;
      return null;
    }
  }
}
