import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { sine, waveFile } from './audio/tones.mjs';
import { Caller } from './caller.mjs';
import { Gateway } from './gateway.mjs';
import { until } from './harness.mjs';
import { Neighbour } from './neighbour.mjs';
import { Phone } from './phone.mjs';
import { Halves, Server } from './server.mjs';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-loopback-in-peer-connection',
];

/** What every fake microphone hears, in hertz, and its sample rate. */
export const MICROPHONE_HERTZ = 1_000;
const MICROPHONE_RATE = 48_000;

/** A microphone that plays a file, which nobody has to allow; and WebRTC to this very machine. */
const voiceFlags = (file) => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-audio-capture=${file}`,
];

export const PASSWORD = 'sigap-demo';

/**
 * What the site is told: an agency's number in its phone book, a neighbouring centre, a telco through which it can call out, and SMS gateways
 * for two agencies that no story sends anything urgent.
 */
const settings = (agency, telco, neighbour, gateways) => `
[[contact]]
code = "damkar"
label = "Damkar Toboali"
target = "${agency.uri}"

${neighbour}
[[trunk]]
name = "telco"
sources = ["127.0.0.9"]
peer = "${telco.address}"
${gateways.map(({ name, agency: code, to, url }) => smsChannel(name, code, to, url)).join('')}`;

const smsChannel = (name, agency, to, url) => `
[[gateway]]
name = "${name}"
kind = "sms"
url = "${url}"
body = '{"to":"{to}","text":"{text}","ref":"{id}"}'
message_id = "/id"

[[channel]]
agency = "${agency}"
gateway = "${name}"
to = "${to}"
`;

/** The server, the browser, the callers, and what must never happen on any page. */
export class World {
  server = null;
  /** The telephone of the fire brigade, as it stands in the phone book; and whoever is called by number. */
  agency = null;
  telco = null;
  /** The neighbouring centre's telephone and system. */
  middle = null;
  neighbour = null;
  /** What sends SMS for PLN, and for Basarnas. */
  gateway = null;
  brokenGateway = null;
  /** Requests that left the origin, and violations of the content security policy. */
  trespasses = [];
  #browser = null;
  #mute = null;
  #contexts = [];
  #callers = [];
  #onDuty = [];
  #folder = null;
  #halves = null;
  /** Worlds of one story each. */
  #apart = [];
  #sessions = new Map();
  #nextNumber = 1;
  shots = '';

  async open() {
    this.shots = process.env.E2E_SHOTS ?? (await mkdtemp(path.join(tmpdir(), 'sigap-shots-')));
    await mkdir(this.shots, { recursive: true });
    await this.#serve((given) => new Server(given));
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    this.#folder = await mkdtemp(path.join(tmpdir(), 'sigap-voice-'));
    const file = path.join(this.#folder, 'microphone.wav');
    const second = sine(MICROPHONE_HERTZ, 0.4, MICROPHONE_RATE, 0, MICROPHONE_RATE);
    await writeFile(file, waveFile(second, MICROPHONE_RATE));
    // A new profile each time: launch() makes and removes its own user-data folder.
    this.#browser = await chromium.launch({ executablePath, args: [...flags, ...voiceFlags(file)] });
  }

  async #serve(make) {
    this.agency = await new Phone().open();
    this.telco = await new Phone().open();
    this.middle = await new Phone().open();
    this.neighbour = await new Neighbour().open();
    this.gateway = await new Gateway().open();
    this.brokenGateway = await new Gateway().open();
    const gateways = [
      { name: 'sms-pln', agency: 'pln', to: '0811-2222', url: this.gateway.url },
      { name: 'sms-basarnas', agency: 'basarnas', to: '0811-3333', url: this.brokenGateway.url },
    ];
    this.server = make(settings(this.agency, this.telco, this.neighbour.table(this.middle.uri), gateways));
    await this.server.start();
  }

  /** The same world, with the program as two processes. It is there from the first story that wants it. */
  async halves() {
    if (this.#halves) return this.#halves;
    const world = new World();
    Object.assign(world, { shots: this.shots, trespasses: this.trespasses });
    world.#browser = this.#browser;
    this.#halves = world;
    await world.#serve((given) => new Halves(given));
    return world;
  }

  /** A world of its own for a story that would be in the way of the others. It ends with the story. */
  async apart(more = '') {
    const world = new World();
    Object.assign(world, { shots: this.shots, trespasses: this.trespasses });
    world.#browser = this.#browser;
    this.#apart.push(world);
    await world.#serve((given) => new Server(`${more}\n${given}`));
    return world;
  }

  async close() {
    await this.#halves?.leave();
    await this.#browser?.close();
    await this.#mute?.close();
    await this.leave();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  /** Ends what is this world's own. */
  async leave() {
    this.agency?.close();
    this.telco?.close();
    await this.server?.stop();
    this.gateway?.close();
    this.brokenGateway?.close();
    this.middle?.close();
    await this.neighbour?.close();
  }

  /** A browser on a PC without a microphone. */
  async #withoutMicrophone() {
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    this.#mute ??= await chromium.launch({ executablePath, args: flags });
    return this.#mute;
  }

  /** A fresh page that nobody has logged in to. */
  async page({ width = 1366, height = 768, theme = 'dark', microphone = true } = {}) {
    const browser = microphone ? this.#browser : await this.#withoutMicrophone();
    const context = await browser.newContext({ viewport: { width, height } });
    this.#contexts.push(context);
    await context.addInitScript(watch, theme);
    await context.addInitScript(keepPeers);
    const page = await context.newPage();
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (['data:', 'blob:'].includes(url.protocol) || url.host === this.server.http) return;
      this.trespasses.push(`request to ${request.url()}`);
    });
    page.on('pageerror', (error) => this.trespasses.push(`error on ${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      if (/Content Security Policy|securitypolicyviolation/i.test(message.text()))
        this.trespasses.push(message.text());
    });
    await page.goto(`${this.server.origin}/`);
    await page.waitForSelector('input[name=username]');
    return page;
  }

  /** A page that another server serves, with what went wrong on it. */
  async elsewhere(url) {
    const context = await this.#browser.newContext({ viewport: { width: 1366, height: 768 } });
    this.#contexts.push(context);
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(url);
    return { page, errors };
  }

  async signedIn(username, options) {
    const page = await this.page(options);
    await signIn(page, username);
    if (username.startsWith('petugas')) this.#onDuty.push(username);
    await page.getByText('Tersambung', { exact: true }).first().waitFor();
    // The feed may be there before the screen's own file is, and a key that is pressed then is nobody's.
    await page.locator('p.wait').waitFor({ state: 'detached' });
    return page;
  }

  /** Rings 112 from a number of its own. */
  async call({ number, fix } = {}) {
    const own = number ?? `+62812700${String(this.#nextNumber++).padStart(5, '0')}`;
    const caller = await new Caller(this.server.sip, own, fix).ring();
    this.#callers.push(caller);
    await until(() => caller.statuses.some((status) => status >= 180), `ringing of ${own}`);
    return caller;
  }

  /** A telephone that rings when the centre calls it, and picks up by itself. */
  async phone(options) {
    const phone = await new Phone(options).open();
    this.#callers.push(phone);
    return phone;
  }

  /** The API as another program uses it: with a bearer token. */
  async api(username) {
    const opened =
      this.#sessions.get(username) ?? this.#ask(null, 'POST', '/session', { username, password: PASSWORD });
    this.#sessions.set(username, opened);
    const { token } = await opened;
    return (method, where, body) => this.#ask(token, method, where, body);
  }

  /** Where somebody wants to look: a picture costs a third of a second. */
  async photograph(page, name, options = {}) {
    if (process.env.E2E_SHOTS) await this.#shoot(page, name, options);
  }

  async #shoot(page, name, options = {}) {
    await page.screenshot({ path: path.join(this.shots, `${name}.png`), ...options });
  }

  async photographAll(name) {
    await this.#halves?.photographAll(`${name}-halves`);
    for (const world of this.#apart) await world.photographAll(`${name}-apart`);
    const pages = this.#contexts.flatMap((context) => context.pages());
    for (const [place, page] of pages.entries())
      await this.#shoot(page, `${name}-${place}`).catch(() => undefined);
  }

  async closePages() {
    await this.#halves?.closePages();
    for (const world of this.#apart.splice(0)) {
      await world.closePages();
      await world.leave();
    }
    for (const phone of [this.agency, this.telco, this.middle]) phone.hangUp();
    for (const caller of this.#callers.splice(0)) {
      caller.hangUp();
      await new Promise((resolve) => setTimeout(resolve, 30));
      caller.close();
    }
    for (const context of this.#contexts.splice(0)) await context.close();
    // Who has gone home takes no calls of the next story.
    for (const username of this.#onDuty.splice(0)) {
      const ask = await this.api(username);
      await ask('POST', '/duty', { state: 'off' }).catch(() => undefined);
      // Nor does what they left in a form stand there in the next one.
      const { items } = await ask('GET', '/drafts').catch(() => ({ items: [] }));
      for (const { form } of items) await ask('DELETE', `/drafts/${form}`).catch(() => undefined);
    }
  }

  async #ask(token, method, where, body) {
    const response = await fetch(`${this.server.origin}/api/v1${where}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}

export async function signIn(page, username, password = PASSWORD) {
  await page.fill('input[name=username]', username);
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
}

/** Begins the shift: sound, and for a call-taker microphone, line and duty. */
export async function beginShift(page) {
  await page.getByRole('button', { name: 'Mulai giliran' }).click();
  await page.getByText('Suara aktif').waitFor();
  // Everybody is asked whether the test was heard, and answers by key.
  const heard = page.getByRole('group', { name: 'Bunyi uji terdengar?' });
  if (await heard.isVisible()) await page.keyboard.press('Alt+y');
  const ready = page.getByRole('button', { name: 'Siap', exact: true });
  if ((await ready.count()) === 0) return;
  await until(async () => (await ready.getAttribute('aria-pressed')) === 'true', 'the desk is ready', 20_000);
}

/** Runs in each page before anything else: lets a story look at the page's audio connections. */
function keepPeers() {
  window.peers = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) {
      super(...given);
      window.peers.push(this);
    }
  };
}

/** Runs in each page before anything else. */
function watch(theme) {
  localStorage.setItem('sigap.theme', theme);
  addEventListener('securitypolicyviolation', (event) => {
    console.error(`securitypolicyviolation ${event.violatedDirective} ${event.blockedURI}`);
  });
  window.layoutShift = 0;
  window.layoutShiftSources = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      window.layoutShift += entry.value;
      for (const source of entry.sources) window.layoutShiftSources.push(source.node?.className ?? '?');
    }
  }).observe({ type: 'layout-shift', buffered: true });
}
