import { faults } from '../axe.mjs';
import { beginShift } from '../world.mjs';
import { newIncident } from './agency.mjs';
import { check, equal, story, until } from '../harness.mjs';

const WINDOW_MILLISECONDS = 600_000;
const FLOOD = 9;

/** Entries of the log of one kind that somebody made. */
async function entries(world, kind) {
  const log = await world.api('auditor');
  const found = [];
  for (let after = 0; ;) {
    const { entries } = await log('GET', `/log?after=${after}&limit=1000`);
    if (entries.length === 0) return found;
    found.push(...entries.filter((entry) => entry.kind === kind));
    after = entries.at(-1).index;
  }
}

story('the sound test of a shift is answered by key and stands in the log', async (world) => {
  const before = (await entries(world, 'site.sound_tested')).length;
  const page = await world.signedIn('damkar');
  await page.getByRole('button', { name: 'Mulai giliran' }).click();
  const heard = page.getByRole('group', { name: 'Bunyi uji terdengar?' });
  await heard.waitFor();
  equal(await faults(page), [], 'faults');
  await world.photograph(page, 'sound-test-1366-dark');
  await page.keyboard.press('Alt+m');
  await page.getByText('Bunyi uji tidak terdengar').first().waitFor();
  check(await heard.isVisible(), 'it is asked again');
  await page.keyboard.press('Alt+y');
  await heard.waitFor({ state: 'detached' });
  await until(
    async () => (await entries(world, 'site.sound_tested')).length === before + 2,
    'both answers are in the log',
  );
  const said = (await entries(world, 'site.sound_tested')).slice(-2).map((entry) => entry.body.heard);
  equal(said.sort(), [false, true], 'what was said');
});

story('a supervisor sees who hears more alarms than a person can answer', async (world) => {
  const damkar = await world.api('damkar');
  const from = new Date(Math.floor(Date.now() / WINDOW_MILLISECONDS) * WINDOW_MILLISECONDS).toISOString();
  const begun = [
    { sound: 'p1', count: FLOOD },
    { sound: 'cut', count: FLOOD },
  ];
  await damkar('POST', '/alarms', { from, muted_s: 61, begun });
  for (const look of [
    { theme: 'dark', width: 1366, height: 768 },
    { theme: 'light', width: 1920, height: 1080 },
  ]) {
    const page = await world.signedIn('pengawas', look);
    await beginShift(page);
    await page.getByRole('tab', { name: 'Bunyi' }).click();
    // Other stories of the same server may have been loud before.
    await page
      .getByText(/[1-9]\d*× terlalu banyak/)
      .first()
      .waitFor();
    await page.getByText('dibisukan 2 menit').waitFor();
    await page
      .getByText(/[1-9]\d*× di atas biasa/)
      .first()
      .waitFor();
    await page
      .getByText(/P1 \d+.*putus \d+|putus \d+.*P1 \d+/)
      .first()
      .waitFor();
    equal(await faults(page), [], 'faults');
    await world.photograph(page, `alarms-${look.width}-${look.theme}`);
  }
});

story('a page that closes tells at once what its alarms did, and so does who signs out', async (world) => {
  const counted = async () => (await entries(world, 'site.alarms_counted')).length;
  for (const leave of [
    (page) => page.goto(`${world.server.origin}/health/live`),
    (page) => page.getByRole('button', { name: 'Keluar' }).click(),
  ]) {
    const page = await world.signedIn('damkar');
    await beginShift(page);
    const before = await counted();
    const place = { landmark: `gudang ${crypto.randomUUID().slice(0, 8)}`, lat: -3.02, lon: 106.5 };
    await newIncident(world, { location: place });
    await page.locator('article', { hasText: place.landmark }).waitFor();
    await until(() => page.evaluate(() => document.title.startsWith('(')), 'the alarm');
    await page.waitForTimeout(500);
    await leave(page);
    await until(async () => (await counted()) > before, 'what sounded is in the log');
  }
});
