import { faults } from '../axe.mjs';
import { equal, story, until } from '../harness.mjs';
import { newIncident } from './agency.mjs';

/** The day after tomorrow in WIB. */
const day = new Date(Date.now() + 7 * 3_600_000 + 2 * 86_400_000).toISOString().slice(0, 10);

const openPart = async (page, name) => {
  if ((await page.locator('.drawer[role=dialog]').count()) === 0) await page.keyboard.press('Alt+r');
  await page.getByRole('tab', { name }).click();
};

story(
  'a month of shifts is planned, two swap, and a shift is handed over with what is open',
  async (world) => {
    const supervisor = await world.signedIn('pengawas');
    const taker = await world.signedIn('petugas1');
    const next = await world.signedIn('petugas2');

    // Who is rung now stands there at once, and a person is written down with their number.
    await openPart(supervisor, 'Siapa piket');
    await supervisor.locator('.drawer').getByText('Piket Pemadam Kebakaran').waitFor();
    await openPart(supervisor, 'Jadwal');
    for (const name of ['Ani', 'Budi']) {
      await supervisor.getByRole('button', { name: '+ Orang baru' }).click();
      await supervisor.fill('#roster-name', name);
      await supervisor.fill('#roster-phone', name === 'Ani' ? 'nol delapan' : '+62 811-700-700');
      await supervisor.getByRole('button', { name: 'Simpan orang' }).click();
      if (name === 'Ani') {
        await supervisor.locator('.drawer').getByText('bukan bentuk yang benar').waitFor();
        await supervisor.fill('#roster-phone', '+62811700701');
        await supervisor.getByRole('button', { name: 'Simpan orang' }).click();
      }
      await supervisor.getByRole('button', { name: new RegExp(`^${name} `) }).waitFor();
    }
    await supervisor.selectOption('#roster-person', { label: 'Ani' });
    const form = supervisor.getByRole('form', { name: 'Tambah piket' });
    await form.locator('input[type=date]').fill(day);
    await form.locator('#roster-from').fill('20.00');
    await form.locator('#roster-to').fill('8');
    await form.locator('input[type=number]').first().fill('3');
    await form.locator('input[type=number]').last().fill('10');
    await form.getByRole('button', { name: 'Simpan 10 piket' }).click();
    await until(
      async () => (await supervisor.getByRole('button', { name: 'Minta tukar' }).count()) === 10,
      'ten shifts',
    );
    await world.photograph(supervisor, 'roster-plan-1366-dark');

    // The supervisor asks; whoever asked does not approve.
    await supervisor.getByRole('button', { name: 'Minta tukar' }).first().click();
    await supervisor.selectOption('#swap-with', { label: 'Budi' });
    await supervisor.fill('#swap-why', 'Anak sakit');
    await supervisor.getByRole('button', { name: 'Kirim permintaan' }).click();
    await openPart(supervisor, 'Tukar piket');
    await supervisor.getByRole('button', { name: 'Sudah setuju lewat telepon' }).click();
    await supervisor.getByText('menunggu pengesahan').waitFor();
    equal(await supervisor.getByRole('button', { name: 'Sahkan' }).count(), 0, 'nobody approves their own');
    const admin = await world.signedIn('admin');
    await openPart(admin, 'Tukar piket');
    await admin.getByRole('button', { name: 'Sahkan' }).click();
    await supervisor.getByText('disahkan').waitFor();

    // The shift changes hands with what is open.
    const number = (await newIncident(world)).number;
    await openPart(taker, 'Serah terima');
    await taker.fill('#handover-note', 'Genset mati, PLN datang pukul 7');
    await taker.getByRole('button', { name: 'Serahkan piket' }).click();
    await taker.locator('.drawer').getByText('belum diterima').first().waitFor();
    equal(await taker.getByRole('button', { name: 'Terima piket' }).count(), 0, 'not by whoever leaves');
    await openPart(next, 'Serah terima');
    await next.getByText('Genset mati').waitFor();
    await next.locator('.drawer').getByText(number).first().waitFor();
    equal(await faults(next), [], 'faults');
    await world.photograph(next, 'roster-handover-1366-dark');
    await next.getByRole('button', { name: 'Terima piket' }).click();
    await taker.getByText(/diterima Petugas Dua/).waitFor();

    for (const [theme, width, height] of [
      ['light', 1366, 768],
      ['light', 1920, 1080],
      ['dark', 1920, 1080],
    ]) {
      const page = await world.signedIn('pengawas', { theme, width, height });
      for (const [name, part] of [
        ['now', 'Siapa piket'],
        ['plan', 'Jadwal'],
      ]) {
        await openPart(page, part);
        await page.waitForTimeout(300);
        if (width === 1366) equal(await faults(page), [], `faults ${name} ${theme}`);
        await world.photograph(page, `roster-${name}-${width}-${theme}`);
      }
      await page.keyboard.press('Escape');
      await until(async () => (await page.locator('.drawer[role=dialog]').count()) === 0, 'closed');
      await page.context().close();
    }
  },
);
