import { check, equal, story } from '../harness.mjs';

/** hh.mm in Jayapura now, nine hours ahead of UTC. */
const there = () => new Date(Date.now() + 9 * 3_600_000).toISOString().slice(11, 16).replace(':', '.');

story('a centre in the east shows its own hour and its own name for it', async (shared) => {
  const world = await shared.apart('zone = "Asia/Jayapura"');
  const page = await world.signedIn('pengawas', { width: 1920, height: 1080, theme: 'light' });
  const before = there();
  const shown = await page.locator('header time').innerText();
  check(shown.endsWith('WIT') && [before, there()].includes(shown.slice(0, 5)), `${shown} at ${before}`);

  const ask = await world.api('petugas1');
  await ask('POST', '/incidents', {
    category: 'a',
    type: 'kebakaran_bangunan',
    narrative: 'Api.',
    location: { lat: -3.005, lon: 106.455, landmark: 'pasar' },
  });
  const opened = there();
  await page.goto(`${world.server.origin}/pengawas/log`);
  await page.getByRole('columnheader', { name: 'Waktu (WIT)' }).waitFor();
  const row = await page.locator('tbody tr').first().innerText();
  check(
    [before, opened, there()].some((time) => row.includes(time)),
    `${row} at ${opened}`,
  );
  await page.goto(`${world.server.origin}/pengawas/unit`);
  await page.getByRole('button', { name: 'Sebaran' }).click();
  await page.getByText(/\d\d\.\d\d\.\d\d WIT – /).waitFor();

  const wall = await world.page();
  await wall.fill('input[name=username]', 'dinding');
  await wall.fill('input[name=password]', 'sigap-demo');
  await wall.click('button[type=submit]');
  await wall.getByText('WIT', { exact: true }).waitFor();

  const taker = await world.signedIn('petugas1');
  equal((await taker.locator('body').innerText()).includes('WIB'), false, 'WIB on a screen in the east');
});
