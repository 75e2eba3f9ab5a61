// What a screen reader is told: every control has a name, in the language of the screen; and what is left of a screen when the
// system takes its colours away.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { faults } from '../axe.mjs';
import { check, equal, story } from '../harness.mjs';
import { beginShift, signIn } from '../world.mjs';
import { newIncident } from './agency.mjs';
import { crewPage } from './responder.mjs';

const TEXTS = path.resolve(import.meta.dirname, '../../src/app/i18n');
const CONTROLS = new Set([
  'button',
  'link',
  'textbox',
  'searchbox',
  'combobox',
  'checkbox',
  'radio',
  'switch',
  'tab',
  'spinbutton',
  'slider',
  'menuitem',
]);

/** The texts of a language, without those that have a place for a value. */
function textsOf(language) {
  const folder = path.join(TEXTS, language);
  const source = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
  const found = source.join('\n').matchAll(/^\s+'[a-z0-9_.]+':\s+'((?:[^'\\]|\\.)*)',$/gm);
  return new Set([...found].map((one) => one[1]).filter((text) => !text.includes('{')));
}

/** Words of one language that the other one does not have as well. */
const only = (language, other) => {
  const others = textsOf(other);
  return new Set([...textsOf(language)].filter((text) => !others.has(text) && text.length > 2));
};

/** A control is named with its key: "Jawab panggilan F2". */
const withoutKey = (name) => name.replace(/\s+((Ctrl|Alt|Shift)\+\S+|F\d+|[A-Z0-9/?]|Esc)$/, '').trim();

async function controlsOf(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return nodes
    .filter((one) => !one.ignored && CONTROLS.has(one.role?.value))
    .map((one) => ({ role: one.role.value, name: (one.name?.value ?? '').trim() }));
}

/** Every page of a role, with what opens beside it. */
async function* screensOf(world, username) {
  const page = await world.signedIn(username);
  if (username !== 'admin' && username !== 'auditor') await beginShift(page);
  yield [page, username];
  const links = () =>
    page.locator('header nav a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  const settings = page.locator('header nav a[href="/pengawas/pengguna"]');
  if (username === 'admin') await settings.click();
  for (const href of [...new Set(await links())]) {
    const link = page.locator(`header nav a[href="${href}"]`);
    if ((await link.count()) === 0) await settings.first().click();
    await link.first().click();
    await page.locator('#work :is(.panel, .zones)').first().waitFor();
    await page.waitForTimeout(200);
    yield [page, `${username} ${href}`];
  }
  for (const key of ['Alt+r', 'F1', 'Control+k', ...(username === 'pengawas' ? ['Alt+l'] : [])]) {
    await page.keyboard.press(key);
    await page.waitForTimeout(200);
    yield [page, `${username} ${key}`];
    await page.keyboard.press('Escape');
  }
}

story('every control has a name in the language of the screen', async (world) => {
  const foreign = { id: only('en', 'id'), en: only('id', 'en') };
  check(foreign.id.size > 300 && foreign.en.size > 300, 'the texts are not read');
  await newIncident(world);
  const wrong = [];
  let looked = 0;
  // Codes are no words of either language.
  const ask = await world.api('admin');
  for (const { code } of await ask('GET', '/agencies'))
    for (const words of Object.values(foreign)) words.delete(code);
  const look = async (page, where, language) => {
    equal(await page.evaluate(() => document.documentElement.lang), language, `the language of ${where}`);
    for (const { role, name } of await controlsOf(page)) {
      looked += 1;
      if (name === '') wrong.push(`${where}: a ${role} without a name`);
      else if (foreign[language].has(withoutKey(name))) wrong.push(`${where}: ${role} “${name}”`);
    }
  };
  for (const username of ['petugas1', 'damkar', 'pengawas', 'admin', 'auditor'])
    for await (const [page, where] of screensOf(world, username)) {
      await look(page, where, 'id');
      const english = page.getByRole('button', { name: 'English' });
      // What lies over the page keeps its language button out of reach.
      if (/Alt|F1|Control/.test(where)) continue;
      await english.click();
      await look(page, where, 'en');
      await page.getByRole('button', { name: 'Bahasa Indonesia' }).click();
    }
  const wall = await world.page();
  await look(wall, 'log-in', 'id');
  await signIn(wall, 'dinding');
  await wall.locator('main li').nth(8).waitFor();
  await look(wall, 'wall', 'id');
  await look(await crewPage(world), 'crew', 'id');
  console.log(`        ${looked} controls`);
  equal(wrong, [], 'names');
});

story('without colours of its own every screen says what it said', async (world) => {
  await newIncident(world);
  const lost = [];
  for (const username of ['petugas1', 'damkar', 'pengawas', 'admin', 'crew']) {
    const page = username === 'crew' ? await crewPage(world) : await world.signedIn(username);
    await page.emulateMedia({ forcedColors: 'active' });
    if (!['admin', 'crew'].includes(username)) await beginShift(page);
    await page.waitForTimeout(300);
    await world.photograph(page, `forced-colours-${username}`);
    // The system's colours are its own business.
    equal(await faults(page, ['color-contrast']), [], `axe at ${username}`);
    // Priorities and states have words and shapes; where one has the focus is a line that the system draws.
    for (let presses = 0; presses < 25; presses += 1) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate(() => {
        const one = document.activeElement;
        // A player has its rings within itself, drawn by the browser.
        if (!one || one === document.body || one.tagName === 'AUDIO') return null;
        const rings = [one, one.closest('label'), one.nextElementSibling].filter(Boolean);
        const isRinged = rings.some((each) => {
          const style = getComputedStyle(each);
          return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        });
        return { isRinged, name: `${one.tagName} ${one.id || one.textContent?.trim().slice(0, 30)}` };
      });
      if (seen && !seen.isRinged) lost.push(`${username}: ${seen.name}`);
    }
  }
  equal(lost, [], 'controls without a ring');
});
