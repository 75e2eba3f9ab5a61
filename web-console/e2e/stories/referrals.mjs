import { faults } from '../axe.mjs';
import { equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

story(
  'a street lamp goes to SP4N-LAPOR! with a number that is read to the caller, without the mouse',
  async (world) => {
    const page = await world.signedIn('petugas1');
    await beginShift(page);
    const caller = await world.call();
    await page.getByText(caller.number).first().waitFor();
    await page.keyboard.press('F2');
    await until(() => page.evaluate(() => document.activeElement?.id === 'landmark'), 'the form');
    await page.keyboard.type('depan kantor desa');
    await page.fill('#said', 'lampu jalan mati dari kemarin');
    await page.keyboard.press('Alt+h');
    await page.getByRole('menuitem', { name: /Rujuk/ }).focus();
    await page.keyboard.press('Enter');
    const onService = () => document.activeElement?.textContent?.includes('SP4N');
    await until(() => page.evaluate(onService), 'the services');
    await page.keyboard.press('Enter');
    await until(() => page.evaluate(() => document.activeElement?.id === 'refer-about'), 'the words');
    equal(
      await page.inputValue('#refer-about'),
      'depan kantor desa\nlampu jalan mati dari kemarin',
      'what was typed is not typed again',
    );
    await page.keyboard.press('Alt+Enter');
    const number = page.getByText(/^R-\d{6}-\d{3}$/);
    await number.waitFor();
    const shown = await number.innerText();
    await page.getByText(`Nomor rujukannya ${shown}`).waitFor();
    equal(await faults(page), [], 'faults');
    await world.photograph(page, 'referral-1366-dark');
    await page.keyboard.press('Escape');
    await page.keyboard.press('F7');
    await until(() => caller.hungUp, 'the caller is gone');

    const supervisor = await world.signedIn('pengawas', { theme: 'light' });
    await supervisor.getByRole('link', { name: 'Rujukan' }).click();
    await supervisor.getByText(shown).waitFor();
    await supervisor.getByLabel(`Nomor di layanan ${shown}`).fill('LPR-112-778');
    await world.photograph(supervisor, 'referrals-1366-light');
    await supervisor.getByRole('button', { name: 'Catat diteruskan' }).first().click();
    await supervisor.getByText('LPR-112-778').waitFor();
    equal(await faults(supervisor), [], 'faults of the list');
  },
);
