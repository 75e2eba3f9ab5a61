import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

const local = (minutesAgo) => new Date(Date.now() + 7 * 3_600_000 - minutesAgo * 60_000).toISOString();
// The night of these stories has no midnight in it: a minute too early would then be a day too late.
const shift = local(300).slice(0, 10) === local(220).slice(0, 10) ? 0 : 90;
const day = (minutesAgo) => local(minutesAgo + shift);
/** hh.mm in WIB so many minutes ago. */
const at = (minutesAgo) => day(minutesAgo).slice(11, 16).replace(':', '.');

/** Prints through the page and gives the numbers that were given out; the printer itself is not there. */
async function print(page, count) {
  await page.evaluate(() => (window.print = () => (window.printed = (window.printed ?? 0) + 1)));
  await page.fill('#paper-count', String(count));
  await page.getByRole('button', { name: 'Cetak formulir baru' }).click();
  await until(() => page.evaluate(() => window.printed > 0), 'the print dialog');
  const numbers = await page.locator('.sheets article .number b').allInnerTexts();
  const texts = await page
    .locator('.sheets article .number b')
    .evaluateAll((all) => all.map((b) => b.textContent));
  return numbers.filter(Boolean).length === count ? numbers : texts;
}

/** Presses Tab until what has the focus has this id, or this name; a person gives up sooner. */
async function tabTo(page, wanted, key = 'Tab') {
  const passed = [];
  for (let n = 0; n < 60; n += 1) {
    const [id, name] = await page.evaluate(() => {
      const { id, textContent, ariaLabel } = document.activeElement ?? {};
      return [id, (ariaLabel ?? textContent ?? '').replace(/\s+/g, ' ').trim()];
    });
    if (id === wanted || name.startsWith(wanted)) return;
    passed.push(id || name.slice(0, 20));
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never came to ${wanted}; it passed ${passed.join(' | ')}`);
}

story('paper: forms are printed under numbers of their own, one page each', async (world) => {
  const page = await world.signedIn('pengawas');
  await page.getByRole('link', { name: 'Formulir' }).click();
  const numbers = await print(page, 3);
  equal(numbers.length, 3, 'sheets');
  check(
    numbers.every((number) => /^F-\d{4}-\d{6}$/.test(number)),
    numbers.join(),
  );
  // A4 without its margins, in CSS pixels.
  await page.setViewportSize({ width: 703, height: 1032 });
  await page.emulateMedia({ media: 'print' });
  const over = await page
    .locator('.sheets article')
    .evaluateAll((all) => all.map((one) => Math.max(0, one.scrollHeight - one.offsetHeight)));
  equal(over, [0, 0, 0], 'pixels that do not fit on the page');
  await world.photograph(page, 'paper-form-a4');
  equal(await page.locator('header .bar').isVisible(), false, 'the console on paper');
  const order = await page.locator('.sheets article').first().innerText();
  const places = [
    'LOKASI',
    'APA YANG TERJADI',
    'PRIORITAS',
    'KORBAN',
    'KRONOLOGI',
    'NAMA PELAPOR',
    'NOMOR PELAPOR',
    'INSTANSI YANG',
  ].map((word) => order.toUpperCase().indexOf(word));
  check(
    places.every((place, n) => place >= 0 && (n === 0 || place > places[n - 1])),
    `order ${places}\n${order}`,
  );
  const { decree } = await (await world.api('pengawas'))('GET', '/policy');
  check(decree.length > 0 && order.includes(decree), 'the decree of the rules that hold');
  check(order.includes('Pusat Layanan Panggilan Darurat 112'), 'the centre');
  const pdf = await page.pdf({ preferCSSPageSize: true });
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length;
  // The page hears that it was printed, and takes the sheets away.
  equal(pages, 3, 'pages of A4');
  await writeFile(path.join(world.shots, 'formulir.pdf'), pdf);
  await page.emulateMedia({ media: 'screen' });
  await page.locator('.sheets').waitFor({ state: 'detached' });

  await page.getByRole('button', { name: `Rusak ${numbers[1]}` }).click();
  await page.keyboard.type('kopi tumpah');
  await page.keyboard.press('Enter');
  await page.locator('tr', { hasText: numbers[1] }).getByText('kopi tumpah').waitFor();
  equal(await faults(page), [], 'faults of the list');
  const first = page.getByRole('button', { name: `Cetak ulang ${numbers[0]}` });
  await page.evaluate(() => (window.printed = 0));
  await first.click();
  await until(() => page.evaluate(() => window.printed > 0), 'the print dialog');
  const again = await page.locator('.sheets article').allTextContents();
  equal(again.length, 1, 'the spoiled one is not printed again');
  check(again[0].includes('CETAK ULANG') && again[0].includes(numbers[0]), again[0]);
});

story('paper: a night on paper is typed in, both times stay, a number is used once', async (world) => {
  const page = await world.signedIn('petugas1');
  await beginShift(page);
  await page.keyboard.press('Alt+f');
  await until(() => page.evaluate(() => document.activeElement?.id === 'paper-form'), 'the sheet');
  await page.getByRole('button', { name: 'Daftar & cetak' }).click();
  const [form, spare] = await print(page, 2);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await page.keyboard.press('Escape');

  await page.fill('#paper-form', 'F-2020-000001');
  await page.getByText('nomor ini tidak pernah dicetak').waitFor();
  await page.fill('#paper-form', String(Number(form.slice(7))));
  await page.getByText(`${form}, dicetak`).waitFor();
  await page.fill('#paper-date', day(266).slice(0, 10));
  await page.fill('#paper-received', at(266));
  await page.fill('#paper-taken-by', 'Sari');
  await page.getByRole('button', { name: 'Tambah instansi' }).click();
  await page.locator('.paper fieldset select').first().selectOption('damkar');
  await page.fill('#paper-told-0', at(264));
  await page.fill('#paper-heard-by-0', 'Pak Joko');
  await page.fill('#paper-acknowledged_at-0', at(268));
  await page.fill('#paper-on_scene_at-0', at(250));
  const landmark = `gudang kertas ${Date.now()}`;
  await page.fill('#landmark', landmark);
  await page.selectOption('#type', { label: 'Kebakaran bangunan' });
  await page.keyboard.press('Control+Enter');
  await page
    .getByText(/Lebih awal daripada langkah sebelumnya/)
    .last()
    .waitFor();
  equal(await page.inputValue('#landmark'), landmark, 'what was typed');

  // Somebody calls meanwhile: the sheet waits.
  const caller = await world.call();
  await page.getByText(caller.number).first().waitFor();
  await page.keyboard.press('F2');
  await until(async () => (await page.inputValue('#landmark')) === '', 'the form of the call');
  await page.getByRole('button', { name: /Iseng/ }).waitFor();
  await page.keyboard.press('F9');
  await until(() => caller.hungUp, 'the caller is gone');
  await page.getByRole('button', { name: /Kertas belum selesai dicatat/ }).click();
  equal(await page.inputValue('#landmark'), landmark, 'what was typed before the call');
  equal(await page.inputValue('#paper-acknowledged_at-0'), at(268), 'the sheet');

  for (const theme of ['light', 'dark']) {
    await page.getByRole('button', { name: theme === 'light' ? 'Tema terang' : 'Tema gelap' }).click();
    for (const [width, height] of [
      [1920, 1080],
      [1366, 768],
    ]) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(150);
      await world.photograph(page, `paper-entry-${width}-${theme}`);
      const scrolls = await page.evaluate(() =>
        [document.querySelector('form.panel .fields'), document.documentElement].map(
          (one) => one.scrollHeight - one.clientHeight,
        ),
      );
      equal(scrolls, [0, 0], `${width} ${theme}: pixels that would have to be scrolled`);
    }
    equal(await faults(page), [], `faults (${theme})`);
  }

  await page.fill('#paper-acknowledged_at-0', at(262));
  await page.keyboard.press('Control+Enter');
  await page.getByText(new RegExp(`${form} dicatat sebagai insiden`)).waitFor();
  equal(await page.inputValue('#landmark'), '', 'a fresh sheet');
  equal(await page.inputValue('#paper-taken-by'), 'Sari', 'who took the reports');
  const ask = await world.api('pengawas');
  const { items } = await ask('GET', '/incidents?status=open&limit=100');
  const entered = items.find((one) => one.location.landmark === landmark);
  equal([entered.source, entered.status], ['paper', 'on_scene'], 'what came of it');

  await page.fill('#paper-form', form);
  await page.getByText(`sudah dicatat: insiden ${entered.number}`).waitFor();
  await page
    .locator('.paper')
    .getByRole('button', { name: `Buka insiden ${entered.number}` })
    .click();
  const says = page.getByText(new RegExp(`Diterima .*${at(266)} \\(kertas ${form}\\), dicatat`));
  await says.waitFor();
  await page
    .getByText(new RegExp(`Diterima .*${at(262)} \\(kertas\\), dicatat`))
    .first()
    .waitFor();
  await page.getByText('Diberi tahu lewat telepon oleh Sari; yang menerima: Pak Joko').waitFor();
  await world.photograph(page, 'paper-incident-1366-dark');
  await page.getByRole('button', { name: 'Sembunyikan rincian' }).press('Escape');
  equal(await page.inputValue('#paper-form'), form, 'the sheet is still there');
  await page.fill('#paper-received', '02.14');
  await page.fill('#landmark', 'lagi');
  await page.selectOption('#type', { label: 'Kebakaran bangunan' });
  await page.keyboard.press('Control+Enter');
  await page.getByText('Nomor formulir sudah dipakai').first().waitFor();
  equal(await page.inputValue('#landmark'), 'lagi', 'what was typed');
  await page.keyboard.press('Alt+f');
  equal(await page.locator('#paper-form').count(), 0, 'paper is put aside');

  const supervisor = await world.signedIn('pengawas', { theme: 'light' });
  await supervisor.getByRole('link', { name: 'Formulir' }).click();
  await supervisor.locator('tr', { hasText: form }).getByText(`Insiden ${entered.number}`).waitFor();
  await supervisor.getByText(spare).first().waitFor();
  for (const [width, height] of [
    [1920, 1080],
    [1366, 768],
  ]) {
    await supervisor.setViewportSize({ width, height });
    await supervisor.waitForTimeout(150);
    await world.photograph(supervisor, `paper-forms-${width}-light`);
  }
  equal(await faults(supervisor), [], 'faults of the list');
  await supervisor.getByRole('button', { name: 'Tema gelap' }).click();
  await world.photograph(supervisor, 'paper-forms-1366-dark');
});

story('paper: given out, typed in and settled with the keyboard alone', async (world) => {
  const page = await world.signedIn('petugas1');
  await beginShift(page);
  await page.evaluate(() => (window.print = () => (window.printed = true)));
  const type = async (text) => page.keyboard.type(text);
  const focus = (id) =>
    until(() => page.evaluate((id) => document.activeElement?.id === id, id), `focus in ${id}`);
  await page.keyboard.press('Alt+f');
  await focus('paper-form');
  await tabTo(page, 'Daftar & cetak', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await tabTo(page, 'paper-count');
  await page.keyboard.press('Control+a');
  await type('2');
  await page.keyboard.press('Enter');
  await until(() => page.evaluate(() => window.printed), 'the print dialog');
  const [form, torn] = await page
    .locator('.sheets article .number b')
    .evaluateAll((all) => all.map((b) => b.textContent));
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await tabTo(page, `Rusak ${torn}`);
  await page.keyboard.press('Enter');
  await type('salah');
  await page.keyboard.press('Escape');
  await tabTo(page, `Rusak ${torn}`);
  await page.keyboard.press('Enter');
  await type('robek');
  await page.keyboard.press('Enter');
  await until(
    () => page.evaluate(() => document.activeElement?.ariaLabel?.startsWith('Pulihkan')),
    'the focus where it was',
  );
  await tabTo(page, `Pulihkan ${torn}`);
  await page.keyboard.press('Escape');

  await tabTo(page, 'paper-form');
  await type(form);
  // The day is today's; a few minutes after midnight it was yesterday.
  const minutes = at(9) > at(0) ? 0 : 9;
  await tabTo(page, 'paper-received');
  await type(at(minutes));
  await tabTo(page, 'paper-taken-by');
  await type('Sari');
  await page.keyboard.press('Alt+a');
  await focus('paper-agency-0');
  await page.keyboard.press('Alt+a');
  await focus('paper-agency-1');
  await tabTo(page, 'Hapus 2');
  await page.keyboard.press('Enter');
  await focus('paper-agency-0');
  await type('Pemadam');
  equal(await page.inputValue('#paper-agency-0'), 'damkar', 'the agency');
  await tabTo(page, 'paper-told-0');
  await type(at(minutes));
  await page.keyboard.press('Alt+o');
  await focus('landmark');
  const landmark = `papan ketik ${Date.now()}`;
  await type(landmark);
  await tabTo(page, 'said');
  await type('rumah terbakar');
  await page.locator('.proposals button').first().waitFor();
  await page.keyboard.press('Alt+q');
  await page.keyboard.press('Control+Enter');
  await page.getByText(new RegExp(`${form} dicatat sebagai insiden`)).waitFor();
  await focus('paper-form');
  const ask = await world.api('pengawas');
  const { items } = await ask('GET', '/incidents?status=open&limit=100');
  const entered = items.find((one) => one.location.landmark === landmark);
  equal(
    [entered.paper.form, entered.source, entered.assignments.map((one) => [one.agency.code, one.state])],
    [form, 'paper', [['damkar', 'sent']]],
    'what came of it',
  );
});
