import { check, equal, story, until } from '../harness.mjs';
import { beginShift, signIn } from '../world.mjs';

const kept = (page) => page.getByText(/Tersimpan otomatis \d\d\.\d\d\.\d\d/);
const landmark = (page) => page.inputValue('#landmark');

story(
  'what was typed is back after a reload and at another seat, and nothing of it is in the browser',
  async (world) => {
    const here = await world.signedIn('petugas1');
    await here.fill('#landmark', 'Simpang lima Toboali');
    await here.fill('#narrative', 'Asap tebal dari gudang');
    await here.keyboard.press('Alt+2');
    await kept(here).waitFor();
    const stored = await here.evaluate(async () => {
      const databases = (await indexedDB.databases()).map((one) => one.name);
      return JSON.stringify([localStorage, sessionStorage, databases, document.cookie]);
    });
    check(!/Simpang|Asap/.test(stored), `the browser keeps ${stored}`);
    await here.reload();
    await until(async () => (await landmark(here)) === 'Simpang lima Toboali', 'the place after the reload');
    equal(await here.inputValue('#narrative'), 'Asap tebal dari gudang', 'the story');

    const there = await world.signedIn('petugas1');
    await until(
      async () => (await landmark(there)) === 'Simpang lima Toboali',
      'the place at the other seat',
    );
    await there.fill('#landmark', 'Simpang lima Toboali, gudang beras');
    const ask = await world.api('petugas1');
    const written = async (words) => JSON.stringify(await ask('GET', '/drafts')).includes(words);
    await until(() => written('gudang beras'), 'the server has it');
    await here.fill('#narrative', 'Asap tebal dari gudang, dua orang di dalam');
    await here.getByText(/juga diisi di layar lain oleh/).waitFor();
    equal(
      await here.inputValue('#narrative'),
      'Asap tebal dari gudang, dua orang di dalam',
      'nothing is taken away',
    );
    await world.photograph(here, 'draft-overtaken');
    await here.getByRole('button', { name: 'Ambil isian itu' }).click();
    equal(await landmark(here), 'Simpang lima Toboali, gudang beras', 'what was typed there');

    // What is handed in stands in no form any more.
    await here.selectOption('#type', { label: 'Kebakaran bangunan' });
    await here.keyboard.press('Control+Enter');
    await here.getByText(/diteruskan ke/).waitFor();
    await until(async () => (await ask('GET', '/drafts')).items.length === 0, 'the draft is forgotten');
  },
);

story(
  'a page that is loaded anew in the middle of a call has its words, and its incident has the call',
  async (world) => {
    const page = await world.signedIn('petugas2');
    await beginShift(page);
    const caller = await world.call();
    await page.keyboard.press('F2');
    await until(() => caller.statuses.includes(200), 'the answer reaches the caller');
    await page.getByLabel('Lokasi / patokan').first().focus();
    await page.keyboard.type('Pantai Batu Perahu');
    await kept(page).waitFor();
    await page.reload();
    await until(async () => (await landmark(page)) === 'Pantai Batu Perahu', 'the place after the reload');
    await world.photograph(page, 'draft-after-reload');
    await page.fill('#said', 'perahu terbalik, tiga orang hanyut');
    await page.locator('.proposals button').first().waitFor();
    await page.keyboard.press('Alt+q');
    await page.keyboard.press('Control+Enter');
    await page.getByText(/diteruskan ke/).waitFor();
    const ask = await world.api('pengawas');
    const { items } = await ask('GET', '/incidents?status=open&limit=100');
    const found = items.find((one) => one.location.landmark === 'Pantai Batu Perahu');
    const { calls } = await ask('GET', `/incidents/${found.id}`);
    equal(calls.length, 1, 'calls of the incident');
  },
);

story('the server is away for a while: the form says so, and catches up by itself', async (world) => {
  const page = await world.signedIn('petugas1');
  await page.fill('#landmark', 'Jembatan');
  await kept(page).waitFor();
  await world.server.kill();
  await page.fill('#landmark', 'Jembatan Rias');
  await page.getByText('Isian belum tersimpan di server; dicoba terus').waitFor({ timeout: 20_000 });
  await world.server.start();
  await kept(page).waitFor({ timeout: 20_000 });
  const again = await world.page();
  await signIn(again, 'petugas1');
  await until(
    async () => (await again.inputValue('#landmark').catch(() => '')) === 'Jembatan Rias',
    'the words',
  );
});
