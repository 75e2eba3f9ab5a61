// What happens to a PC, a server and a session in the middle of a shift: a sentence says what to do, and the call goes on.
import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { answer, hears440, hearsMicrophone, logged, talking } from '../talk.mjs';
import { beginShift, signIn } from '../world.mjs';
import { newIncident } from './agency.mjs';

/** How long the server is away: long enough for a person to see it, and to go on working. */
const AWAY_MILLISECONDS = 20_000;

story(
  'trouble: the session runs out in the middle of a call: it is said, the call and the words go on',
  async (world) => {
    const { page, caller } = await talking(world, 'petugas1');
    await hears440(page);
    await page.fill('#landmark', 'Jembatan Nibung');
    // A cookie ends with its session; what is typed in that moment has never reached the server.
    await page.focus('#narrative');
    await page.context().clearCookies();
    await page.keyboard.insertText('truk terguling, sopir terjepit');
    await page.getByText('Sesi Anda berakhir').waitFor();
    await world.photograph(page, 'session-ended-in-a-call');
    await hears440(page);
    await hearsMicrophone(caller.line);
    check(!caller.hungUp, 'the caller was let go');
    await signIn(page, 'petugas1');
    await page.locator('.live .number', { hasText: caller.number }).waitFor();
    equal(
      [await page.inputValue('#landmark'), await page.inputValue('#narrative')],
      ['Jembatan Nibung', 'truk terguling, sopir terjepit'],
      'what was typed',
    );
    await hears440(page);
    await hearsMicrophone(caller.line);
    caller.hangUp();
    await page.locator('.live').waitFor({ state: 'detached' });
  },
);

story(
  'trouble: an administrator ends the session of somebody who talks: a colleague gets the caller',
  async (world) => {
    const apart = await world.apart();
    const { page, caller } = await talking(apart, 'petugas1');
    await hears440(page);
    const ask = await apart.api('admin');
    const own = (await ask('GET', '/users')).find((one) => one.username === 'petugas1');
    await ask('PATCH', `/users/${own.id}`, { end_sessions: true });
    await page.getByText('Sesi Anda berakhir').waitFor();
    const colleague = await apart.signedIn('petugas2');
    await beginShift(colleague);
    await answer(colleague, caller);
    await hears440(colleague);
    await hearsMicrophone(caller.line);
    check(!caller.hungUp, 'the caller was let go');
  },
);

story('trouble: a browser without room for anything works, and says what it does not keep', async (world) => {
  const { page, caller } = await talking(world, 'petugas2');
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });
  await page.fill('#landmark', 'Pasar Toboali');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText('This choice cannot be kept on this PC').waitFor();
  await page.getByRole('button', { name: 'Bahasa Indonesia' }).click();
  equal(await page.getByText(/cannot be kept|tidak dapat disimpan/).count(), 1, 'it is said once');
  await world.photograph(page, 'storage-full');
  await hears440(page);
  equal(await page.inputValue('#landmark'), 'Pasar Toboali', 'what was typed');
  const other = await world.signedIn('pengawas');
  await other.waitForTimeout(3_000);
  const ask = await world.api('petugas2');
  const { items } = await ask('GET', '/drafts');
  check(JSON.stringify(items).includes('Pasar Toboali'), 'the words are on the server');
  caller.hangUp();
  await page.locator('.live').waitFor({ state: 'detached' });
});

story(
  'trouble: the desk is killed for 20 s in the middle of typing, answering, dispatching and acknowledging',
  async (world) => {
    const split = await world.halves();
    const [answers, sends, agency] = [
      await split.signedIn('petugas1'),
      await split.signedIn('petugas2'),
      await split.signedIn('damkar'),
    ];
    await beginShift(answers);
    await beginShift(agency);
    const incident = await newIncident(split);
    const card = agency.locator('article', { hasText: incident.location.landmark });
    await card.getByRole('button', { name: incident.location.landmark }).click();
    const landmark = `dermaga ${crypto.randomUUID().slice(0, 8)}`;
    await sends.fill('#landmark', landmark);
    await sends.selectOption('#type', { label: 'Kebakaran bangunan' });
    const caller = await split.call();
    await answers.locator('.offered .number', { hasText: caller.number }).waitFor();
    const [{ index: before = 0 } = {}] = (await logged(split)).slice(-1);
    const pressed = [
      answers.keyboard.press('F2'),
      sends.keyboard.press('Control+Enter'),
      agency.keyboard.press('t'),
    ];
    await Promise.all([...pressed, split.server.killDesk()]);
    await answers.fill('#narrative', 'ditulis saat server mati');
    for (const page of [answers, sends, agency])
      await page.getByText(/data mungkin basi sejak \d\d\.\d\d\.\d\d/).waitFor();
    for (const page of [answers, sends, agency])
      check(await page.locator('.frame[aria-hidden]').isVisible(), 'the board is not framed');
    await split.photograph(agency, 'agency-desk-away');
    await answers.waitForTimeout(AWAY_MILLISECONDS);
    await split.server.startDesk();
    for (const page of [answers, sends, agency])
      await page.getByText('Tersambung', { exact: true }).first().waitFor({ timeout: 30_000 });

    // Each went through, or is still there to be pressed again; what a person sees is so.
    const live = answers.locator('.live .number', { hasText: caller.number });
    const offered = answers.locator('.offered .number', { hasText: caller.number });
    await live.or(offered).first().waitFor({ timeout: 20_000 });
    if (!(await live.isVisible())) await answers.keyboard.press('F2');
    await live.waitFor();
    equal(await answers.inputValue('#narrative'), 'ditulis saat server mati', 'what was typed meanwhile');

    const sent = sends.getByText(/Insiden \S+ diteruskan/).first();
    const unsent = sends.getByText('Belum terkirim').first();
    await sent.or(unsent).first().waitFor({ timeout: 30_000 });
    if (!(await sent.isVisible())) await sends.keyboard.press('Control+Enter');
    await sent.waitFor({ timeout: 30_000 });

    const accept = agency.locator('.details').getByRole('button', { name: /Terima T/ });
    const chain = agency.locator('.details .chain .done');
    await until(async () => (await chain.count()) > 0 || (await accept.isVisible()), 'the task', 30_000);
    if ((await chain.count()) === 0) await agency.keyboard.press('t');
    await until(async () => (await chain.count()) === 1, 'it is accepted', 30_000);
    await agency.keyboard.press('1');
    await until(async () => (await chain.count()) === 2, 'it goes on', 30_000);

    const since = await logged(split, before);
    const of = (kind, stream) =>
      since.filter((one) => one.kind === kind && one.stream.includes(stream)).length;
    const ask = await split.api('pengawas');
    const { items: calls } = await ask('GET', '/calls?open=true&limit=100');
    const call = calls.find((one) => one.caller?.number === caller.number);
    equal(of('call.answered', call.id), 1, 'answers');
    equal(since.filter((one) => one.kind === 'incident.acknowledged').length, 1, 'acknowledgements');
    const { items } = await ask('GET', '/incidents?status=open&limit=100');
    equal(items.filter((one) => one.location.landmark === landmark).length, 1, 'incidents at the place');
  },
);

story(
  'trouble: two windows of one person: the call stays in the first, is said in the second, and moves with a press',
  async (world) => {
    const { page, caller } = await talking(world, 'petugas1');
    await hears440(page);
    const other = await world.signedIn('petugas1');
    const moves = other.getByRole('button', { name: 'Suara di jendela lain: pakai di sini' });
    await moves.waitFor();
    await other.locator('.live .number', { hasText: caller.number }).waitFor();
    // Nobody takes it from anybody: a second with every word at the first window.
    await page.waitForTimeout(3_000);
    await hears440(page);
    await hearsMicrophone(caller.line);
    check(await moves.isVisible(), 'the second window took the audio');
    await world.photograph(other, 'audio-in-another-window');
    await moves.click();
    await hears440(other, 20_000);
    await page
      .getByRole('button', { name: 'Suara di jendela lain: pakai di sini' })
      .waitFor({ timeout: 20_000 });
    await other.waitForTimeout(3_000);
    await hears440(other);
    await hearsMicrophone(caller.line);
    check(!caller.hungUp, 'the caller was let go');
    // A reload of the window that has it brings it back there.
    await other.reload();
    await hears440(other, 20_000);
    caller.hangUp();
    await other.locator('.live').waitFor({ state: 'detached' });
  },
);

story(
  'trouble: the microphone goes in the middle of a call: it is said, and comes back with the headset',
  async (world) => {
    const { page, caller } = await talking(world, 'petugas1');
    await hears440(page);
    await hearsMicrophone(caller.line);
    await page.evaluate(() => {
      window.realMicrophone = navigator.mediaDevices.getUserMedia;
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
      for (const peer of window.peers)
        for (const { track } of peer.getSenders()) {
          track?.stop();
          track?.dispatchEvent(new Event('ended'));
        }
    });
    await page.getByText('Mikrofon hilang: pelapor tidak mendengar Anda').first().waitFor();
    await world.photograph(page, 'microphone-gone');
    equal(await faults(page), [], 'axe');
    await hears440(page);
    check(!caller.hungUp, 'the caller was let go');
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = window.realMicrophone;
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    await page
      .getByText('Mikrofon hilang: pelapor tidak mendengar Anda')
      .first()
      .waitFor({ state: 'detached' });
    await hearsMicrophone(caller.line, 15_000);
    caller.hangUp();
    await page.locator('.live').waitFor({ state: 'detached' });
  },
);

story(
  'trouble: a browser that plays nothing says so, and plays with the press that begins the shift',
  async (world) => {
    const page = await world.signedIn('damkar');
    await page.getByText('Suara mati').waitFor();
    await world.photograph(page, 'sound-blocked');
    await page.evaluate(() => {
      const contexts = (window.contexts = []);
      window.AudioContext = class extends AudioContext {
        constructor(...given) {
          super(...given);
          contexts.push(this);
        }
      };
    });
    await page.getByRole('button', { name: 'Mulai giliran' }).click();
    await page.getByText('Suara aktif').waitFor();
    // The browser takes it away again, as some do after a long silence.
    await page.evaluate(() => Promise.all(window.contexts.map((context) => context.suspend())));
    await page.getByText('Suara mati').waitFor();
    await page.getByRole('button', { name: 'Mulai giliran' }).click();
    await page.getByText('Suara aktif').waitFor();
  },
);
