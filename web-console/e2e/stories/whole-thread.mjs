import { check, equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

/** Budgets of the console, milliseconds; this machine runs server, browser and caller at once. */
const RING_TO_SCREEN_MAX = 500;
const SEND_TO_AGENCY_MAX = 1_000;

story('a call becomes an acknowledged dispatch and is closed', async (world) => {
  const taker = await world.signedIn('petugas1');
  const agency = await world.signedIn('damkar');
  await beginShift(taker);
  await beginShift(agency);
  const place = 'belakang Pasar Toboali, rumah cat hijau';

  const rang = Date.now();
  const caller = await world.call({ fix: { lat: -2.985, lon: 106.452, radius: 800 } });
  await taker.getByText(caller.number).first().waitFor();
  const seen = Date.now() - rang;
  check(seen <= RING_TO_SCREEN_MAX, `ring to screen took ${seen} ms`);
  await taker.getByText('± 800 m').first().waitFor();

  await taker.keyboard.press('F2');
  await until(() => caller.statuses.includes(200), 'the answer reaches the caller');
  await until(() => taker.evaluate(() => document.activeElement?.id === 'landmark'), 'focus in the location');
  await taker.keyboard.type(place);
  equal(await taker.inputValue('#reporter-number'), caller.number, 'number of the reporter');
  await taker.keyboard.press('Alt+p');
  equal(await taker.inputValue('#point'), '-2.98500, 106.45200', 'position of the caller');

  await taker.fill('#said', 'rumah tetangga kebakaran, api sudah sampai atap');
  const proposal = taker.locator('.proposals button').first();
  await proposal.getByText('Kebakaran bangunan').waitFor();
  await taker.keyboard.press('Alt+q');
  equal(await proposal.getAttribute('aria-pressed'), 'true', 'the proposal is chosen');
  await taker.locator('.agencies li').first().waitFor();
  equal(await taker.evaluate(() => document.activeElement?.id), 'said', 'focus has not moved');
  await world.photograph(taker, 'call-taker-with-a-call');

  // One agency alone, so that the incident is over when this agency is.
  const boxes = taker.locator('.agencies input[type=checkbox]');
  for (let place = (await boxes.count()) - 1; place > 0; place -= 1) await boxes.nth(place).uncheck();
  await taker.focus('#narrative');

  const sent = Date.now();
  await taker.keyboard.press('Control+Enter');
  const card = agency.locator('article', { hasText: place });
  await card.waitFor();
  const arrived = Date.now() - sent;
  check(arrived <= SEND_TO_AGENCY_MAX, `send to agency took ${arrived} ms`);
  console.log(`        ring to screen ${seen} ms, send to agency ${arrived} ms`);
  await world.photograph(agency, 'agency-with-an-incoming-incident');
  check((await agency.title()).startsWith('('), 'the title does not count what waits');

  // The question card has the place while the report has one.
  await taker.getByRole('tab', { name: /Insiden terbuka/ }).click();
  const row = taker
    .locator('.lists li', { hasText: 'Kebakaran bangunan' })
    .filter({ hasText: 'damkar' })
    .first();
  await row.getByText('Sampai').first().waitFor();
  await agency.keyboard.press('t');
  await row.getByText('Diterima').first().waitFor();
  // The centre may know it a moment before the agency's own answer is here.
  await agency
    .locator('.details')
    .getByText(/^Diterima$/)
    .first()
    .waitFor();
  for (const [key, shown] of [
    ['1', 'Menuju lokasi'],
    ['2', 'Di lokasi'],
    ['3', 'Ditangani'],
    ['4', 'Terkendali'],
    ['5', 'Selesai'],
  ]) {
    await agency.keyboard.press(key);
    await row.locator('.chip', { hasText: 'damkar' }).getByText(shown).waitFor();
  }

  await taker.keyboard.press('F7');
  await until(() => caller.hungUp, 'the caller is released');
  await taker.getByText('Tidak ada panggilan aktif').waitFor();

  await row.getByRole('button', { name: 'Tutup insiden' }).click();
  await row.waitFor({ state: 'detached' });
  const ask = await world.api('pengawas');
  const { items } = await ask('GET', '/incidents?status=closed&limit=50');
  check(
    items.some((one) => one.location.landmark === place),
    'the incident is not closed',
  );
});
