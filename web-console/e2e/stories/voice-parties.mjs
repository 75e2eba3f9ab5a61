import { check, equal, story, until } from '../harness.mjs';
import {
  CALLER_HERTZ,
  hears440,
  hearsMicrophone,
  hearsNot,
  hearsTone,
  PHONE_HERTZ,
  recordOutcomes,
  talking,
} from '../talk.mjs';
import { MICROPHONE_HERTZ } from '../world.mjs';

/** Opens the list by key, looks for somebody, and takes them by key. */
async function connect(page, whom, key) {
  await page.keyboard.press('F10');
  await page.getByRole('textbox', { name: 'Instansi atau nomor' }).fill(whom);
  await page.locator('.connect li.meant').waitFor();
  await page.keyboard.press(key);
}

story(
  'voice: an agency from the list joins by key, and goes on when the call-taker leaves',
  async (world) => {
    const { page, caller } = await talking(world, 'petugas1');
    await hears440(page);
    world.agency.line.say(PHONE_HERTZ);
    await connect(page, 'damkar', 'Alt+g');
    await page.locator('.parties').getByText('Damkar Toboali', { exact: true }).waitFor();
    await page.locator('.parties').getByText('tersambung').waitFor();
    await hearsTone(caller.line, PHONE_HERTZ);
    await hearsTone(world.agency.line, CALLER_HERTZ);
    await hearsTone(world.agency.line, MICROPHONE_HERTZ);
    await world.photograph(page, 'call-taker-conference');
    await page.keyboard.press('Alt+l');
    await page.locator('.parties').waitFor({ state: 'detached' });
    await hearsNot(world.agency.line, MICROPHONE_HERTZ);
    await hearsTone(caller.line, PHONE_HERTZ);
    check(!caller.hungUp && !world.agency.hungUp, 'leaving ended the call for the others');
  },
);

story('voice: a party is dropped by key, ringing or talking, and the caller stays', async (world) => {
  const { page, caller } = await talking(world, 'petugas1');
  await hears440(page);
  const phone = await world.phone({ picksUp: false });
  await connect(page, phone.uri, 'Enter');
  await page.locator('.parties').getByText('dipanggil…').waitFor();
  await until(() => phone.invites.length === 1, 'it rings');
  await page.keyboard.press('Alt+k');
  await until(() => phone.hungUp, 'it rings no more');
  await page.locator('.parties').waitFor({ state: 'detached' });
  world.agency.line.say(PHONE_HERTZ);
  await connect(page, 'damkar', 'Alt+g');
  await page.locator('.parties').getByText('tersambung').waitFor();
  await hearsTone(caller.line, PHONE_HERTZ);
  await page.keyboard.press('Alt+k');
  await until(() => world.agency.hungUp, 'the agency is let go');
  await hearsNot(caller.line, PHONE_HERTZ);
  await hears440(page);
  await hearsMicrophone(caller.line);
  check(!caller.hungUp, 'the caller was let go as well');
});

story('voice: a transfer by key: the call-taker is free once the other side picks up', async (world) => {
  await recordOutcomes(world);
  const { page, caller } = await talking(world, 'petugas1');
  await hears440(page);
  const rings = await world.phone({ picksUp: false });
  rings.line.say(PHONE_HERTZ);
  await connect(page, rings.uri, 'Alt+t');
  await until(() => rings.invites.length === 1, 'it rings');
  // Until somebody picks up, the caller is not alone.
  await hearsMicrophone(caller.line);
  rings.pickUp();
  await hearsTone(caller.line, PHONE_HERTZ);
  await hearsTone(rings.line, CALLER_HERTZ);
  await hearsNot(caller.line, MICROPHONE_HERTZ);
  await page.locator('.live').waitFor({ state: 'detached' });
  rings.hangUp();
  const queued = page.locator('.queue li', { hasText: caller.number });
  await queued.waitFor();
  equal(caller.hungUp, false, 'the caller is let go when the other side hangs up');
});
