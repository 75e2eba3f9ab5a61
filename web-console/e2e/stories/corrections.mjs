import { check, equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';
import { newIncident } from './agency.mjs';

async function incidentAt(world, landmark) {
  const ask = await world.api('pengawas');
  return until(async () => {
    const { items } = await ask('GET', '/incidents?status=open&limit=100');
    return items.find((one) => one.location.landmark === landmark);
  }, `the incident at ${landmark}`);
}

story('nobody is not everybody: without a single agency nothing is sent', async (world) => {
  const page = await world.signedIn('petugas1');
  const dispatches = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && /\/incidents/.test(request.url())) dispatches.push(request.url());
  });
  await page.fill('#landmark', 'lapangan bola Rias');
  await page.selectOption('#type', { label: 'Kebakaran bangunan' });
  const boxes = page.locator('.agencies input[type=checkbox]');
  await until(async () => (await boxes.count()) > 1, 'the proposal');
  for (let place = (await boxes.count()) - 1; place >= 0; place -= 1) await boxes.nth(place).uncheck();
  await page.getByText('Pilih sedikitnya satu instansi').waitFor();
  equal(await page.locator('.send').getAttribute('aria-disabled'), 'true', 'the button');
  await page.keyboard.press('Control+Enter');
  await page.waitForTimeout(300);
  equal(dispatches, [], 'requests');
});

story('what is typed after the caller hung up is kept, sent, and never overwrites others', async (world) => {
  const page = await world.signedIn('petugas2');
  await beginShift(page);
  const caller = await world.call();
  await page.getByText(caller.number).first().waitFor();
  await page.keyboard.press('F2');
  await page.locator('.live .number', { hasText: caller.number }).waitFor();
  const landmark = `depan SDN 3 Air Gegas ${caller.number.slice(-3)}`;
  await page.fill('#landmark', landmark);
  await page.selectOption('#type', { label: 'Kebakaran bangunan' });
  await page.keyboard.press('Control+Enter');
  await page.getByText(/Insiden \S+ diteruskan ke/).waitFor();
  await page.keyboard.press('F9');
  await page.fill('#narrative', 'Satu orang masih di lantai dua');
  check(!caller.hungUp, 'F9 has ended a call that is an incident');
  caller.hangUp();
  await until(
    async () => (await page.getByText('Tersambung', { exact: true }).count()) < 2,
    'the end of the call',
  );
  await page.keyboard.press('F7');
  await page.waitForTimeout(500);
  equal(await page.inputValue('#narrative'), 'Satu orang masih di lantai dua', 'the typed correction');
  await page.keyboard.press('Control+Enter');
  await page.getByText(/Insiden \S+ diperbarui/).waitFor();
  const ask = await world.api('pengawas');
  const sent = await incidentAt(world, landmark);
  equal(sent.narrative, 'Satu orang masih di lantai dua', 'narrative');
  // Somebody else lowers the priority while the next correction is typed.
  await page.fill('#narrative', 'Dua orang masih di lantai dua');
  await ask('PATCH', `/incidents/${sent.id}`, {
    version: (await incidentAt(world, landmark)).version,
    priority: 'P2',
  });
  await page.keyboard.press('Control+Enter');
  await page.getByText('Insiden ini diubah orang lain:').waitFor();
  equal(
    await page.inputValue('#narrative'),
    'Dua orang masih di lantai dua',
    'the words beside the conflict',
  );
  equal((await incidentAt(world, landmark)).priority, 'P2', 'priority of the other');
  await world.photograph(page, 'call-taker-conflict');
  // By its key, in the middle of typing.
  await page.getByRole('button', { name: 'Kirim isian saya Alt+V' }).waitFor();
  await page.keyboard.press('Alt+v');
  await until(async () => (await incidentAt(world, landmark)).narrative.startsWith('Dua'), 'the correction');
  await page.getByRole('button', { name: 'Selesai', exact: true }).click();
  equal(await page.inputValue('#landmark'), '', 'the form afterwards');
});

story('a second report becomes a duplicate with one key, its words a note', async (world) => {
  const incident = await newIncident(world);
  const page = await world.signedIn('petugas1');
  await beginShift(page);
  const caller = await world.call();
  await page.getByText(caller.number).first().waitFor();
  await page.keyboard.press('F2');
  await page.locator('.live .number', { hasText: caller.number }).waitFor();
  await page.fill('#narrative', 'Katanya api sudah ke rumah sebelah');
  await page.locator('.lists li', { hasText: incident.number }).locator('button.open').click();
  await page.getByRole('region', { name: `Insiden ${incident.number}` }).waitFor();
  await page.keyboard.press('F6');
  await page.getByText(`Panggilan dikaitkan ke ${incident.number}`).first().waitFor();
  equal(caller.hungUp, false, 'the caller is still on the line');
  await page.keyboard.press('F7');
  await until(() => caller.hungUp, 'the caller is released');
  const ask = await world.api('pengawas');
  const whole = await ask('GET', `/incidents/${incident.id}`);
  check(
    whole.notes.some((note) => note.text.includes('rumah sebelah')),
    'the words are lost',
  );
  const own = await until(async () => {
    const { items } = await ask('GET', '/calls?limit=50');
    return items.find((one) => one.caller?.number === caller.number && one.disposition);
  }, 'the disposition');
  equal([own.disposition.kind, own.incident_id], ['duplicate', incident.id], 'the call');
});

story('who rests hears nothing, and a call that nobody recorded is everybody’s', async (world) => {
  const one = await world.signedIn('petugas1');
  const other = await world.signedIn('petugas2');
  await beginShift(one);
  await one.getByRole('button', { name: 'Istirahat' }).click();
  const caller = await world.call();
  await one.getByText(caller.number).first().waitFor();
  await one.getByRole('button', { name: 'Siap', exact: true }).click();
  await one.keyboard.press('F2');
  await one.locator('.live .number', { hasText: caller.number }).waitFor();
  await until(() => caller.statuses.includes(200), 'the answer');
  caller.hangUp();
  await other.getByRole('tab', { name: /Belum dicatat/ }).click();
  const row = other.locator('.lists li', { hasText: caller.number });
  await row.getByRole('button', { name: 'Catat hasil' }).click();
  await other.locator('.active .number', { hasText: caller.number }).waitFor();
  await other.keyboard.press('F8');
  await row.waitFor({ state: 'detached' });
});
