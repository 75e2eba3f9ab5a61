import { firstHeard, lineFigures, pitchHeard, watchForFirstSound } from '../audio/page.mjs';
import { loudnessOf, toneIn } from '../audio/tones.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { HEARD_SHARE, CALLER_HERTZ, hears440, hearsMicrophone, talking } from '../talk.mjs';
import { beginShift, MICROPHONE_HERTZ } from '../world.mjs';

/** Answers that are timed, and the bound for the slower ones; this machine runs everything at once. */
const ANSWERS = 20;
const ANSWER_TO_AUDIO_P95_MAX = 1_500;

story('voice: one gesture opens microphone and line, tests them and makes the desk ready', async (world) => {
  const page = await world.signedIn('petugas1');
  await page.getByRole('button', { name: 'Mulai giliran' }).click();
  const panel = page.getByRole('region', { name: 'Pemeriksaan suara' });
  await panel.getByText(/Jalur suara baik: nada uji kembali dalam \d+ md/).waitFor();
  await panel.getByText('Anda siap menerima panggilan').waitFor();
  await until(
    () => page.getByRole('button', { name: 'Siap', exact: true }).getAttribute('aria-pressed'),
    'the duty',
  );
  check((await panel.locator('#microphone option').count()) > 1, 'no microphone to choose');
  await world.photograph(page, 'call-taker-shift-check');
  await panel.waitFor({ state: 'detached', timeout: 15_000 });
});

story('voice: caller and call-taker hear each other, and no packet is lost', async (world) => {
  const { page, caller } = await talking(world, 'petugas1');
  await hears440(page);
  await hearsMicrophone(caller.line);
  const before = caller.line.received;
  await page.waitForTimeout(2_000);
  const { received, lost, lostAtServer, sent, codecs } = await lineFigures(page);
  console.log(
    `        page: ${received} received, ${lost} lost, ${sent} sent; caller: ${caller.line.received} received, ${caller.line.lost} lost`,
  );
  equal([lost, lostAtServer ?? 0, caller.line.lost], [0, 0, 0], 'packets lost');
  check(received > 90 && caller.line.received - before > 90, 'too few packets for two seconds');
  check(codecs.includes('audio/PCMA') && !codecs.includes('audio/opus'), `codecs: ${codecs}`);
  await world.photograph(page, 'call-taker-talking');
});

story('voice: 112# as keys in both directions', async (world) => {
  const { page, caller } = await talking(world, 'petugas1');
  await hearsMicrophone(caller.line);
  await page.getByRole('button', { name: 'Tombol angka' }).click();
  for (const key of ['1', '1', '2', '#']) {
    await page
      .getByRole('dialog', { name: 'Tombol angka' })
      .getByRole('button', { name: key, exact: true })
      .click();
  }
  await until(() => caller.line.keys === '112#', `112# at the caller (${caller.line.keys})`);
  caller.line.press('112#');
  await page.locator('.digits b', { hasText: '112#' }).waitFor();
});

story('voice: from the answer to the first sound, twenty times', async (world) => {
  const page = await world.signedIn('petugas1');
  await beginShift(page);
  const [toPage, toCaller] = [[], []];
  for (let n = 0; n < ANSWERS; n += 1) {
    const caller = await world.call();
    caller.line.say(CALLER_HERTZ);
    await page.getByText(caller.number).first().waitFor();
    await watchForFirstSound(page);
    await page.keyboard.press('F2');
    const { pressedAt, heardAt } = await until(async () => {
      const found = await firstHeard(page);
      return found.heardAt !== null && found;
    }, 'the first sound in the page');
    const heard = await until(
      () => caller.line.firstTone(pressedAt, MICROPHONE_HERTZ, HEARD_SHARE),
      'the first sound at the caller',
    );
    await page.locator('.live .number', { hasText: caller.number }).waitFor();
    toPage.push(heardAt - pressedAt);
    toCaller.push(heard - pressedAt);
    await page.keyboard.press('F8');
    await until(() => caller.hungUp, 'the caller is released');
  }
  const at = (values, share) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1];
  const tell = (values) => `p50 ${Math.round(at(values, 0.5))} ms, p95 ${Math.round(at(values, 0.95))} ms`;
  console.log(`        answer to first sound: page ${tell(toPage)}; caller ${tell(toCaller)}`);
  for (const values of [toPage, toCaller]) {
    check(at(values, 0.95) <= ANSWER_TO_AUDIO_P95_MAX, `answer to first sound: ${tell(values)}`);
  }
});

story(
  'voice: hold plays music to the caller, resume brings them back; mute silences the desk',
  async (world) => {
    const { page, caller } = await talking(world, 'petugas1');
    await hears440(page);
    await page.keyboard.press('F4');
    await page.getByText('Ditahan', { exact: true }).first().waitFor();
    await until(async () => (await pitchHeard(page)) === null, 'the page hears nothing of the caller');
    await until(() => {
      const heard = caller.line.heardSince(Date.now() - 500);
      return loudnessOf(heard) > 0.005 && toneIn(heard, MICROPHONE_HERTZ) < HEARD_SHARE;
    }, 'the caller hears music');
    await page.keyboard.press('F4');
    await hears440(page);
    await hearsMicrophone(caller.line);
    await page.keyboard.press('F3');
    await until(
      () => toneIn(caller.line.heardSince(Date.now() - 400), MICROPHONE_HERTZ) < HEARD_SHARE / 10,
      'the muted desk is not heard',
    );
    await page.keyboard.press('F3');
    await hearsMicrophone(caller.line);
  },
);

story('voice: a page that is loaded again comes back into its call', async (world) => {
  const { page, caller } = await talking(world, 'petugas1');
  await hears440(page);
  page.on('dialog', (dialog) => dialog.accept().catch(() => undefined));
  await page.reload();
  await page.locator('.live .number', { hasText: caller.number }).waitFor();
  await hears440(page);
  await hearsMicrophone(caller.line);
  check(!caller.hungUp, 'the caller was released');
});

story('voice: without a microphone the console says so, and answers all the same', async (world) => {
  const page = await world.signedIn('petugas3', { microphone: false });
  await page.getByRole('button', { name: 'Mulai giliran' }).click();
  const panel = page.getByRole('region', { name: 'Pemeriksaan suara' });
  await panel.getByText('Tidak ada mikrofon').waitFor();
  await world.photograph(page, 'call-taker-no-microphone');
  await panel.getByRole('button', { name: 'Siap tanpa suara dua arah' }).click();
  await page.getByText('Suara panggilan mati').waitFor();
  await page.keyboard.press('Escape');
  const caller = await world.call();
  await page.getByText(caller.number).first().waitFor();
  await page.keyboard.press('F2');
  await page.getByText('Pelapor hanya mendengar pengumuman').waitFor();
  await until(() => loudnessOf(caller.line.heardSince(0)) > 0.001, 'the caller hears the announcement');
});
