import { World, beginShift } from './world.mjs';
import { until } from './harness.mjs';
const world = new World();
await world.open();
try {
  const page = await world.signedIn('petugas1');
  await beginShift(page);
  const number = '+6281270099002';
  const caller = await world.call({ number });
  caller.hangUp();
  await page.getByRole('tab', { name: /Panggilan balik/ }).click();
  const row = page.locator('.lists li', { hasText: number });
  await row.getByRole('button', { name: 'Ambil' }).click();
  world.telco.picksUp = false;
  await row.getByRole('button', { name: 'Hubungi' }).click();
  await until(() => world.telco.invites.length === 1, 'rings');
  await page.waitForTimeout(1500);
  await world.photograph(page, 'scratch-outbound-ringing');
  const ask = await world.api('petugas1');
  const { items } = await ask('GET', '/calls?limit=100');
  console.log(JSON.stringify(items.find((c) => c.direction === 'out')));
  world.telco.pickUp();
  await page.waitForTimeout(1000);
  const b = await ask('GET', '/calls?limit=100');
  console.log(JSON.stringify(b.items.find((c) => c.direction === 'out')));
} catch (e) {
  console.log(e);
}
await world.close();
process.exit(0);
