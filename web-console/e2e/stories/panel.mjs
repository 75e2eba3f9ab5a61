import { check, equal, story, until } from '../harness.mjs';
import { newIncident } from './agency.mjs';

const panelOf = (page, incident) => page.getByRole('region', { name: `Insiden ${incident.number}` });

async function openOn(page, incident) {
  await page.locator('.figure', { has: page.getByText('Insiden terbuka', { exact: true }) }).click();
  await page.locator('li', { hasText: incident.number }).locator('button.link').first().click();
  await panelOf(page, incident).first().waitFor();
  return panelOf(page, incident).first();
}

story(
  'the supervisor sees why an agency declined, adds one, closes with a reason and opens again',
  async (world) => {
    const incident = await newIncident(world);
    const own = incident.assignments.find((one) => one.agency.code === 'damkar');
    const damkar = await world.api('damkar');
    await damkar('POST', `/assignments/${own.id}/decline`, { reason: 'Semua mobil di Lepar Pongok' });
    const ask = await world.api('pengawas');
    const page = await world.signedIn('pengawas');
    const panel = await openOn(page, incident);
    await panel.getByText('Semua mobil di Lepar Pongok').first().waitFor();
    await panel.getByRole('button', { name: 'Tambah instansi' }).click();
    const option = panel.locator('select option').nth(1);
    const name = await option.innerText();
    await panel.locator('select').selectOption({ label: name });
    await panel.getByRole('button', { name: 'Teruskan' }).click();
    await until(async () => {
      const { assignments } = await ask('GET', `/incidents/${incident.id}`);
      return assignments.some((one) => one.agency.name === name);
    }, 'the further agency');
    await panel.getByRole('button', { name: 'Tutup', exact: true }).click();
    equal(
      await panel.getByRole('button', { name: 'Tutup insiden' }).isDisabled(),
      true,
      'closing without a reason',
    );
    await panel.getByPlaceholder('Alasan (wajib)').fill('Ditangani warga, dipastikan lewat telepon');
    await page.keyboard.press('Enter');
    await panel.getByRole('button', { name: 'Buka kembali' }).click();
    await panel.getByPlaceholder('Alasan (wajib)').fill('Asap terlihat lagi');
    await page.keyboard.press('Enter');
    await until(async () => (await ask('GET', `/incidents/${incident.id}`)).closed_at === null, 'open again');
    await panel
      .getByText('Asap terlihat lagi')
      .first()
      .waitFor({ timeout: 3_000 })
      .catch(() => undefined);
    await world.photograph(page, 'supervisor-panel');
  },
);

story(
  'what an agency says on the telephone is written down by the supervisor, and its clock stops',
  async (world) => {
    const incident = await newIncident(world);
    const ask = await world.api('pengawas');
    const own = incident.assignments.find((one) => one.agency.code === 'damkar');
    const page = await world.signedIn('pengawas');
    const clocks = page.getByRole('region', { name: 'Jam berjalan' });
    const running = clocks.locator('li', { hasText: incident.number }).filter({ hasText: own.agency.name });
    await running.getByText('belum diterima').waitFor();
    await world.photograph(page, 'supervisor-clocks');
    await running.getByRole('button').click();
    const panel = panelOf(page, incident).first();
    const line = panel.locator('li', { hasText: own.agency.name }).first();
    await line.getByRole('button', { name: 'Catat kabar' }).click();
    await line.getByPlaceholder('Unit (bila disebut)').fill('Fuso 1');
    await world.photograph(page, 'supervisor-relay');
    await page.keyboard.press('Enter');
    await line.getByText('dari telepon').waitFor();
    const { assignments, timeline, clocks: left } = await ask('GET', `/incidents/${incident.id}`);
    const taken = assignments.find((one) => one.id === own.id);
    equal(
      [taken.state, taken.unit, taken.relayed[0].source],
      ['acknowledged', 'Fuso 1', 'telephone'],
      'the task',
    );
    check(
      timeline.some((one) => one.text_id.endsWith('(dicatat dari telepon)')),
      'the timeline says how',
    );
    const mine = left.filter((one) => one.assignment_id === own.id).map((one) => one.cause);
    equal(mine, ['not_en_route'], 'the clock that runs now');
    await page.keyboard.press('Escape');
    await until(async () => (await running.getByText('belum diterima').count()) === 0, 'the clock is gone');
  },
);

story('two incidents become one, after a confirmation that says what it does', async (world) => {
  const stays = await newIncident(world);
  const goes = await newIncident(world);
  const page = await world.signedIn('pengawas');
  const panel = await openOn(page, goes);
  await panel.getByRole('button', { name: 'Gabungkan', exact: true }).click();
  await panel.locator('select').selectOption(stays.id);
  await panel.getByText(`${goes.number} digabung ke ${stays.number}`).waitFor();
  await panel.getByRole('button', { name: 'Ya, gabungkan' }).click();
  const ask = await world.api('pengawas');
  const merged = await until(async () => {
    const one = await ask('GET', `/incidents/${goes.id}`);
    return one.status === 'merged' && one;
  }, 'the merge');
  equal(merged.merged_into, stays.id, 'the incident that goes on');
});

story('mode darurat is told in the strip, with the calls that live', async (world) => {
  await world.call();
  const page = await world.page();
  await page.routeWebSocket(/\/feed/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      socket.send(text);
      const message = JSON.parse(text);
      if (message.type !== 'snapshot') return;
      const since = message.at;
      // A call of this very server, under another name: what it looks like is written down nowhere else.
      const caller = { number: '+6281271112233', name: null, source: 'asserted' };
      const call = {
        ...message.calls.find((one) => one.state !== 'ended'),
        id: crypto.randomUUID(),
        state: 'queued',
        caller,
      };
      const mode = { type: 'system.mode', mode: 'darurat', since, at: since, live_calls: [call] };
      socket.send(JSON.stringify(mode));
    });
  });
  await page.fill('input[name=username]', 'petugas3');
  await page.fill('input[name=password]', 'sigap-demo');
  await page.click('button[type=submit]');
  await page.getByText('Mode darurat: penyimpanan tidak terjangkau').waitFor();
  await page.getByText('+6281271112233').waitFor();
  const { over } = await page.evaluate(() => ({ over: document.documentElement.scrollWidth - innerWidth }));
  equal(over, 0, 'pixels by which the strip widens the screen');
  await world.photograph(page, 'mode-darurat');
});
