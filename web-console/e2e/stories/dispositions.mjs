import { check, equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

async function disposed(world, caller, kind) {
  const ask = await world.api('pengawas');
  const call = await until(async () => {
    const { items } = await ask('GET', '/calls?limit=50');
    return items.find((one) => one.caller?.number === caller.number && one.disposition);
  }, `disposition of ${caller.number}`);
  equal(call.disposition.kind, kind, 'disposition');
}

story('one key for a prank: recorded, hung up, and the next caller is answered', async (world) => {
  const page = await world.signedIn('petugas2');
  await beginShift(page);
  const first = await world.call();
  const second = await world.call();
  await page.getByText(second.number).waitFor();
  await page.keyboard.press('F2');
  await page.locator('.live .number', { hasText: first.number }).waitFor();
  await page.keyboard.press('F9');
  await until(() => first.hungUp, 'the first caller is released');
  await page.locator('.live .number', { hasText: second.number }).waitFor();
  await until(() => second.statuses.includes(200), 'the second caller is answered');
  await disposed(world, first, 'prank');

  await page.keyboard.press('F8');
  await until(() => second.hungUp, 'the second caller is released');
  await page.getByText('Tidak ada panggilan aktif').waitFor();
  await disposed(world, second, 'ghost');
});

story('a form that holds somebody’s words asks for the key twice', async (world) => {
  const page = await world.signedIn('petugas2');
  await beginShift(page);
  const caller = await world.call();
  await page.getByText(caller.number).first().waitFor();
  await page.keyboard.press('F2');
  await page.locator('.live .number', { hasText: caller.number }).waitFor();
  await page.fill('#narrative', 'katanya ada api');
  await page.keyboard.press('F9');
  await page.getByText('Tekan F9 sekali lagi').waitFor();
  check(!caller.hungUp, 'the first press has hung up');
  await page.keyboard.press('F9');
  await until(() => caller.hungUp, 'the second press hangs up');
  await disposed(world, caller, 'prank');
});

story('another outcome comes from the small menu, and can be changed', async (world) => {
  const page = await world.signedIn('petugas2');
  await beginShift(page);
  const caller = await world.call();
  await page.getByText(caller.number).first().waitFor();
  await page.keyboard.press('F2');
  await page.getByRole('button', { name: 'Hasil lain' }).click();
  await page.getByRole('menuitem', { name: 'permintaan informasi' }).click();
  await disposed(world, caller, 'information');
  await page.getByRole('button', { name: 'Ubah' }).click();
  await page.getByRole('button', { name: 'Hasil lain' }).click();
  await page.getByRole('menuitem', { name: 'salah sambung' }).click();
  await until(async () => {
    const ask = await world.api('pengawas');
    const { items } = await ask('GET', '/calls?limit=50');
    return items.some(
      (one) => one.caller?.number === caller.number && one.disposition?.kind === 'wrong_number',
    );
  }, 'the changed disposition');
});

story('a caller who gave up is called back', async (world) => {
  const page = await world.signedIn('petugas1');
  const caller = await world.call();
  await page.getByText(caller.number).first().waitFor();
  caller.hangUp();
  await page.getByRole('tab', { name: /Panggilan balik/ }).click();
  const row = page.locator('.lists li', { hasText: caller.number });
  await row.getByText('tenggat').waitFor();
  await row.getByRole('button', { name: 'Tidak diangkat' }).click();
  await row.getByText('1 percobaan').waitFor();
  await row.getByRole('button', { name: 'Tersambung' }).click();
  await row.waitFor({ state: 'detached' });
});
