import { check, equal, story, until } from '../harness.mjs';
import { faults } from '../axe.mjs';
import { beginShift } from '../world.mjs';

/** From the ring to the dispatch, beside the words of the report. */
const KEYS_MAX = 12;

story('from ring to dispatch by keyboard alone, with at most twelve keys beside the words', async (world) => {
  const page = await world.signedIn('petugas1');
  await beginShift(page);
  const caller = await world.call();
  let keys = 0;
  const press = async (key) => {
    keys += 1;
    await page.keyboard.press(key);
  };
  await press('F2');
  await until(() => caller.statuses.includes(200), 'the answer reaches the caller');
  await until(() => page.evaluate(() => document.activeElement?.id === 'landmark'), 'the focus at the place');
  await page.keyboard.type('depan Masjid Agung Toboali');
  for (let tabs = 0; (await page.evaluate(() => document.activeElement?.id)) !== 'said'; tabs += 1) {
    check(tabs < KEYS_MAX, 'the question what happened is not reached by Tab');
    await press('Tab');
  }
  await page.keyboard.type('rumah terbakar, api besar');
  await page.locator('.proposals button').first().waitFor();
  await press('Alt+q');
  await press('Control+Enter');
  await page.getByText(/diteruskan ke/).waitFor();
  console.log(`        ${keys} keys beside the words`);
  check(keys <= KEYS_MAX, `${keys} keys`);
});

story('the command line does by words what keys and clicks do', async (world) => {
  const page = await world.signedIn('petugas1');
  const line = page.getByRole('dialog', { name: 'Perintah' });
  await page.keyboard.press('Control+k');
  await line.waitFor();
  equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'combobox', 'the focus');
  await page.keyboard.type('jenis kebakaran bangun');
  await world.photograph(page, 'command-line');
  equal(await faults(page), [], 'axe on the command line');
  await page.keyboard.press('Enter');
  equal(await line.count(), 0, 'it closes');
  equal(await page.locator('#type').inputValue(), 'type:kebakaran_bangunan', 'the type');
  for (const words of ['wilayah toboali', 'tambahkan basarnas']) {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(words);
    await page.keyboard.press('Enter');
  }
  await page.getByText('Ditambah petugas').waitFor();
  check((await page.locator('#area').inputValue()) !== '', 'the area');
  // Typed in a field a slash is a slash; elsewhere it opens the line, and Esc gives the focus back.
  await page.locator('#landmark').focus();
  await page.keyboard.type('RT 3/RW 1');
  equal(await line.count(), 0, 'a slash in a field');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('zzzz');
  await line.getByText(/Tidak ada yang cocok/).waitFor();
  await page.keyboard.press('Escape');
  equal(await page.evaluate(() => document.activeElement?.id), 'landmark', 'the focus is back');
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('/');
  await line.waitFor();
});
