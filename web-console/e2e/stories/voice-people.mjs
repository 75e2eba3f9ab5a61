import { hearsBoth, pitchHeard } from '../audio/page.mjs';
import { toneIn } from '../audio/tones.mjs';
import { check, equal, story, until } from '../harness.mjs';
import {
  CALLER_HERTZ,
  hears440,
  hearsMicrophone,
  hearsNot,
  logged,
  loggedOf,
  recordOutcomes,
  talking,
  UNHEARD_SHARE,
} from '../talk.mjs';
import { beginShift, MICROPHONE_HERTZ } from '../world.mjs';

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

story(
  'voice: a supervisor listens unheard, whispers to the call-taker alone, joins in; each is in the log',
  async (world) => {
    const { page, caller } = await talking(world, 'petugas1');
    await hears440(page);
    const watching = await world.signedIn('pengawas');
    await watching.locator('.figure', { has: watching.getByText('Berlangsung', { exact: true }) }).click();
    const row = watching.locator('li', { hasText: caller.number });
    const becomes = async (name) => {
      const button = row.getByRole('button', { name });
      await button.click();
      await until(async () => (await button.getAttribute('aria-pressed')) === 'true', `${name} is on`);
    };
    // Every microphone here says the same: the call-taker's is muted, so what is heard is the supervisor's.
    await page.keyboard.press('F3');
    await hearsNot(caller.line, MICROPHONE_HERTZ);
    await becomes('Dengar');
    await hears440(watching);
    await world.photograph(watching, 'supervisor-listening');
    await becomes('Bisik');
    const whispered = Date.now();
    await hearsBoth(page, CALLER_HERTZ, MICROPHONE_HERTZ);
    check(
      toneIn(caller.line.heardSince(whispered), MICROPHONE_HERTZ) < UNHEARD_SHARE,
      'the caller hears the whisper',
    );
    await becomes('Ikut bicara');
    await hearsMicrophone(caller.line);
    await row.getByRole('button', { name: 'Berhenti' }).click();
    await until(async () => (await pitchHeard(watching)) === null, 'the supervisor hears nothing any more');
    await hearsNot(caller.line, MICROPHONE_HERTZ);
    const ask = await world.api('pengawas');
    const { items } = await ask('GET', '/calls?open=true&limit=100');
    const call = items.find((one) => one.caller?.number === caller.number);
    await until(async () => {
      const kinds = await loggedOf(world, call.id);
      const joined = kinds.filter((kind) => kind === 'call.supervisor_joined').length;
      return joined === 3 && kinds.at(-1) === 'call.supervisor_left';
    }, 'three ways to listen and the end of it in the log');
  },
);

story('voice: a recording is played with seek by those who may', async (world) => {
  await recordOutcomes(world);
  const { page, caller } = await talking(world, 'petugas1');
  await hears440(page);
  await page.waitForTimeout(4_000);
  caller.hangUp();
  const before = (await logged(world)).at(-1)?.index;
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
  await until(async () => {
    const heard = (one) => /recording.*(played|heard)/i.test(one.kind);
    return (await logged(world, before)).some(heard);
  }, 'the hearing is in the log');
});

story(
  'voice: a caller who gave up twice is one duty, and is called back over the desk’s line',
  async (world) => {
    await recordOutcomes(world);
    const page = await world.signedIn('petugas1');
    await beginShift(page);
    const number = '+6281270099001';
    for (const caller of [await world.call({ number }), await world.call({ number })]) {
      caller.hangUp();
      await until(() => caller.statuses.includes(487), 'the caller is let go');
    }
    await page.getByRole('tab', { name: /Panggilan balik/ }).click();
    const row = page.locator('.lists li', { hasText: number });
    await row.getByText('1× lagi').waitFor();
    equal(await row.count(), 1, 'duties for one person');
    await row.getByRole('button', { name: 'Ambil' }).click();
    await row.getByText('tugas Petugas Satu').waitFor();
    world.telco.line.say(CALLER_HERTZ);
    // Nobody picks up: it is the desk's own call all the same, and nobody's waiting caller.
    world.telco.picksUp = false;
    await row.getByRole('button', { name: 'Hubungi' }).click();
    await page.locator('.live').getByText('Memanggil…').waitFor();
    equal(await page.locator('.queue .row').count(), 0, 'callers that wait');
    await world.photograph(page, 'call-taker-calling');
    await page.keyboard.press('F7');
    await until(() => world.telco.hungUp, 'it rings no more');
    await page.getByText('Tidak ada panggilan aktif').waitFor();
    equal(await page.locator('.toasts').getByText(number).count(), 0, 'a word about what was cancelled here');
    for (const [status, words] of [
      ['486 Busy Here', 'Sibuk atau ditolak'],
      ['480 Temporarily Unavailable', 'Tidak diangkat'],
      ['404 Not Found', 'Tidak terjangkau'],
    ]) {
      const rung = world.telco.invites.length;
      await row.getByRole('button', { name: 'Hubungi' }).click();
      await until(() => world.telco.invites.length > rung, `it rings for ${status}`);
      world.telco.refuse(status);
      await page.getByText(`${words}: ${number}`).waitFor();
      await page.getByText('Tidak ada panggilan aktif').waitFor();
    }
    await world.photograph(page, 'call-taker-not-reached');
    world.telco.picksUp = true;
    await row.getByRole('button', { name: 'Hubungi' }).click();
    await page.locator('.live').getByText('Panggilan keluar').waitFor();
    equal(world.telco.invites.at(-1).split(' ')[1].includes(number), true, `the number is dialled`);
    equal(await page.inputValue('#reporter-number'), number, 'the number in the form');
    await hears440(page);
    await hearsMicrophone(world.telco.line);
    await world.photograph(page, 'call-taker-call-back');
    await page.keyboard.press('F7');
    await until(() => world.telco.hungUp, 'the person is let go');
    await row.getByRole('button', { name: 'Tersambung' }).click();
    await row.waitFor({ state: 'detached' });
  },
);
