import { faults } from '../axe.mjs';
import { equal, story, until } from '../harness.mjs';

const sizes = [
  [1366, 768],
  [1920, 1080],
];

/** Pixels of the form that would have to be scrolled. */
const scrolls = (page) =>
  page.evaluate(() => {
    const form = document.querySelector('form.panel');
    return [form, form.querySelector('.fields')].map((one) => one.scrollHeight - one.clientHeight);
  });

for (const theme of ['dark', 'light']) {
  story(
    `proposals say why, what to ask, and that a caller may not be free to speak (${theme})`,
    async (world) => {
      const found = [];
      for (const [width, height] of sizes) {
        const page = await world.signedIn('petugas1', { theme, width, height });
        const strip = page.locator('.reasons');

        await page.fill('#said', 'rumah tetangga terbakar, api sudah sampai atap');
        await strip.getByText('Kata terberat').waitFor();
        equal(await strip.getByText('Perlu ditanya').count(), 0, 'a clear text is not asked about');
        await world.photograph(page, `proposals-reasons-${width}-${theme}`);

        await page.fill('#said', 'halo pak, xqzv wkrt');
        await strip.getByText('Perlu ditanya', { exact: true }).waitFor();
        equal(await strip.locator('svg').count(), 1, 'a sign beside the words');
        await world.photograph(page, `proposals-ask-${width}-${theme}`);

        await page.fill('#said', 'mau pesan nasi goreng satu… iya, dia di sini');
        await strip.getByText(/Mungkin tidak bebas bicara: jangan panggil balik/).waitFor();
        const questions = page.locator('.proposals .questions');
        await questions.getByText('Tanya ya/tidak:').waitFor();
        equal((await questions.innerText()).split('?').length - 1, 4, 'questions');
        await world.photograph(page, `proposals-covert-${width}-${theme}`);
        const fits = await questions.evaluate((one) => one.scrollHeight <= one.clientHeight);
        equal(fits, true, 'the questions are read without scrolling');
        const first = page.locator('.proposals button').first();
        await until(async () => (await first.innerText()).includes('P1'), 'the most urgent');
        equal(await scrolls(page), [0, 0], `pixels to scroll at ${width}`);
        found.push(...(await faults(page)).map((fault) => `${width} ${fault}`));

        await page.fill('#said', '');
        await until(async () => (await strip.innerText()).trim() === '', 'no text, no reason');
        await page.context().close();
      }
      equal(found, [], 'faults');
    },
  );
}
