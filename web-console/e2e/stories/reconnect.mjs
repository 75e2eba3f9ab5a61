import { check, equal, story, until } from '../harness.mjs';
import { newIncident } from './agency.mjs';

/** After the server is back: the longest back-off that can have been drawn by then, and the connecting. */
const BACK_MILLISECONDS_MAX = 12_000;

const numbersShown = (page) => page.locator('.lists li .number').allInnerTexts();

story('the server is killed and comes back: stale, then resumed, nothing twice', async (world) => {
  const page = await world.signedIn('petugas1');
  const incident = await newIncident(world);
  await page.locator('.lists li', { hasText: incident.number }).waitFor();
  const before = await numbersShown(page);
  await page.fill('#landmark', 'tetap di sini');

  await world.server.kill();
  await page.getByText(/Terputus – mencoba lagi dalam \d+ d/).waitFor();
  await page.getByText(/data mungkin basi sejak \d\d\.\d\d\.\d\d/).waitFor();
  check(await page.locator('.frame[aria-hidden]').isVisible(), 'the board is not framed');
  await world.photograph(page, 'call-taker-cut-off');

  await world.server.start();
  const started = Date.now();
  await page.getByText('Tersambung', { exact: true }).first().waitFor({ timeout: BACK_MILLISECONDS_MAX });
  console.log(`        connected again ${Date.now() - started} ms after the server was ready`);
  equal(await page.locator('.frame[aria-hidden]').count(), 0, 'frames');
  equal((await numbersShown(page)).sort(), before.sort(), 'incidents after the restart');
  equal(await page.inputValue('#landmark'), 'tetap di sini', 'the form');

  const later = await newIncident(world);
  await page.locator('.lists li', { hasText: later.number }).waitFor();
  const all = await numbersShown(page);
  equal(new Set(all).size, all.length, 'each incident once');
});

story('what was sent while the server was away arrives once', async (world) => {
  const page = await world.signedIn('petugas1');
  const landmark = `jembatan ${Date.now()}`;
  await page.fill('#landmark', landmark);
  await page.selectOption('#type', { label: 'Kebakaran bangunan' });
  await world.server.kill();
  await page.keyboard.press('Control+Enter');
  await page.getByText('Mengirim…').waitFor();
  await world.server.start();
  const sent = page.getByText(/Insiden \S+ diteruskan/);
  const unsent = page.getByText('Belum terkirim').first();
  await sent.or(unsent).first().waitFor({ timeout: 30_000 });
  if (!(await sent.isVisible())) {
    await page.keyboard.press('Control+Enter');
    await sent.waitFor({ timeout: 30_000 });
  }
  const ask = await world.api('pengawas');
  const { items } = await ask('GET', '/incidents?status=open&limit=200');
  equal(items.filter((one) => one.location.landmark === landmark).length, 1, 'incidents at the place');
});

story('log-out elsewhere ends this console’s feed', async (world) => {
  const page = await world.signedIn('bpbd');
  await page.evaluate(() =>
    fetch('/api/v1/session', { method: 'DELETE', headers: { 'idempotency-key': 'x' } }),
  );
  await page.waitForSelector('input[name=username]', { timeout: 15_000 });
  await until(() => page.getByText('Sesi Anda berakhir').isVisible(), 'why the log-in is back');
});
