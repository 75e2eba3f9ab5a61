import { readFile } from 'node:fs/promises';
import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { newIncident } from './agency.mjs';

story('every number of the wallboard opens the list that makes it', async (world) => {
  const page = await world.signedIn('pengawas');
  const incident = await newIncident(world);
  const caller = await world.call();
  const figures = page.locator('.figure');
  equal(await figures.count(), 9, 'numbers');
  const opens = async (label, inside) => {
    await page.locator('.figure', { has: page.getByText(label, { exact: true }) }).click();
    await page
      .getByRole('region', { name: `Daftar: ${label}` })
      .first()
      .waitFor();
    if (inside) await page.locator('li', { hasText: inside }).first().waitFor();
  };
  await opens('Antre', caller.number);
  await opens('Dijawab ≤ 15 d');
  await opens('P1 belum diterima', incident.location.landmark);
  await opens('Insiden terbuka', incident.location.landmark);
  await opens('Tugas panggilan');
  await opens('Petugas siap');
  await opens('Celah unit', 'tetap: Lepar');
  await opens('Berlangsung');
  await opens('Belum diterima', incident.number);
  const value = await page
    .locator('.figure', { has: page.getByText('Belum diterima', { exact: true }) })
    .locator('.value')
    .innerText();
  const rows = await page
    .getByRole('region', { name: 'Daftar: Belum diterima' })
    .first()
    .locator('li')
    .count();
  equal(Number(value), rows, 'the number and its list');
  await page
    .locator('li', { hasText: incident.number })
    .getByText(/dalam \d/)
    .first()
    .waitFor();
  await world.photograph(page, 'supervisor-wallboard');
});

story('the supervision log is shown newest first, with its signed checkpoint', async (world) => {
  const page = await world.signedIn('pengawas');
  await page.getByRole('link', { name: 'Log', exact: true }).click();
  const rows = page.locator('tbody tr');
  await until(async () => (await rows.count()) > 5, 'rows');
  const indexes = await page.locator('tbody td:first-child').allInnerTexts();
  const numbers = indexes.map(Number);
  check(
    numbers.every((one, place) => place === 0 || one === numbers[place - 1] - 1),
    `the log has a gap or is not newest first: ${numbers.slice(0, 20)}`,
  );
  await page.getByText('BEGIN PUBLIC KEY').waitFor();
  const kind = await page.locator('tbody summary').first().innerText();
  await page.locator('select').nth(1).selectOption(kind);
  const shown = await page.locator('tbody summary').allInnerTexts();
  equal([...new Set(shown)], [kind], 'filtered kinds');
  const index = (await page.locator('tbody td:first-child').last().innerText()).trim();
  await page.locator('tbody summary').last().click();
  const proof = page.getByRole('button', { name: `Simpan bukti entri ${index}` });
  const keep = page.getByRole('button', { name: /^Simpan titik periksa \d+$/ }).first();
  const taken = async (button) => {
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    return [download.suggestedFilename(), await readFile(await download.path(), 'utf8')];
  };
  // Of a server that is younger than a minute nothing is signed, and the screen says so.
  const isSigned = (await (await world.api('pengawas'))('GET', '/log/checkpoints')).items.length > 0;
  if (isSigned) {
    const [name, text] = await taken(keep);
    check(
      name.startsWith('titik-periksa-') && text.startsWith('sigap-log-checkpoint-v2\n'),
      `${name} ${text}`,
    );
    await page
      .getByRole('button', { name: /^Bukti hanya bertambah sejak/ })
      .first()
      .waitFor();
  } else {
    await proof.click();
    await page.getByText('Belum ditandatangani').first().waitFor();
  }
  await world.photograph(page, 'supervisor-log');
});

story(
  'what is held against a caller is shown with its reason and its end, and a supervisor lifts it',
  async (world) => {
    const ask = await world.api('petugas3');
    const number = '+628127990001';
    const recordOf = async () =>
      until(async () => {
        const { items } = await ask('GET', '/calls?limit=50');
        return items.find(
          (one) => one.caller?.number === number && !one.disposition && one.state !== 'ended',
        );
      }, 'the record of the call');
    for (let prank = 0; prank < 3; prank += 1) {
      const caller = await world.call({ number });
      const { id } = await recordOf();
      await ask('POST', `/calls/${id}/answer`, {});
      await ask('POST', `/calls/${id}/disposition`, { kind: 'prank' });
      caller.hangUp();
    }
    const page = await world.signedIn('pengawas');
    await page.locator('.figure', { has: page.getByText('Antre', { exact: true }) }).click();
    await world.call({ number });
    const row = page.locator('li', { hasText: number }).first();
    await row.getByText(/Perlu diperiksa.*pernah iseng.*biasa lagi \d/).waitFor();
    await world.photograph(page, 'supervisor-restriction');
    await row.getByRole('button', { name: 'Cabut pembatasan' }).click();
    await row.getByText(/Dicabut/).waitFor();
    equal(await row.getByText('Perlu diperiksa').count(), 0, 'restrictions');
    const record = await recordOf();
    equal([record.class, record.because], ['unknown', ['earlier_prank', 'restriction_lifted']], 'class');
  },
);

story('a supervisor gives a task to another agency, with a reason', async (world) => {
  const page = await world.signedIn('pengawas');
  const [from, to] = [await world.signedIn('pln'), await world.signedIn('basarnas')];
  const incident = await newIncident(world, { type: 'listrik_roboh', category: 'b' });
  const place = incident.location.landmark;
  await from.locator('article', { hasText: place }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type(incident.number.slice(-6));
  await page.keyboard.press('Enter');
  const line = page.locator('li', { hasText: 'PLN' }).filter({ hasText: 'Alihkan' }).first();
  await line.getByRole('button', { name: 'Alihkan' }).click();
  const form = page.getByRole('form', { name: /Alihkan tugas/ });
  check(await form.getByRole('button', { name: 'Alihkan' }).isDisabled(), 'without a reason');
  await form.getByLabel('Ke instansi').selectOption({ label: 'Unit Siaga SAR Toboali' });
  await form.getByLabel(/Alasan/).fill('regu PLN di Lepar');
  await world.photograph(page, 'reassign');
  equal(await faults(page), [], 'axe on the form');
  await page.keyboard.press('Enter');
  await to.locator('article', { hasText: place }).waitFor();
  await from.locator('article', { hasText: place }).waitFor({ state: 'detached' });
  await page
    .getByText(/tidak jadi ditugaskan: regu PLN di Lepar/)
    .first()
    .waitFor();
});
