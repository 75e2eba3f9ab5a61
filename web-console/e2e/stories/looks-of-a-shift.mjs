import { faults } from '../axe.mjs';
import { cutOff, sizes } from '../cut-off.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { recordOutcomes } from '../talk.mjs';
import { beginShift } from '../world.mjs';

/** A page in both themes, in both languages and at both sizes; it ends dark and Indonesian. */
async function* everyLook(page) {
  for (const [theme, button] of [
    ['light', 'Tema terang'],
    ['dark', 'Tema gelap'],
  ]) {
    await page.getByRole('button', { name: button }).click();
    for (const language of ['EN', 'ID']) {
      await page.getByText(language, { exact: true }).click();
      for (const [width, height] of sizes.toReversed()) {
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(100);
        yield `${width}-${language.toLowerCase()}-${theme}`;
      }
    }
    // Contrast is of the theme; what a language makes too long is looked for apart.
    equal(await faults(page), [], `faults (${theme})`);
  }
}

story('a shift: skills are chosen by mouse and by key, are kept, and read well', async (world) => {
  await recordOutcomes(world);
  const page = await world.signedIn('petugas1');
  await beginShift(page);
  const skills = page.getByRole('group', { name: 'Keahlian' });
  const chosen = async () =>
    (await skills.locator('[aria-pressed=true]').allInnerTexts()).map((text) => text.replace(/[^a-z]/gi, ''));
  await skills.getByRole('button', { name: 'Mandarin' }).click();
  await until(async () => (await chosen()).length === 1, 'a skill is chosen');
  // By key: Tab goes from one to the next, and the focus stays on what was pressed.
  const medic = skills.getByRole('button', { name: 'Medis' });
  for (let tabs = 0; tabs < 3; tabs += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await until(async () => (await chosen()).length === 2, 'another skill is chosen');
  equal(await chosen(), ['Mandarin', 'Medis'], 'skills');
  check(await medic.evaluate((one) => one === document.activeElement), 'the focus has left the skill');
  const ask = await world.api('petugas1');
  equal((await ask('GET', '/duty')).skills.sort(), ['medis', 'zh'], 'skills at the server');
  for await (const look of everyLook(page)) {
    await world.photograph(page, `shift-skills-${look}`);
    equal(await cutOff(page), [], `${look}: what is cut off`);
    const below = await page.locator('.check').evaluate((one) => one.scrollHeight - one.clientHeight);
    check(below <= 0, `${look}: ${below} pixels of the check lie below its edge`);
  }
  await medic.click();
  await skills.getByRole('button', { name: 'Mandarin' }).click();
  await until(async () => (await ask('GET', '/duty')).skills.length === 0, 'no skill is left');
});

story(
  'halves: a telephone part that does not answer is said on every desk that sees calls',
  async (world) => {
    const split = await world.halves();
    await recordOutcomes(split);
    const taker = await split.signedIn('petugas1');
    await beginShift(taker);
    await taker.getByRole('button', { name: 'Tutup' }).click();
    const watching = await split.signedIn('pengawas');
    await split.server.killTrunk();
    const pages = [
      ['petugas', taker],
      ['pengawas', watching],
    ];
    for (const [name, page] of pages) {
      const said = page.locator('.strip strong');
      await said.filter({ hasText: 'Bagian telepon tidak menjawab' }).waitFor();
      for await (const look of everyLook(page)) {
        await split.photograph(page, `no-trunk-${name}-${look}`);
        const hidden = await said.evaluate((one) => one.scrollWidth - one.clientWidth);
        check(hidden <= 1, `${name} ${look}: ${hidden} pixels of the words are cut off`);
      }
    }
    const agency = await split.signedIn('damkar');
    await agency.waitForTimeout(500);
    equal(await agency.getByText('Bagian telepon').count(), 0, 'what an agency is told');
    await split.server.startTrunk();
    for (const [, page] of pages) await page.getByText('Tersambung', { exact: true }).first().waitFor();
  },
);
