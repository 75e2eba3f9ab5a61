import { monitorEventLoopDelay } from 'node:perf_hooks';
import { announcement } from '../audio/announcements.mjs';
import { hearsBoth, lineFigures } from '../audio/page.mjs';
import { toneIn } from '../audio/tones.mjs';
import { check, equal, story, until } from '../harness.mjs';
import {
  answer,
  CALLER_HERTZ,
  hears440,
  hearsMicrophone,
  loggedOf,
  recordOutcomes,
  talking,
  UNHEARD_SHARE,
} from '../talk.mjs';
import { beginShift, MICROPHONE_HERTZ } from '../world.mjs';

/** The longest silence that a caller does not take for a lost line; what this process itself was late comes on top. */
const GAP_MILLISECONDS_MAX = 200;

/** After the trunk is back: both hear each other. Seconds on an idle machine; this one runs everything at once. */
const HEARD_AGAIN_MILLISECONDS_MAX = 15_000;

story('halves: the desk dies and comes back, and nobody on the line hears it', async (world) => {
  const split = await world.halves();
  const { page, caller } = await talking(split, 'petugas1');
  await hears440(page);
  await hearsMicrophone(caller.line);
  const [since, before] = [Date.now(), await lineFigures(page)];
  const own = monitorEventLoopDelay({ resolution: 5 });
  own.enable();
  await split.server.killDesk();
  await page.getByText(/Terputus – mencoba lagi/).waitFor();
  await hears440(page);
  await split.photograph(page, 'call-taker-desk-away');
  await split.server.startDesk();
  await page.getByText('Tersambung', { exact: true }).first().waitFor({ timeout: 15_000 });
  await page.locator('.live .number', { hasText: caller.number }).waitFor();
  await hears440(page);
  await hearsMicrophone(caller.line);
  own.disable();
  const [gap, late] = [caller.line.longestGap(since), own.max / 1e6];
  const after = await lineFigures(page);
  console.log(
    `        over ${Date.now() - since} ms: longest gap at the caller ${gap} ms (this process late by up to ${Math.round(late)} ms), ` +
      `${after.received - before.received} packets at the page`,
  );
  check(gap <= GAP_MILLISECONDS_MAX + late, `${gap} ms without a packet at the caller`);
  equal([caller.line.lost, caller.line.streams, after.lost], [0, 1, 0], 'lost, streams, lost at the page');
  // The same connection, not one that was opened again.
  check(after.received > before.received, 'the page has another line');
  await page.keyboard.press('F8');
  await until(() => caller.hungUp, 'the desk that came back ends the call');
});

story('halves: the trunk dies under a call, and both hear each other again', async (world) => {
  const split = await world.halves();
  const { page, caller } = await talking(split, 'petugas1');
  await hears440(page);
  await hearsMicrophone(caller.line);
  await split.server.killTrunk();
  await page.getByText('Suara panggilan disambung ulang').waitFor();
  await page.locator('.live').getByText('Suara putus; sedang disambung ulang').waitFor();
  await split.photograph(page, 'call-taker-trunk-away');
  await split.server.startTrunk();
  const began = Date.now();
  await hears440(page, HEARD_AGAIN_MILLISECONDS_MAX);
  const page440 = Date.now() - began;
  await hearsMicrophone(caller.line, HEARD_AGAIN_MILLISECONDS_MAX);
  console.log(`        heard again after ${page440} ms at the page, ${Date.now() - began} ms at the caller`);
  equal(caller.line.streams, 1, 'streams at the caller');
  check(!caller.hungUp, 'the caller was released');
  await page.getByText('Suara panggilan disambung ulang').waitFor({ state: 'detached' });
  await page.locator('.live .number', { hasText: caller.number }).waitFor();
  await page.getByText('Pulih setelah gangguan').waitFor();
  await split.photograph(page, 'call-taker-trunk-back');
  await page.keyboard.press('F4');
  await page.getByText('Ditahan', { exact: true }).first().waitFor();
  await page.keyboard.press('F4');
  await hears440(page);
  await page.keyboard.press('F8');
  await until(() => caller.hungUp, 'the call ends like any other');
});

story(
  'halves: the trunk dies under a supervisor who whispers: they whisper on, or are told that they no longer do',
  async (world) => {
    const split = await world.halves();
    await recordOutcomes(split);
    const { page, caller } = await talking(split, 'petugas1');
    await hears440(page);
    // Every microphone here says the same: the call-taker's is muted, so what is heard is the supervisor's.
    await page.keyboard.press('F3');
    const watching = await split.signedIn('pengawas');
    await watching.locator('.figure', { has: watching.getByText('Berlangsung', { exact: true }) }).click();
    const row = watching.locator('li', { hasText: caller.number });
    const whisper = row.getByRole('button', { name: 'Bisik' });
    await whisper.click();
    await hearsBoth(page, CALLER_HERTZ, MICROPHONE_HERTZ);
    const ask = await split.api('pengawas');
    const { items } = await ask('GET', '/calls?open=true&limit=100');
    const call = items.find((one) => one.caller?.number === caller.number);
    const left = async () =>
      (await loggedOf(split, call.id)).filter((kind) => kind === 'call.supervisor_left').length;

    await split.server.killTrunk();
    await row.getByText('Suara disambung ulang').waitFor();
    await split.server.startTrunk();
    const reopened = page.getByText('Suara panggilan disambung ulang');
    await reopened.waitFor({ state: 'detached', timeout: HEARD_AGAIN_MILLISECONDS_MAX });
    await hearsBoth(page, CALLER_HERTZ, MICROPHONE_HERTZ);
    const since = Date.now();
    await page.locator('.live').getByText('Mikrofon bisu').waitFor();
    await page.getByText('Mikrofon masih bisu').waitFor();
    equal(await whisper.getAttribute('aria-pressed'), 'true', 'whether the supervisor whispers');
    await split.photograph(watching, 'supervisor-whispers-on');
    await page.waitForTimeout(1_000);
    const heard = caller.line.heardSince(since);
    check(
      heard.length > 0 && toneIn(heard, MICROPHONE_HERTZ) < UNHEARD_SHARE,
      'the caller hears the whisper',
    );
    equal(await left(), 0, 'whispers that ended');

    // The supervisor's line does not come back this time.
    await watching.route('**/api/v1/seat', (route) => route.abort());
    await split.server.killTrunk();
    await split.server.startTrunk();
    await watching.getByText('Anda tidak lagi mengikuti panggilan').waitFor({ timeout: 30_000 });
    await until(async () => (await left()) === 1, 'the end of the whisper is in the log');
    equal(await whisper.getAttribute('aria-pressed'), 'false', 'whether the supervisor still whispers');
    await split.photograph(watching, 'supervisor-cut-off');
    await hears440(page, HEARD_AGAIN_MILLISECONDS_MAX);
    check(!caller.hungUp, 'the caller was let go');
  },
);

story(
  'halves: a browser that dies: the caller is asked to wait, is first in the queue, and rings at a colleague',
  async (world) => {
    const split = await world.halves();
    const wait = await announcement('mohon-tunggu');
    const { page, caller } = await talking(split, 'petugas1');
    await hears440(page);
    const waiting = await split.call();
    const colleague = await split.signedIn('petugas2');
    await colleague.getByText(waiting.number).first().waitFor();
    const crashed = Date.now();
    const browser = await page.context().newCDPSession(page);
    browser.send('Page.crash').catch(() => undefined);
    await until(() => caller.line.heardOf(wait, crashed) > 20, '“mohon tunggu” at the caller');
    console.log(`        “mohon tunggu” ${Date.now() - crashed} ms after the crash`);
    await beginShift(colleague);
    const first = colleague.locator('.queue .row').first();
    await first.getByText(caller.number).waitFor();
    await colleague.locator('.offered .number', { hasText: caller.number }).waitFor();
    await colleague.locator('.offered').getByText('Putus dari Petugas Satu').waitFor();
    await split.photograph(colleague, 'call-taker-offered-again');
    await answer(colleague, caller);
    await hears440(colleague);
    await hearsMicrophone(caller.line);
    check(!caller.hungUp && !waiting.hungUp, 'somebody was let go');
  },
);
