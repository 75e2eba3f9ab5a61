import { newKey, REQUEST_MILLISECONDS_MAX } from '../../api/client';
import { Problem } from '../../api/problem';
import type { Area, CrewPage, CrewSaid, CrewTask } from '../../api/types';
import { local, t, words } from '../../app/i18n/words.svelte';
import { positionFault } from '../../app/position';
import { liveBy } from '../../app/time';
import { player } from '../../sound/player.svelte';
import { answerOf } from './answer';
import { due, Outbox, PLACE, UNDO_MILLISECONDS, waiting, type CrewStep, type Unsent } from './outbox';

/** A crew learns of its task this soon. */
const ASK_EVERY_MILLISECONDS = 4_000;

/** How often what waits is looked at. */
const TICK_MILLISECONDS = 500;

/** A telephone gives a position each second; the server wants to know no more often than this. */
const SHARE_EVERY_MILLISECONDS = 10_000;

/** For which unit this tab speaks, across a reload: the cookie is the browser's, and may be of another unit by then. */
const SPEAKS_FOR = 'sigap.petugas.unit';

type Phase = 'asking' | 'no_link' | 'in';

/** The page of one crew: its task as last heard, and what it said that the server does not have yet. */
export class CrewDesk {
  phase = $state<Phase>('asking');
  page = $state.raw<CrewPage | null>(null);
  areas = $state.raw<Area[]>([]);
  /** Everything that was pressed and is not settled, oldest first. */
  said = $state.raw<Unsent[]>([]);
  /** The telephone has no room: what is not sent yet goes with the page. */
  isLoose = $state(false);
  online = $state(true);
  now = $state(Date.now());
  /** What is read out to whoever does not look: once for each new task. */
  announced = $state('');
  sharing = $state(false);
  shareFault = $state('');
  #outbox = new Outbox(localStorage, sessionStorage.getItem(SPEAKS_FOR));
  #link: string | null = null;
  #running: AbortController | null = null;
  #sending = false;
  #askedAt = 0;
  #watch: number | null = null;
  #sharedAt = 0;

  /** Takes the link from the address, where nobody who looks over a shoulder shall read it, and begins. */
  start(): () => void {
    const back = () => (document.hidden ? this.#leave() : this.#hurry());
    const leave = () => this.#leave();
    const open = () => this.#open();
    const elsewhere = (event: StorageEvent) => {
      if (event.key === PLACE || event.key === null) this.#look();
    };
    // Browsers keep a page silent until it was touched.
    const wake = () => void player.wake('').catch(() => undefined);
    this.#look();
    this.#open();
    const timer = setInterval(() => void this.#tick(), TICK_MILLISECONDS);
    addEventListener('hashchange', open);
    addEventListener('online', back);
    addEventListener('pagehide', leave);
    addEventListener('storage', elsewhere);
    addEventListener('pointerdown', wake, { once: true });
    document.addEventListener('visibilitychange', back);
    void this.#tick();
    return () => {
      clearInterval(timer);
      removeEventListener('hashchange', open);
      removeEventListener('online', back);
      removeEventListener('pagehide', leave);
      removeEventListener('storage', elsewhere);
      removeEventListener('pointerdown', wake);
      document.removeEventListener('visibilitychange', back);
      this.share(false);
    };
  }

  /** What the server does not have yet. */
  get unsent(): Unsent[] {
    return waiting(this.said);
  }

  /** What it did not take, until the crew has read why. */
  get refused(): Unsent[] {
    return this.said.filter((one) => one.refused);
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

  /** Takes the last press back: for every page of this browser at once, so that none of them sends it. */
  undo(): void {
    const held = this.held;
    if (held) this.#outbox.remove(held.key);
    this.#look();
  }

  /** The crew has read why this was not taken. */
  dismiss(key: string): void {
    this.#outbox.remove(key);
    this.#look();
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
        this.shareFault = positionFault(error);
      },
      { enableHighAccuracy: true, maximumAge: 5_000 },
    );
  }

  #open(): void {
    if (location.hash.length < 2) return;
    this.#link = location.hash.slice(1);
    history.replaceState(null, '', location.pathname);
    // What runs still speaks for the link before; what it brings is another unit's.
    this.#running?.abort();
    this.#speakFor(this.#link.split('.')[0] ?? null);
    this.page = null;
    this.phase = 'asking';
    this.#hurry();
  }

  #speakFor(unit: string | null): void {
    this.#outbox = new Outbox(localStorage, unit);
    try {
      if (unit !== null) sessionStorage.setItem(SPEAKS_FOR, unit);
    } catch {
      // A full storage: after a reload the page asks for its link again.
    }
    this.#look();
  }

  #hurry(): void {
    this.#askedAt = 0;
    void this.#tick();
  }

  /** A page that nobody sees may be stopped at any moment: whoever put the telephone away has decided. */
  #leave(): void {
    this.#outbox.release(Date.now());
    this.#look();
    if (!this.#sending) this.#running?.abort();
    this.#hurry();
  }

  #say(said: CrewSaid, hold: number): void {
    const unit = this.#outbox.unit;
    if (unit === null) return;
    const now = Date.now();
    // Who presses on has decided about the one before.
    this.#outbox.release(now);
    this.#outbox.add({ key: newKey(), unit, said, held_until: now + hold });
    this.now = now;
    this.#look();
    void this.#tick();
  }

  /** The storage says what is still to be sent: another page may have sent it or taken it back. */
  #look(): void {
    const found = this.#outbox.all;
    this.isLoose = this.#outbox.isLoose;
    if (JSON.stringify(found) !== JSON.stringify(this.said)) this.said = found;
  }

  /** One thing at a time: first what was pressed, then the question what holds. */
  async #tick(): Promise<void> {
    this.now = Date.now();
    if (this.#running || this.phase === 'no_link') return;
    this.#look();
    const next = due(this.said, this.now);
    const asks = this.now - this.#askedAt >= ASK_EVERY_MILLISECONDS;
    if (!asks && (!next || !this.online)) return;
    this.#askedAt = this.now;
    const running = new AbortController();
    this.#running = running;
    try {
      this.#sending = next !== null;
      if (next) await this.#send(next, running);
      else await this.#ask(running);
    } finally {
      this.#running = null;
      this.#sending = false;
    }
    const hurried = this.#askedAt === 0;
    if (hurried || (this.online && due(this.said, Date.now()))) void this.#tick();
  }

  async #ask(running: AbortController): Promise<void> {
    const page = await this.#page('GET', running);
    if (page === null || page instanceof Problem) return;
    this.#heard(page);
    if (this.areas.length > 0) return;
    const areas = await this.#request<Area[]>('GET', '/areas', Array.isArray, running);
    if (areas && !(areas instanceof Problem)) this.areas = areas;
  }

  async #send(one: Unsent, running: AbortController): Promise<void> {
    const outbox = this.#outbox;
    const answer = await this.#page('POST', running, one.said, one.key);
    if (answer === null || outbox !== this.#outbox) return;
    if (answer instanceof Problem) {
      outbox.change(one.key, { refused: answer.body });
      this.#askedAt = 0;
    } else {
      outbox.remove(one.key);
      this.#heard(answer);
    }
    this.#look();
  }

  #heard(page: CrewPage): void {
    const [was, task] = [this.page?.task?.assignment_id, page.task];
    const listened = this.phase === 'in';
    if (this.#outbox.unit === null) this.#speakFor(page.unit_id);
    liveBy(page.zone);
    this.page = page;
    this.phase = 'in';
    if (task && task.assignment_id !== was) {
      navigator.vibrate?.([400, 150, 400]);
      if (listened) {
        player.once('p1');
        const what = local(task.label_id, task.label_en);
        this.announced = t('crew.new_task', { priority: task.priority, what, number: task.number });
      }
    }
    // Consent was for a task, not for the rest of the day.
    if (task?.assignment_id !== was && was) this.share(false);
  }

  async #tellPosition({ coords, timestamp }: GeolocationPosition): Promise<void> {
    const now = Date.now();
    if (now - this.#sharedAt < SHARE_EVERY_MILLISECONDS) return;
    this.#sharedAt = now;
    const { latitude: lat, longitude: lon, accuracy: accuracy_m } = coords;
    const at = new Date(timestamp).toISOString();
    const said = { action: 'position', lat, lon, accuracy_m, at } as const;
    const answer = await this.#page('POST', new AbortController(), said);
    this.shareFault = answer instanceof Problem ? answer.title(words.language) : '';
  }

  #page(method: 'GET' | 'POST', running: AbortController, said?: CrewSaid, key: string = newKey()) {
    const own = (page: CrewPage) =>
      typeof page.unit_id === 'string' && (this.#outbox.unit ?? page.unit_id) === page.unit_id;
    return this.#request<CrewPage>(method, '/crew', own, running, said, key);
  }

  /** The answer; the refusal; null when there was none of ours, so that it must be tried again. */
  async #request<Answer extends object>(
    method: 'GET' | 'POST',
    path: string,
    isOurs: (answer: Answer) => boolean,
    running: AbortController,
    body?: CrewSaid,
    key: string = newKey(),
  ): Promise<Answer | Problem | null> {
    const [link, unit] = [this.#link, this.#outbox.unit];
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body) Object.assign(headers, { 'content-type': 'application/json', 'idempotency-key': key });
    // Once; from then on a cookie stands for it that no script can read.
    if (link) headers.authorization = `Bearer ${link}`;
    if (unit) headers['x-unit'] = unit;
    const late = setTimeout(() => running.abort('late'), REQUEST_MILLISECONDS_MAX);
    try {
      const response = await fetch(`/api/v1${path}`, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
        // What was pressed goes out also when the page goes.
        keepalive: method === 'POST',
        cache: 'no-store',
        signal: running.signal,
      });
      const answer = await answerOf<Answer>(response, isOurs);
      // Another link was opened meanwhile: this is not for it.
      if (this.#link !== link && this.#link !== null) return null;
      this.online = answer !== null;
      if (answer instanceof Problem && answer.status === 401) {
        this.phase = 'no_link';
        this.share(false);
        return null;
      }
      if (answer && !(answer instanceof Problem) && path === '/crew' && method === 'GET') this.#link = null;
      return answer;
    } catch {
      // What this page itself broke off says nothing about the network.
      if (!running.signal.aborted || running.signal.reason === 'late') this.online = false;
      return null;
    } finally {
      clearTimeout(late);
    }
  }
}
