import { announcement } from '../audio/announcements.mjs';
import { loudnessOf, toneIn } from '../audio/tones.mjs';
import { check, equal, story, until } from '../harness.mjs';
import {
  answer,
  CALLER_HERTZ,
  HEARD_SHARE,
  hears440,
  hearsMicrophone,
  hearsNot,
  hearsTone,
  PHONE_HERTZ,
  recordOutcomes,
  talking,
  UNHEARD_SHARE,
} from '../talk.mjs';
import { beginShift, MICROPHONE_HERTZ } from '../world.mjs';

story('voice: devices are chosen apart, in the middle of a call too, and the meters move', async (world) => {
  const { page, caller } = await talking(world, 'petugas1');
  await hears440(page);
  await page.getByRole('button', { name: 'Perangkat suara' }).click();
  const panel = page.getByRole('region', { name: 'Pemeriksaan suara' });
  const meter = panel.getByRole('img', { name: 'Suara Anda' }).locator('span');
  const widths = new Set();
  await until(async () => {
    widths.add(await meter.evaluate((bar) => bar.getBoundingClientRect().width > 1));
    return widths.has(true);
  }, 'the meter of the microphone moves');
  for (const name of ['Mikrofon', 'Headset', 'Dering']) {
    const list = panel.getByRole('combobox', { name });
    const values = await list.locator('option').evaluateAll((options) => options.map((one) => one.value));
    check(values.length > 1, `nothing to choose for ${name}`);
    await list.selectOption(values.at(-1));
    equal(await list.inputValue(), values.at(-1), name);
  }
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  check(/microphone/.test(kept) && /ring/.test(kept), `the choice is not kept: ${kept}`);
  await panel.getByRole('button', { name: 'Uji', exact: true }).click();
  // Another microphone in the middle of the call: the line is the same.
  await hearsMicrophone(caller.line);
  await hears440(page);
  equal(caller.line.streams, 1, 'streams at the caller');
});

story('voice: a desk phone as the seat: it rings at the answer, holds, and is let go', async (world) => {
  await recordOutcomes(world);
  const desk = await world.phone();
  desk.line.say(PHONE_HERTZ);
  const page = await world.signedIn('petugas2');
  await beginShift(page);
  // The check is still on the screen.
  const panel = page.getByRole('region', { name: 'Pemeriksaan suara' });
  await panel.getByRole('radio', { name: /Telepon meja/ }).check();
  await panel.getByRole('textbox', { name: 'Alamat telepon' }).fill(desk.uri);
  await panel.getByRole('button', { name: 'Pakai telepon ini' }).click();
  await panel.getByText('Anda siap menerima panggilan').waitFor();
  await world.photograph(page, 'call-taker-desk-phone');
  await page.getByRole('button', { name: 'Tutup' }).click();
  const caller = await world.call();
  caller.line.say(CALLER_HERTZ);
  equal(desk.invites.length, 0, 'calls of the desk phone before the answer');
  desk.picksUp = false;
  await answer(page, caller);
  const header = page.locator('.live .who');
  await header.getByText('Telepon Anda berdering').waitFor();
  await page.locator('.live').getByText('Angkat telepon meja: pelapor belum mendengar Anda.').waitFor();
  equal(await header.getByText('Tersambung').count(), 0, '“Tersambung” while the telephone rings');
  await world.photograph(page, 'call-taker-phone-rings');
  desk.pickUp();
  await header.getByText('Tersambung').waitFor();
  await header.getByText('Telepon Anda berdering').waitFor({ state: 'detached' });
  await hearsTone(desk.line, CALLER_HERTZ);
  await hearsTone(caller.line, PHONE_HERTZ);
  await world.photograph(page, 'call-taker-on-the-phone');
  await page.keyboard.press('F4');
  await page.getByText('Ditahan', { exact: true }).first().waitFor();
  await until(() => {
    const heard = caller.line.heardSince(Date.now() - 500);
    return loudnessOf(heard) > 0.005 && toneIn(heard, PHONE_HERTZ) < HEARD_SHARE;
  }, 'the caller hears music');
  await page.keyboard.press('F4');
  await hearsTone(caller.line, PHONE_HERTZ);
  await page.keyboard.press('F7');
  await until(() => caller.hungUp && desk.hungUp, 'both are let go');
  const ask = await world.api('petugas2');
  await ask('POST', '/duty', { state: 'off', audio: { kind: 'browser' } });
});

story(
  'voice: a silent caller is asked to press 5, and both the key and a voice are seen at once',
  async (world) => {
    await recordOutcomes(world);
    const question = await announcement('tekan-lima');
    const page = await world.signedIn('petugas1');
    await beginShift(page);
    const caller = await world.call();
    await answer(page, caller);
    const alarm = page.locator('.live').getByText('Belum bersuara');
    await alarm.waitFor();
    await world.photograph(page, 'call-taker-silent');
    const asked = Date.now();
    await page.keyboard.press('Alt+s');
    await until(() => caller.line.heardOf(question, asked) > 20, 'the question at the caller');
    caller.line.press('5');
    await page.locator('.digits b', { hasText: '5' }).waitFor();
    await alarm.waitFor({ state: 'detached' });
    const level = page.locator('.live').getByRole('img', { name: 'Suara pelapor' });
    equal(await level.evaluate((one) => one.classList.contains('mark')), false, 'a voice before any');
    caller.line.say(CALLER_HERTZ);
    await until(() => level.evaluate((one) => one.classList.contains('mark')), 'the voice is shown');
    caller.line.say(0);
    await until(() => level.evaluate((one) => !one.classList.contains('mark')), 'the silence is shown');
  },
);

story(
  'voice: a muted desk whose audio breaks comes back muted to the same caller, and says so',
  async (world) => {
    await recordOutcomes(world);
    const { page, caller } = await talking(world, 'petugas1');
    await hears440(page);
    await page.keyboard.press('F3');
    await hearsNot(caller.line, MICROPHONE_HERTZ);
    // The line is gone for so long that the caller waits meanwhile.
    await page.route('**/api/v1/seat', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await route.continue().catch(() => undefined);
    });
    await page.evaluate(() => window.peers.findLast((one) => one.connectionState === 'connected').close());
    await page.locator('.queue .row', { hasText: caller.number }).waitFor();
    await page.unroute('**/api/v1/seat');
    await page.locator('.live .number', { hasText: caller.number }).waitFor();
    await page.locator('.live').getByText('Mikrofon bisu').waitFor();
    await page.getByText('Mikrofon masih bisu').waitFor();
    await hears440(page);
    await world.photograph(page, 'call-taker-still-muted');
    const since = Date.now();
    await page.waitForTimeout(1_000);
    const heard = caller.line.heardSince(since);
    check(heard.length > 0 && toneIn(heard, MICROPHONE_HERTZ) < UNHEARD_SHARE, 'a muted desk is heard');
    await page.keyboard.press('F3');
    await hearsMicrophone(caller.line);
  },
);
