import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

/** Pixels that would have to be scrolled, of the form and of the card. */
const scrolls = (page) =>
  page.evaluate(() =>
    [
      document.querySelector('form.panel'),
      document.querySelector('form.panel .fields'),
      document.querySelector('.card'),
    ].map((one) => one.scrollHeight - one.clientHeight),
  );

const focused = (page) => page.evaluate(() => document.activeElement?.id ?? '');

story(
  'a caller whose father does not breathe: card, keys, P1, compressions, and the ambulance sees it',
  async (world) => {
    const page = await world.signedIn('petugas1');
    await beginShift(page);
    const caller = await world.call();
    await page.getByText(caller.number).first().waitFor();
    await page.keyboard.press('F2');
    await until(async () => (await focused(page)) === 'landmark', 'the form');
    const landmark = `rumah biru ${Date.now()}`;
    await page.keyboard.type(landmark);
    await page.fill('#said', 'bapak tidak bernapas');
    const card = page.locator('.card');
    await card.getByText('Tidak sadar, tidak bernapas').waitFor();
    equal(await focused(page), 'said', 'the card does not take the focus');
    equal(await card.locator('.text').innerText(), 'Sadar?', 'the first question');
    await page.focus('#said');
    await page.keyboard.press('Enter');

    await page.keyboard.press('Alt+j');
    await until(
      () => page.evaluate(() => document.activeElement?.classList.contains('card')),
      'the card has the keys',
    );
    await page.keyboard.press('k');
    await page.keyboard.press('Backspace');
    await until(async () => (await card.locator('.text').innerText()) === 'Sadar?', 'taken back');
    await page.keyboard.press('t');
    await card.getByText('Tidak sadar', { exact: true }).waitFor();
    await page.keyboard.press('t');
    await card.getByText('Tidak bernapas', { exact: true }).waitFor();
    await card.getByText(/Prioritas sedikitnya P1: Sadar\? Tidak/).waitFor();
    equal(await page.locator('.priorities .chosen b').innerText(), 'P1', 'the priority of the form');
    equal(await scrolls(page), [0, 0, 0], 'pixels to scroll');
    await world.photograph(page, 'cards-question-1366-dark');
    await page.keyboard.press('d');

    // All that matters is asked: the instructions come by themselves.
    await card.getByText(/Baringkan telentang di lantai/).waitFor();
    await page.keyboard.press('ArrowRight');
    await card.getByText('Langkah 2 dari 6').waitFor();
    await page.keyboard.press('m');
    await until(
      async () => Number.parseInt(await card.locator('.beats').innerText(), 10) >= 3,
      'three beats',
    );
    await world.photograph(page, 'cards-rhythm-1366-dark');
    await page.keyboard.press('m');
    await until(async () => (await card.locator('.beats').innerText()).startsWith('–'), 'quiet');
    await page.keyboard.press('Escape');
    equal(await focused(page), 'said', 'back where one was');

    await page.keyboard.press('Control+Enter');
    await page.getByText(/diteruskan ke \d+ instansi/).waitFor();
    const ask = await world.api('pengawas');
    const found = await until(async () => {
      const { items } = await ask('GET', '/incidents?status=open&limit=100');
      return items.find((one) => one.location.landmark === landmark);
    }, 'the incident');
    equal(
      [found.priority, found.flags],
      ['P1', ['not_breathing', 'unconscious']],
      'what the card made of it',
    );
    equal(
      found.answers.map((one) => one.answer),
      ['tidak', 'tidak', 'dewasa', 'read'],
      'answers, and that the instruction was read out',
    );

    // What is learned later reaches the agency at once.
    const agency = await world.signedIn('ambulans', { theme: 'light' });
    const arriving = agency.locator('article', { hasText: landmark }).first();
    await arriving.locator('.flags').getByText('Tidak bernapas').waitFor();
    await arriving.locator('button.open').click();
    const details = agency.locator('.details');
    await details.locator('.asked').getByText('Sadar?').waitFor();
    await world.photograph(agency, 'cards-agency-1366-light');
    await page.keyboard.press('Alt+j');
    await page.keyboard.press('4');
    await until(
      async () => (await card.locator('.text').innerText()) === 'Sebelumnya?',
      'a question by its number',
    );
    await page.keyboard.press('r');
    await details.locator('.asked').getByText('Tersengat listrik').waitFor();
    await agency.getByText('Listrik masih menyala').first().waitFor();
    equal((await faults(page)).concat(await faults(agency)), [], 'faults');
  },
);

for (const [width, height, theme] of [
  [1366, 768, 'light'],
  [1920, 1080, 'dark'],
]) {
  story(`every card fits its place without scrolling (${width} ${theme})`, async (world) => {
    const page = await world.signedIn('petugas2', { width, height, theme });
    await page.locator('.card').waitFor({ state: 'attached' });
    const tooHigh = [];
    const types = await page.$$eval('#type option[value^="type:"]', (all) => all.map((one) => one.value));
    check(types.length > 60, `${types.length} types`);
    for (const type of types) {
      await page.selectOption('#type', type);
      const cut = await page.evaluate(async () => {
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const places = [...document.querySelectorAll('.card, .card .ask, .card .foot')];
        const last = document.querySelector('.card .questions li:last-child').getBoundingClientRect();
        if (last.bottom > innerHeight) return ['questions'];
        return places.filter((one) => one.scrollHeight > one.clientHeight + 1).map((one) => one.className);
      });
      if (cut.length > 0) tooHigh.push(`${type}: ${cut.join(' ')}`);
    }
    await page.selectOption('#type', 'type:sesak_napas');
    await world.photograph(page, `cards-form-${width}-${theme}`);
    equal(tooHigh, [], 'cards that are cut');
    equal(await faults(page), [], 'faults');
  });
}

story('two supervisors change a question card, and the call-taker gets it', async (world) => {
  const admin = await world.api('admin');
  const username = `pengawas_${Date.now()}`;
  await admin('POST', '/users', { username, name: 'Sari', role: 'supervisor', password: 'sigap-demo' });
  const taker = await world.signedIn('petugas1');
  await taker.selectOption('#type', 'type:kejang');
  const asked = taker.locator('.card .text');
  await until(async () => (await asked.innerText()) === 'Masih kejang?', 'the question that holds');

  const wati = await world.signedIn('pengawas', { theme: 'light' });
  await wati.getByRole('link', { name: 'Kartu tanya' }).click();
  await wati.getByRole('button', { name: /^Kejang/ }).click();
  await world.photograph(wati, 'cards-supervisor-card-1366-light');
  await wati.getByRole('button', { name: 'Usulkan perubahan' }).click();
  const question = `Masih kejang sekarang ${Date.now() % 1000}?`;
  await wati.fill('#q0-id', question);
  await wati.fill('#c-decree', 'SK Kepala Dinas Kesehatan 440/12/2026');
  await wati.fill('#q0a0-key', 'M');
  await world.photograph(wati, 'cards-editor-1366-light');
  await wati.getByRole('button', { name: 'Simpan usulan' }).click();
  await wati.getByText('Satu huruf A sampai Z, bukan M atau P.').first().waitFor();
  await wati.getByRole('button', { name: '+ Petunjuk baru' }).click();
  await wati.locator('[id^="i-petunjuk"][id$="-0-id"]').fill('Miringkan badannya.');
  await wati.locator('[id^="i-petunjuk"][id$="-0-en"]').fill('Turn them on their side.');
  await wati.locator('[id^="i-petunjuk"][id$="-id"]').first().fill('Petunjuk uji');
  await wati.locator('[id^="i-petunjuk"][id$="-en"]').first().fill('Test instruction');
  await wati.fill('#q0a0-key', 'Y');
  await wati.getByRole('button', { name: 'Simpan usulan' }).click();
  await wati.getByRole('button', { name: 'Ajukan' }).click();
  await wati.getByText(/Anda ikut menulis usulan ini/).waitFor();
  equal(await wati.getByRole('button', { name: 'Setujui' }).count(), 0, 'nobody approves alone');

  const sari = await world.signedIn(username, { width: 1920, height: 1080 });
  await sari.getByRole('link', { name: 'Kartu tanya' }).click();
  await sari.getByRole('button', { name: /^Kejang.*menunggu/s }).click();
  await sari.locator('.differences ins', { hasText: question }).waitFor();
  await world.photograph(sari, 'cards-review-1920-dark');
  equal(await asked.innerText(), 'Masih kejang?', 'nothing holds yet');
  await sari.getByRole('button', { name: 'Setujui' }).click();
  await sari.getByText(/Disetujui: versi \d+ berlaku/).waitFor();
  await until(async () => (await asked.innerText()) === question, 'the new question on the desk');
  await wati
    .getByText(/disetujui · versi/)
    .first()
    .waitFor();
  const ask = await world.api('petugas1');
  const set = await ask('GET', '/cards');
  const made = set.instructions.find((one) => one.title.id === 'Petunjuk uji');
  equal(made?.steps, [{ id: 'Miringkan badannya.', en: 'Turn them on their side.' }], 'the new instruction');
  equal((await faults(wati)).concat(await faults(sari)), [], 'faults');
});
