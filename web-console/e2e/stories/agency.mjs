import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

export async function newIncident(world, over = {}) {
  const ask = await world.api('petugas3');
  const incident = await ask('POST', '/incidents', {
    category: 'a',
    type: 'kebakaran_bangunan',
    priority: 'P1',
    narrative: 'Api terlihat dari jalan.',
    location: { landmark: `gudang ${crypto.randomUUID().slice(0, 8)}`, area_code: '19.03.01' },
    ...over,
  });
  const sent = await ask('POST', `/incidents/${incident.id}/dispatch`, {});
  return sent.incident;
}

story('an agency declines with a reason, which is required', async (world) => {
  const page = await world.signedIn('damkar');
  await beginShift(page);
  const incident = await newIncident(world);
  const card = page.locator('article', { hasText: incident.location.landmark });
  await card.getByRole('button', { name: /Tolak/ }).click();
  await page.getByRole('button', { name: 'Kirim penolakan' }).click();
  await page.getByText('wajib; instansi berikutnya langsung dihubungi').first().waitFor();
  check(await card.isVisible(), 'it was declined without a reason');
  await page.fill('input[name=reason]', 'Semua armada di lokasi lain');
  await page.keyboard.press('Enter');
  await card.waitFor({ state: 'detached' });
  const ask = await world.api('pengawas');
  const now = await ask('GET', `/incidents/${incident.id}`);
  const own = now.assignments.find((one) => one.agency.code === 'damkar');
  equal(own.declined?.reason, 'Semua armada di lokasi lain', 'reason');
});

story(
  'delivered by the program, seen by a person, accepted by a person: three different things',
  async (world) => {
    const page = await world.signedIn('ambulans');
    const incident = await newIncident(world, { category: 'c', type: 'kecelakaan_lalu_lintas' });
    const ask = await world.api('pengawas');
    const own = async () =>
      (await ask('GET', `/incidents/${incident.id}`)).assignments.find(
        (one) => one.agency.code === 'ambulans',
      );
    const card = page.locator('article', { hasText: incident.location.landmark });
    await card.waitFor();
    await until(async () => (await own()).delivered_at !== null, 'delivered');
    equal((await own()).seen_at, null, 'seen before anybody opened it');
    await card.getByRole('button', { name: incident.location.landmark }).click();
    await until(async () => (await own()).seen_at !== null, 'seen');
    equal((await own()).acknowledged_at, null, 'accepted by looking');
    await card.getByRole('button', { name: /Terima/ }).focus();
    await page.keyboard.press('Enter');
    await until(async () => (await own()).acknowledged_by?.name, 'accepted');
  },
);

story('of two dispatchers one wins, and the other learns who', async (world) => {
  const page = await world.signedIn('polres');
  const incident = await newIncident(world, { category: 'c', type: 'kecelakaan_lalu_lintas' });
  const card = page.locator('article', { hasText: incident.location.landmark });
  await card.waitFor();
  // The colleague is faster by the time that this console's own request needs.
  const colleague = await world.api('polres');
  const own = incident.assignments.find((one) => one.agency.code === 'polres');
  await page.route('**/acknowledge', async (route) => {
    await colleague('POST', `/assignments/${own.id}/acknowledge`, {});
    await route.continue();
  });
  await card.getByRole('button', { name: /Terima/ }).click();
  await card.waitFor({ state: 'detached' });
  await page.getByText(/Diterima .+ pukul/).waitFor();
});

story('a note of one agency is read by the others', async (world) => {
  const damkar = await world.signedIn('damkar');
  const incident = await newIncident(world);
  await damkar
    .locator('article', { hasText: incident.location.landmark })
    .getByRole('button', { name: incident.location.landmark })
    .click();
  const note = `hidran terdekat kering ${Date.now()}`;
  await damkar.getByRole('textbox', { name: 'Tambah catatan' }).fill(note);
  await damkar.keyboard.press('Enter');
  await damkar.getByText(note).waitFor();
  const ambulans = await world.signedIn('ambulans');
  await ambulans
    .locator('article', { hasText: incident.location.landmark })
    .getByRole('button', { name: incident.location.landmark })
    .click();
  await ambulans.getByText(note).waitFor();
});

story(
  'a task has a way as the crow flies, a number to ring, a sheet for the vehicle, and stands in the history',
  async (world) => {
    const page = await world.signedIn('damkar');
    const reporter = { name: 'Ibu Rahma', number: '+628127001122' };
    const place = { landmark: `gudang ${crypto.randomUUID().slice(0, 8)}`, lat: -3.02, lon: 106.5 };
    const incident = await newIncident(world, { location: place, reporter });
    const card = page.locator('article', { hasText: place.landmark });
    await card.getByRole('button', { name: place.landmark }).click();
    await page
      .locator('.details')
      .getByRole('button', { name: /Terima \+/ })
      .waitFor();
    await page.keyboard.press('u');
    await card.waitFor({ state: 'detached' });
    equal(
      await page.getByRole('link', { name: 'Telepon +628127001122' }).getAttribute('href'),
      'tel:+628127001122',
      'the number to ring',
    );
    // A slip of the finger: the wrong step goes away again, for everybody.
    await page.keyboard.press('1');
    await page.getByRole('button', { name: /Urungkan langkah/ }).waitFor();
    await page.keyboard.press('4');
    await until(
      () =>
        page
          .locator('.details .chain .done')
          .count()
          .then((count) => count === 5),
      'the wrong step',
    );
    await page.keyboard.press('z');
    await until(
      () =>
        page
          .locator('.details .chain .done')
          .count()
          .then((count) => count === 2),
      'it is taken back',
    );
    const ask = await world.api('pengawas');
    const { assignments, timeline } = await ask('GET', `/incidents/${incident.id}`);
    equal(
      assignments.find((one) => one.agency.code === 'damkar').state,
      'en_route',
      'the state at the centre',
    );
    check(
      timeline.some((one) => one.kind === 'step_taken_back'),
      'it stands in the history',
    );
    // The same of Selesai, with the unit that was free for a moment.
    const unitsOf = async () => {
      const { assignments } = await ask('GET', `/incidents/${incident.id}`);
      const own = assignments.find((one) => one.agency.code === 'damkar');
      const { items } = await ask('GET', '/units');
      return [own.state, items.filter((one) => one.booking?.assignment_id === own.id).length];
    };
    const whole = async (state, units) => JSON.stringify(await unitsOf()) === JSON.stringify([state, units]);
    await page.keyboard.press('5');
    await until(() => whole('completed', 0), 'it is done and its unit is free');
    await page.getByRole('button', { name: /Urungkan langkah/ }).waitFor();
    await page.keyboard.press('z');
    await until(() => whole('en_route', 1), 'it goes on with its unit');
    await page.evaluate(() => (window.print = () => (window.printed = (window.printed ?? 0) + 1)));
    await page.keyboard.press('p');
    await until(() => page.evaluate(() => window.printed === 1), 'the print');
    await page.emulateMedia({ media: 'print' });
    const sheet = page.locator('.sheets.task');
    await sheet.getByText(incident.number).waitFor();
    check(await sheet.getByText(place.landmark).isVisible(), 'the place on the sheet');
    check(!(await page.locator('.details').isVisible()), 'the console is on the sheet');
    await world.photograph(page, 'agency-print');
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await sheet.waitFor({ state: 'detached' });
    await world.photograph(page, 'agency-line');
    await page.keyboard.press('h');
    await page
      .getByRole('dialog', { name: 'Tugas dalam 12 jam terakhir' })
      .getByText(incident.number)
      .waitFor();
    await world.photograph(page, 'agency-history');
    equal(await faults(page), [], 'axe on the history');
    await page.keyboard.press('Escape');
    // The unit is free for the next story.
    await page.keyboard.press('5');
    const own = async () =>
      (await ask('GET', `/incidents/${incident.id}`)).assignments.find((one) => one.agency.code === 'damkar');
    await until(async () => (await own()).state === 'completed', 'it is done');
  },
);
