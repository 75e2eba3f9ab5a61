import { readFile } from 'node:fs/promises';

import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';

story('a supervisor tests the channels, sees which one fails, and takes the report along', async (world) => {
  const page = await world.signedIn('pengawas');
  await page.getByRole('link', { name: 'Saluran' }).click();
  const row = (key) => page.locator(`tr[data-channel="${key}"]`);
  await row('pln/0').waitFor();
  check((await row('pln/0').innerText()).includes('belum pernah'), 'it was tested before');
  world.brokenGateway.works = false;
  await page.getByRole('button', { name: 'Uji semua saluran' }).click();
  await row('pln/0').getByText('dikirim, menunggu laporan (200)').first().waitFor();
  await row('basarnas/0').getByText('UJI GAGAL').waitFor();
  const [message] = world.gateway.sent.filter((one) => one.text.startsWith('UJI'));
  equal(message?.to, '+628112222', 'who was told');
  equal(await faults(page), [], 'accessibility');
  await world.photograph(page, 'channels-1366-dark');

  world.brokenGateway.works = true;
  const again = row('basarnas/0').getByRole('button');
  await until(async () => {
    await again.click();
    return (await row('basarnas/0').getByText('UJI GAGAL').count()) === 0;
  }, 'the failure is gone after a test that succeeds');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Unduh CSV' }).click(),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  check(/,basarnas,[^\n]*,failed,false,503,/.test(text), `the failure is missing in\n${text}`);
  check(/,pln,[^\n]*,accepted,false,200,/.test(text), `the success is missing in\n${text}`);
});
