// From ring to closure by keyboard alone. With E2E_SHOTS it makes the pictures of docs/images.
import { check, equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

async function say(page, words) {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Perintah' }).waitFor();
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
}

story('ring, dispatch, acknowledge, close: by keyboard alone', async (world) => {
  const taker = await world.signedIn('petugas1');
  const agency = await world.signedIn('damkar', { theme: 'light' });
  const supervisor = await world.signedIn('pengawas');
  await beginShift(taker);
  await beginShift(agency);
  for (const page of [taker, agency]) await page.evaluate(() => document.activeElement?.blur());

  const place = `belakang Pasar Toboali ${Date.now() % 100_000}`;
  const caller = await world.call({ fix: { lat: -2.985, lon: 106.452, radius: 800 } });
  await taker.getByText('± 800 m').first().waitFor();
  await world.photograph(taker, '1-ring');
  await taker.keyboard.press('F2');
  await until(() => caller.statuses.includes(200), 'the answer reaches the caller');
  await taker.keyboard.type(place);
  await taker.keyboard.press('Alt+p');
  while ((await taker.evaluate(() => document.activeElement?.id)) !== 'said')
    await taker.keyboard.press('Tab');
  await taker.keyboard.type('rumah terbakar, ada nenek di dalam');
  await taker.locator('.proposals button').first().waitFor();
  await taker.keyboard.press('Alt+q');
  await taker.locator('.agencies li').first().waitFor();
  await world.photograph(taker, '2-report');
  // One agency alone, so that it is over when this one has finished.
  for (let left = 10; left > 0; left -= 1) {
    const names = await taker.locator('.agencies li label:has(input:checked)').allInnerTexts();
    const other = names
      .map((name) => name.split('\n')[0].trim())
      .find((name) => name !== 'Pemadam Kebakaran');
    if (!other) break;
    await say(taker, `jangan kirimi ${other.replace(/\//g, ' ')}`);
  }
  await taker.keyboard.press('Control+Enter');
  await taker.getByText(/diteruskan ke 1 instansi/).waitFor();

  await agency.locator('article', { hasText: place }).waitFor();
  await world.photograph(agency, '3-agency');
  await world.photograph(supervisor, '4-supervisor');
  const ask = await world.api('pengawas');
  const { items } = await ask('GET', '/incidents?status=open&limit=100');
  const incident = items.find((one) => one.location.landmark === place);
  await say(agency, `tugas ${incident.number.slice(-6)}`);
  await agency.locator('.details').getByText(incident.number).waitFor();
  await agency.keyboard.press('t');
  await agency.getByRole('button', { name: /Menuju lokasi/ }).waitFor();
  for (const key of ['1', '2', '3', '4']) await agency.keyboard.press(key);
  await world.photograph(agency, '5-under-way');
  await agency.keyboard.press('5');

  await taker.keyboard.press('F7');
  await taker.locator('.live').waitFor({ state: 'detached' });
  await until(
    async () => (await ask('GET', `/incidents/${incident.id}`)).status === 'completed',
    'all have reported',
  );
  await say(taker, `tutup ${incident.number.slice(-6)}`);
  await until(
    async () => (await ask('GET', `/incidents/${incident.id}`)).status === 'closed',
    'it is closed',
  );
  await world.photograph(taker, '6-closed');
  equal(await taker.locator('.lists li', { hasText: incident.number }).count(), 0, 'it is off the list');
});
