import { readFile } from 'node:fs/promises';
import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { answer } from '../talk.mjs';
import { beginShift } from '../world.mjs';
import { newIncident } from './agency.mjs';

const figure = (page, word) => page.locator('dl.large div', { hasText: word }).locator('dd').innerText();

/** Dark and light, on both screens: nothing that axe finds, nothing cut off the bar in either language. */
async function inEveryLook(world, page, name) {
  for (const [theme, width, height] of [
    ['dark', 1920, 1080],
    ['dark', 1366, 768],
    ['light', 1366, 768],
    ['light', 1920, 1080],
  ]) {
    if (theme === 'light' && width === 1366) await page.getByRole('button', { name: 'Tema terang' }).click();
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(200);
    await world.photograph(page, `${name}-${width}-${theme}`);
    equal(await faults(page), [], `faults ${theme} ${width}`);
    for (const [tongue, other] of [
      ['id', 'English'],
      ['en', 'Bahasa Indonesia'],
    ]) {
      const bar = await page.locator('header .bar').evaluate((one) => [one.scrollWidth, one.clientWidth]);
      check(bar[0] <= bar[1], `the bar is cut, ${tongue} ${theme} ${width}: ${bar.join(' of ')}`);
      await page.getByRole('button', { name: other }).click();
    }
  }
}

const row = (page, name) =>
  page.locator('section', { hasText: 'Selang waktu' }).last().locator('tr', { hasText: name });

story(
  'reports: figures of a period, with coverage and targets, on the screen and as files',
  async (shared) => {
    // What other stories leave would be counted.
    const world = await shared.apart();
    const taker = await world.signedIn('petugas1');
    await beginShift(taker);
    const first = await world.call();
    await answer(taker, first);
    const lost = await world.call();
    await taker.waitForTimeout(1_200);
    lost.hangUp();
    const incident = await newIncident(world, { priority: 'P1' });
    const damkar = await world.api('damkar');
    const own = incident.assignments.find((one) => one.agency.code === 'damkar');
    await damkar('POST', `/assignments/${own.id}/acknowledge`, {});
    first.hangUp();

    const page = await world.signedIn('pengawas', { width: 1920, height: 1080 });
    await page.getByRole('link', { name: 'Laporan', exact: true }).click();
    await page.getByText('Dihitung dari log pengawasan').waitFor();
    await until(async () => (await figure(page, 'masuk')) === '2', 'two calls');
    equal([await figure(page, 'dijawab'), await figure(page, 'terputus')], ['1', '1'], 'answered and lost');
    check((await page.getByText('< 5 d: 1').count()) === 1, 'the band of the lost call');
    const answered = await row(page, 'Waktu jawab').innerText();
    check(answered.includes('1 / 1') && answered.includes('100%'), answered);
    check(answered.includes('NENA-STA-020.1-2020') && answered.includes('tercapai'), answered);
    const acknowledged = await row(page, 'T4–T5').innerText();
    check(/\b1 \/ [1-9]/.test(acknowledged), acknowledged);
    // Nobody left yet: missing is missing.
    check((await row(page, 'T5–T6').innerText()).includes('0 / 1'), 'the turnout is not made up');

    await page.selectOption('#report-by', 'agency');
    await page.getByText('Rincian menurut instansi').waitFor();
    await page
      .getByRole('rowheader', { name: /Pemadam|Damkar|Satpol/ })
      .first()
      .waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Unduh CSV' }).click(),
    ]);
    const csv = await readFile(await download.path(), 'utf8');
    check(csv.startsWith('kunci,bagian,interval,dari,sampai,kasus,n,cakupan'), csv.slice(0, 200));
    check(csv.includes('total,Semua,waktu jawab,T0,T1,1,1,1,'), csv.slice(0, 400));
    const [workbook] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Unduh Excel' }).click(),
    ]);
    const bytes = await readFile(await workbook.path());
    equal(bytes.subarray(0, 2).toString(), 'PK', 'a workbook');
    check(/^laporan-112-.*\.xlsx$/.test(workbook.suggestedFilename()), workbook.suggestedFilename());

    const [recap] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('group', { name: 'Panggilan: nomor, lokasi, waktu' })
        .getByRole('button', { name: 'CSV' })
        .click(),
    ]);
    const recapped = (await readFile(await recap.path(), 'utf8')).trim().split('\r\n');
    equal(recapped.length, 3, 'a head and two calls');
    const [paper] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Unduh PDF resmi' }).click(),
    ]);
    const printed = await readFile(await paper.path());
    equal(printed.subarray(0, 8).toString(), '%PDF-1.7', 'a PDF');
    check(printed.includes('/SubFilter/ETSI.CAdES.detached'), 'the report is sealed');
    const week = page.getByRole('group', { name: 'Panggilan menurut hari dan jam' });
    const fields = await week.locator('tbody td', { hasText: /^\d+$/ }).allInnerTexts();
    equal(
      fields.reduce((sum, text) => sum + Number(text), 0),
      2,
      'two calls in the week',
    );
    check((await page.locator('.trend .column').count()) >= 1, 'a day of the trend');

    await inEveryLook(world, page, 'reports');

    const pdf = await page.pdf({ preferCSSPageSize: true, landscape: true });
    check(pdf.length > 20_000, 'something is on the paper');
    await page.emulateMedia({ media: 'print' });
    equal(await page.locator('header nav').first().isVisible(), false, 'the console is not printed');
    await world.photograph(page, 'reports-print');
    await page.emulateMedia({ media: 'screen' });

    await page.fill('#report-from', '2026-01-02');
    await page.fill('#report-to', '2026-01-01');
    await page.getByText('Tanggal akhir mendahului tanggal awal').waitFor();
    await page.getByRole('button', { name: 'Hari ini' }).click();
    await page.getByText('Dihitung dari log pengawasan').waitFor();
    equal(await figure(page, 'masuk'), '2', 'today');
  },
);

story(
  'archive: an incident that is over is found, and its sealed report is given out and checked',
  async (world) => {
    const incident = await newIncident(world, {
      priority: 'P1',
      narrative: 'Gudang karet di simpang Rias terbakar, angin kencang',
    });
    const supervisor = await world.api('pengawas');
    await supervisor('POST', `/incidents/${incident.id}/cancel`, { reason: 'laporan palsu, dicek Polsek' });

    const page = await world.signedIn('auditor', { width: 1920, height: 1080 });
    await page.getByRole('link', { name: 'Insiden', exact: true }).click();
    await page.getByRole('searchbox', { name: 'Nomor, tempat, uraian' }).fill('karet di simpang rias');
    await page.getByLabel('Keadaan').selectOption('ended');
    const row = page.getByRole('listitem').filter({ hasText: incident.number });
    await row.waitFor();
    equal(await page.locator('.list li .row').count(), 1, 'only what matches');
    await row.getByRole('button').click();
    await page.getByText('Gudang karet di simpang Rias').waitFor();
    await page.getByText('Laporan bersegel', { exact: true }).click();
    const give = page.getByRole('button', { name: 'Keluarkan PDF' });
    equal(await give.isDisabled(), true, 'not without a purpose');
    await page.getByLabel('Untuk siapa dan keperluan apa').fill('Pemeriksaan Inspektorat, SPT 700/12');
    await inEveryLook(world, page, 'archive');
    await page.setViewportSize({ width: 683, height: 384 });
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    equal(await wide(), 0, 'at 200 % zoom nothing scrolls sideways');
    await world.photograph(page, 'archive-zoomed');
    await page.setViewportSize({ width: 1366, height: 768 });
    const [download] = await Promise.all([page.waitForEvent('download'), give.click()]);
    equal(download.suggestedFilename(), `laporan-insiden-${incident.number}.pdf`, 'the name of the file');
    const bytes = await readFile(await download.path());
    equal(bytes.subarray(0, 8).toString(), '%PDF-1.7', 'a PDF');
    check(bytes.includes('/SubFilter/ETSI.CAdES.detached'), 'it is signed');
    await page.getByText(`Laporan insiden ${incident.number} dikeluarkan dan dicatat`).waitFor();
    const auditor = await world.api('auditor');
    const { timeline } = await auditor('GET', `/incidents/${incident.id}`);
    check(timeline.at(-1).text_id.endsWith('Pemeriksaan Inspektorat, SPT 700/12'), timeline.at(-1).text_id);
    await page.context().close();
  },
);

story(
  'everybody may read the page of the centre: standard, charter, cost, complaints, figures',
  async (world) => {
    for (const [theme, width, height] of [
      ['dark', 1920, 1080],
      ['light', 1366, 768],
      ['light', 683, 384],
    ]) {
      const page = await world.page({ theme, width, height });
      await page.emulateMedia({ colorScheme: theme });
      await page.goto(`${world.server.origin}/publik`);
      await page.getByRole('heading', { name: 'Standar pelayanan' }).waitFor();
      for (const name of ['Biaya', 'Maklumat pelayanan', 'Pengaduan', 'Kinerja'])
        check(await page.getByRole('heading', { name, exact: true }).isVisible(), name);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      equal(wide, 0, `nothing scrolls sideways at ${width}`);
      equal(await faults(page), [], `faults ${theme} ${width}`);
      await world.photograph(page, `public-${width}-${theme}`);
      await page.context().close();
    }
  },
);
