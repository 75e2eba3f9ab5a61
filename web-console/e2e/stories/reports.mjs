import { readFile } from 'node:fs/promises';
import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { answer } from '../talk.mjs';
import { beginShift } from '../world.mjs';
import { newIncident } from './agency.mjs';

const figure = (page, word) => page.locator('dl.large div', { hasText: word }).locator('dd').innerText();

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

    for (const [theme, width, height] of [
      ['dark', 1920, 1080],
      ['dark', 1366, 768],
      ['light', 1366, 768],
      ['light', 1920, 1080],
    ]) {
      if (theme === 'light' && width === 1366)
        await page.getByRole('button', { name: 'Tema terang' }).click();
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(200);
      await world.photograph(page, `reports-${width}-${theme}`);
      equal(await faults(page), [], `faults ${theme} ${width}`);
    }

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
