import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';

/** Beside the fire station of the demo, where no other story reports. */
const SCENE = { lat: -3.0102, lon: 106.4571 };

async function reported(world, ask) {
  const landmark = `ruko ${crypto.randomUUID().slice(0, 8)}`;
  const location = { ...SCENE, accuracy_m: 30, landmark };
  const report = {
    category: 'a',
    type: 'kebakaran_bangunan',
    priority: 'P1',
    narrative: 'Api di lantai dua.',
  };
  const incident = await ask('POST', '/incidents', { ...report, location });
  return (await ask('POST', `/incidents/${incident.id}/dispatch`, { agencies: ['damkar'] })).incident;
}

/** The card of a task, opened. */
async function opened(page, incident) {
  const { landmark } = incident.location;
  await page.locator('article', { hasText: landmark }).getByRole('button', { name: landmark }).click();
  const details = page.locator('.details', { hasText: incident.number });
  await details.waitFor();
  return details;
}

story('the nearest fit unit goes with one key, is busy for the next task, and free again', async (world) => {
  const ask = await world.api('petugas3');
  const damkar = await world.api('damkar');
  // What other stories left waiting would stand before the two tasks of this one.
  for (const left of (await damkar('GET', '/assignments?open=true')).items) {
    if (left.state === 'sent' || left.state === 'delivered') {
      await damkar('POST', `/assignments/${left.id}/acknowledge`, {});
    }
  }
  const first = await reported(world, ask);
  const page = await world.signedIn('damkar');
  const fleet = page.getByRole('group', { name: 'Unit' });
  await fleet.getByRole('button', { name: /^Damkar 2 / }).click();
  await fleet.getByRole('textbox', { name: 'Alasan tidak siap' }).fill('ban pecah');
  await fleet.getByRole('button', { name: 'Tidak siap' }).click();
  await fleet.getByText('ban pecah').waitFor();

  let details = await opened(page, first);
  await details.getByText('Terdekat dan siap: Damkar 1').waitFor();
  const passed = details.getByRole('list', { name: 'Dilewati' });
  await passed.getByText('Damkar 2 tidak siap: ban pecah').waitFor();
  await details.getByRole('button', { name: /Terima \+ Damkar 1/ }).waitFor();
  await world.photograph(page, 'units-1366-dark');
  await page.keyboard.press('u');
  await details.getByText('Unit di tugas ini: Damkar 1').waitFor();
  const [task] = (await ask('GET', `/incidents/${first.id}`)).assignments;
  equal([task.state, task.units.map((one) => one.callsign)], ['acknowledged', ['Damkar 1']], 'the task');

  // The next task: the unit is passed over with the number of what it is on; another one goes.
  const second = await reported(world, ask);
  details = await opened(page, second);
  await passed.getByText(`Damkar 1 di insiden ${first.number}`).waitFor();
  await details.getByText('Terdekat dan siap: Tangki 1').waitFor();
  await page.keyboard.press('t');
  await details.getByText('Diterima', { exact: false }).first().waitFor();
  await details.getByRole('button', { name: 'Tugaskan Tangki 1' }).click();
  await details.getByText('Unit di tugas ini: Tangki 1').waitFor();
  const refused = await damkar('POST', `/units/${task.units[0].id}`, {
    action: 'join',
    assignment_id: (await ask('GET', `/incidents/${second.id}`)).assignments[0].id,
  }).catch((error) => error.message);
  check(refused.includes('unit_booked') && refused.includes(first.number), refused);

  // The supervisor sees who should go, raises the alarm, and adds what the plan proposes.
  const supervisor = await world.signedIn('pengawas');
  const gaps = (on) => on.locator('.figure', { has: on.getByText('Celah unit', { exact: true }) });
  await gaps(supervisor).click();
  const list = supervisor.getByRole('group', { name: 'Daftar: Celah unit' });
  await list.getByText('Geser Damkar 4', { exact: false }).first().waitFor();
  await world.photograph(supervisor, 'gaps-1366-dark');
  await supervisor
    .locator('.figure', { has: supervisor.getByText('Insiden terbuka', { exact: true }) })
    .click();
  await supervisor.locator('li', { hasText: second.number }).locator('button.link').first().click();
  const panel = supervisor.getByRole('region', { name: `Insiden ${second.number}` }).first();
  await panel.getByText(`Damkar 1 di insiden ${first.number}`).waitFor();
  await panel.getByRole('button', { name: 'Naikkan alarm' }).click();
  await supervisor.keyboard.type('merambat ke ruko sebelah');
  await supervisor.keyboard.press('Enter');
  await panel.getByText('Alarm tingkat 2').first().waitFor();
  await panel.getByText('Instansi pendukung: alarm tingkat 2: kebakaran meluas').first().waitFor();
  await world.photograph(supervisor, 'alarm-1366-dark');
  await panel.getByRole('button', { name: 'Tambah Satuan Polisi Pamong Praja' }).click();
  await until(async () => {
    const { assignments } = await ask('GET', `/incidents/${second.id}`);
    return assignments.some((one) => one.agency.code === 'satpolpp');
  }, 'satpolpp is asked');

  // Done: the unit is free for the second task at once.
  await page.getByRole('button', { name: first.location.landmark }).first().click();
  await page.locator('.details', { hasText: first.number }).waitFor();
  await page.keyboard.press('5');
  await until(
    async () =>
      (await damkar('GET', '/units')).items.find((one) => one.callsign === 'Damkar 1').state === 'ready',
    'it is free',
  );
  await page.getByRole('button', { name: second.location.landmark }).first().click();
  details = page.locator('.details', { hasText: second.number });
  await details.getByText('Terdekat dan siap: Damkar 1').waitFor();

  // The browser of a telephone tells where the unit is.
  await page.context().grantPermissions(['geolocation'], { origin: world.server.origin });
  await page.context().setGeolocation({ latitude: SCENE.lat, longitude: SCENE.lon, accuracy: 9 });
  await fleet.getByRole('button', { name: /^Damkar 1 / }).click();
  await fleet.getByRole('button', { name: 'Bagikan posisi' }).click();
  await fleet.getByText(/posisi 0\.\d\d lalu/).waitFor();
  await details.getByText('0,0 km dari posisinya').waitFor();

  await damkar(
    'POST',
    `/units/${(await damkar('GET', '/units')).items.find((one) => one.callsign === 'Damkar 2').id}`,
    { action: 'ready' },
  );
  const found = [];
  for (const theme of ['dark', 'light']) {
    const wide = await world.signedIn('damkar', { theme, width: 1920, height: 1080 });
    await wide.getByRole('button', { name: second.location.landmark }).first().click();
    await wide.getByText('Terdekat dan siap').waitFor();
    await wide.getByRole('button', { name: /^Tangki 1 / }).click();
    found.push(...(await faults(wide)).map((fault) => `${theme} ${fault}`));
    await world.photograph(wide, `units-1920-${theme}`);
    const watch = await world.signedIn('pengawas', { theme, width: 1920, height: 1080 });
    await gaps(watch).click();
    await watch.getByText('tetap: Lepar', { exact: false }).waitFor();
    await world.photograph(watch, `gaps-1920-${theme}`);
  }
  equal(found, [], 'faults');
  await page.keyboard.press('5');
});
