import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { newIncident } from './agency.mjs';

/** Layout shift that a burst may cause on a screen. */
const LAYOUT_SHIFT_MAX = 0.05;

const screens = [
  ['petugas1', '/panggilan'],
  ['damkar', '/instansi'],
  ['pengawas', '/pengawas'],
  ['pengawas', '/pengawas/log'],
  ['pengawas', '/pengawas/insiden'],
  ['pengawas', '/pengawas/laporan'],
];

for (const theme of ['dark', 'light']) {
  story(`axe finds nothing on any screen (${theme})`, async (world) => {
    await newIncident(world);
    await newIncident(world, { category: 'g', type: 'satwa_ular', priority: 'P3' });
    await world.call({ fix: { lat: -2.9, lon: 106.5, radius: 500 } });
    const found = [];
    const logIn = await world.page({ theme });
    await logIn.getByText('sigap-demo').waitFor();
    found.push(...(await faults(logIn)).map((fault) => `log-in ${fault}`));
    for (const [username, path] of screens) {
      for (const [width, height] of [
        [1366, 768],
        [1920, 1080],
      ]) {
        const page = await world.signedIn(username, { theme, width, height });
        if (new URL(page.url()).pathname !== path) await page.goto(`${world.server.origin}${path}`);
        await page.getByText('Tersambung', { exact: true }).first().waitFor();
        await page.waitForTimeout(600);
        // The theme changes contrast, the width what is folded away; each is judged once, all are photographed.
        if (width === 1366 || theme === 'dark')
          found.push(...(await faults(page)).map((fault) => `${path} ${width} ${fault}`));
        await world.photograph(page, `${path.slice(1).replace('/', '-')}-${width}-${theme}`);
        await page.context().close();
      }
    }
    equal(found, [], 'faults');
  });
}

story('a burst moves nothing under anybody’s hand', async (world) => {
  const pages = [];
  for (const username of ['petugas1', 'damkar', 'pengawas']) pages.push(await world.signedIn(username));
  await Promise.all(pages.map((page) => page.waitForTimeout(1_000)));
  for (const page of pages)
    await page.evaluate(() => void ((window.layoutShift = 0), (window.layoutShiftSources = [])));
  await Promise.all([
    ...Array.from({ length: 12 }, (_, n) => newIncident(world, { priority: ['P1', 'P2', 'P3'][n % 3] })),
    ...Array.from({ length: 8 }, () => world.call()),
  ]);
  await until(async () => (await pages[1].locator('article').count()) >= 12, 'the incidents');
  for (const page of pages) {
    await page.waitForTimeout(700);
    const { shift, sources } = await page.evaluate(() => ({
      shift: window.layoutShift,
      sources: [...new Set(window.layoutShiftSources)],
    }));
    console.log(`        ${new URL(page.url()).pathname}: layout shift ${shift.toFixed(4)}`);
    check(shift <= LAYOUT_SHIFT_MAX, `${page.url()} shifted by ${shift} (${sources.join(', ')})`);
  }
});

story('a list under the pointer keeps its order, and tells what is new', async (world) => {
  const page = await world.signedIn('damkar');
  await newIncident(world, { priority: 'P3' });
  const list = page.getByRole('group', { name: 'Belum diterima' });
  await page.locator('article').first().waitFor();
  await list.hover();
  const before = await page.locator('article').allInnerTexts();
  const incident = await newIncident(world, { priority: 'P1' });
  await page.getByRole('button', { name: '+1 baru' }).waitFor();
  equal(await page.locator('article').count(), before.length, 'cards under the pointer');
  await page.getByRole('button', { name: '+1 baru' }).click();
  await page.locator('article', { hasText: incident.location.landmark }).waitFor();
});
