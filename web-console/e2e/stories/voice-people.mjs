import { pitchHeard } from '../audio/page.mjs';
import { toneIn } from '../audio/tones.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { beginShift, MICROPHONE_HERTZ } from '../world.mjs';
import {
  CALLER_HERTZ,
  hears440,
  hearsMicrophone,
  hearsTone,
  PHONE_HERTZ,
  recordOutcomes,
  talking,
  UNHEARD_SHARE,
} from '../talk.mjs';

story('voice: a call rings at one desk; refused, it rings at the next', async (world) => {
  const pages = [await world.signedIn('petugas1'), await world.signedIn('petugas2')];
  for (const page of pages) await beginShift(page);
  const caller = await world.call();
  const ringsAt = async () => {
    const rings = await Promise.all(pages.map((page) => page.locator('.queue .row.mine').count()));
    return rings.filter((one) => one > 0).length === 1 ? rings.findIndex((one) => one > 0) : -1;
  };
  await until(async () => (await ringsAt()) >= 0, 'the call rings at one desk');
  const first = await ringsAt();
  for (const page of pages) await page.getByText(caller.number).first().waitFor();
  await pages[first].keyboard.press('Alt+x');
  await until(async () => (await ringsAt()) === 1 - first, 'the call rings at the other desk');
  await pages[1 - first].keyboard.press('F2');
  await pages[1 - first].locator('.live .number', { hasText: caller.number }).waitFor();
});

story('voice: an agency’s telephone joins, and goes on when the call-taker leaves', async (world) => {
  const { page, caller } = await talking(world, 'petugas1');
  await hears440(page);
  const phone = await world.phone();
  phone.line.say(PHONE_HERTZ);
  await page.keyboard.press('F10');
  await page.getByRole('textbox', { name: 'Instansi atau nomor' }).fill(phone.uri);
  await page
    .getByRole('button', { name: /^Konferensi/ })
    .first()
    .click();
  await page.locator('.parties').getByText('tersambung').waitFor();
  await hearsTone(caller.line, PHONE_HERTZ);
  await hearsTone(phone.line, CALLER_HERTZ);
  await hearsTone(phone.line, MICROPHONE_HERTZ);
  await world.photograph(page, 'call-taker-conference');
  await page.keyboard.press('Alt+l');
  await page.locator('.parties').waitFor({ state: 'detached' });
  await until(
    () => toneIn(phone.line.heardSince(Date.now() - 400), MICROPHONE_HERTZ) < UNHEARD_SHARE,
    'the call-taker is not heard any more',
  );
  await hearsTone(caller.line, PHONE_HERTZ);
  check(!caller.hungUp && !phone.hungUp, 'leaving ended the call for the others');
});

story('voice: a supervisor listens unheard, whispers to the call-taker, and joins in', async (world) => {
  const { page, caller } = await talking(world, 'petugas1');
  await hears440(page);
  const watching = await world.signedIn('pengawas');
  await watching.locator('.figure', { has: watching.getByText('Berlangsung', { exact: true }) }).click();
  const row = watching.locator('li', { hasText: caller.number });
  await row.getByRole('button', { name: 'Dengar' }).click();
  await hears440(watching);
  await world.photograph(watching, 'supervisor-listening');
  await row.getByRole('button', { name: 'Ikut bicara' }).click();
  await until(
    () =>
      row
        .getByRole('button', { name: 'Ikut bicara' })
        .getAttribute('aria-pressed')
        .then((one) => one === 'true'),
    'the supervisor joins in',
  );
  await page.keyboard.press('F3');
  await hearsMicrophone(caller.line);
  await row.getByRole('button', { name: 'Berhenti' }).click();
  await until(async () => (await pitchHeard(watching)) === null, 'the supervisor hears nothing any more');
  await until(
    () => toneIn(caller.line.heardSince(Date.now() - 400), MICROPHONE_HERTZ) < UNHEARD_SHARE,
    'the supervisor is not heard any more',
  );
});

story('voice: a recording is played with seek by those who may', async (world) => {
  await recordOutcomes(world);
  const { page, caller } = await talking(world, 'petugas1');
  await hears440(page);
  await page.waitForTimeout(4_000);
  caller.hangUp();
  const player = page.locator('audio[controls]').first();
  await player.waitFor();
  const played = await player.evaluate(async (audio) => {
    const wait = (name) =>
      new Promise((resolve, reject) => {
        audio.addEventListener(name, resolve, { once: true });
        audio.addEventListener('error', () => reject(new Error(`audio: ${audio.error?.message}`)), {
          once: true,
        });
      });
    audio.muted = true;
    const ready = wait('playing');
    await audio.play();
    await ready;
    const sought = wait('seeked');
    audio.currentTime = audio.duration - 1;
    await sought;
    return { seconds: audio.duration, at: audio.currentTime };
  });
  check(played.seconds >= 4, `the recording has ${played.seconds} s`);
  check(Math.abs(played.seconds - 1 - played.at) < 0.5, `sought to ${played.at} of ${played.seconds} s`);
  const ask = await world.api('auditor');
  await until(async () => {
    const { size } = await ask('GET', '/log/checkpoint').catch(() => ({ size: '0' }));
    const { entries } = await ask('GET', `/log?after=${Math.max(0, Number(size) - 50)}&limit=200`);
    return entries.some((one) => /recording.*(played|heard)/i.test(one.kind));
  }, 'the hearing is in the log');
});

story('voice: a caller who gave up is called back over the desk’s line', async (world) => {
  const page = await world.signedIn('petugas1');
  await beginShift(page);
  const caller = await world.call();
  await page.getByText(caller.number).first().waitFor();
  caller.hangUp();
  await page.getByRole('tab', { name: /Panggilan balik/ }).click();
  const row = page.locator('.lists li', { hasText: caller.number });
  await row.getByRole('button', { name: 'Ambil' }).click();
  await row.getByText('tugas Petugas Satu').waitFor();
  equal(await row.getByRole('button', { name: 'Hubungi' }).isEnabled(), true, 'Hubungi');
});
