import { faults } from '../axe.mjs';
import { cutOff, sizes } from '../cut-off.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { answer, CALLER_HERTZ, PHONE_HERTZ, recordOutcomes } from '../talk.mjs';
import { beginShift } from '../world.mjs';

const place = { lat: -2.9, lon: 106.5, radius: 500 };

/** A call as the call-taker meets it, one moment after the other. */
async function* duringACall(world, page) {
  const caller = await world.call({ fix: place });
  caller.line.say(CALLER_HERTZ);
  world.agency.line.say(PHONE_HERTZ);
  await answer(page, caller);
  yield [page, 'talking'];
  await page.keyboard.press('F3');
  await page.keyboard.press('F4');
  await page.locator('.line .off').nth(1).waitFor();
  yield [page, 'held-and-muted'];
  await page.keyboard.press('F3');
  await page.keyboard.press('F4');
  await until(async () => (await page.locator('.line .off').count()) === 0, 'resumed');
  await page.keyboard.press('Alt+n');
  await page.locator('.pad').waitFor();
  yield [page, 'keypad'];
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+h');
  await page.getByRole('menu').waitFor();
  yield [page, 'outcomes'];
  await page.keyboard.press('Escape');
  caller.line.press('5');
  await page.locator('.digits').waitFor();
  await page.keyboard.press('F10');
  await page.locator('.connect input').fill('damkar');
  await page.locator('.connect li.meant').waitFor();
  yield [page, 'connect'];
  await page.keyboard.press('Alt+g');
  await page.locator('.parties .talking').waitFor();
  const ringing = await world.phone({ picksUp: false });
  await page.keyboard.press('F10');
  await page.locator('.connect input').fill(ringing.uri);
  await page.keyboard.press('Enter');
  await page.locator('.parties .calling').waitFor();
  yield [page, 'conference'];
  await page.keyboard.press('F1');
  await page.locator('dialog[open]').waitFor();
  yield [page, 'keys'];
}

/** What lies around a call: the check of the audio, the offer, a supervisor who listens, and the recording. */
async function* aroundACall(world, page, { theme, language }) {
  const panel = page.locator('.check');
  // Under the pointer it stays.
  await panel.hover();
  yield [page, 'shift-check'];
  await panel.locator('.panel-head button').click();
  const caller = await world.call({ fix: place });
  caller.line.say(CALLER_HERTZ);
  await page.locator('.offered .number', { hasText: caller.number }).waitFor();
  yield [page, 'offered'];
  await answer(page, caller);
  const watching = await world.signedIn('pengawas', { theme });
  if (language === 'en') await watching.getByText('EN', { exact: true }).click();
  await watching.locator('.figure').last().click();
  await watching.locator('li', { hasText: caller.number }).getByRole('button').first().click();
  await watching.locator('.list-row.mine').waitFor();
  yield [watching, 'listening'];
  caller.hangUp();
  await page.locator('.after audio').waitFor();
  yield [page, 'after'];
}

for (const [theme, language] of [
  ['dark', 'id'],
  ['light', 'en'],
]) {
  for (const [what, moments] of [
    ['during a call', duringACall],
    ['around a call', aroundACall],
  ]) {
    story(`${what}: axe finds nothing, nothing is cut off (${theme}, ${language})`, async (world) => {
      await recordOutcomes(world);
      const page = await world.signedIn('petugas1', { theme });
      await beginShift(page);
      if (language === 'en') await page.getByText('EN', { exact: true }).click();
      const found = [];
      for await (const [seen, moment] of moments(world, page, { theme, language })) {
        found.push(...(await faults(seen)).map((fault) => `${moment}: ${fault}`));
        for (const [width, height] of sizes) {
          await seen.setViewportSize({ width, height });
          await seen.waitForTimeout(100);
          found.push(...(await cutOff(seen)).map((text) => `${moment} ${width}: ${text} is cut off`));
          await world.photograph(seen, `call-${moment}-${width}-${theme}-${language}`);
        }
        await seen.setViewportSize({ width: 1366, height: 768 });
      }
      equal(found, [], 'faults');
    });
  }
}

story('every key of a call is printed on its control and in the list of keys', async (world) => {
  await recordOutcomes(world);
  const page = await world.signedIn('petugas1');
  await beginShift(page);
  const caller = await world.call({ fix: place });
  await page.locator('.offered .number', { hasText: caller.number }).waitFor();
  const printed = () => page.locator('main kbd').allInnerTexts();
  const seen = new Set(await printed());
  await answer(page, caller);
  await page.keyboard.press('F10');
  await page.locator('.connect input').fill('damkar');
  await page.locator('.connect li.meant').waitFor();
  for (const key of await printed()) seen.add(key);
  await page.keyboard.press('F1');
  const listed = new Set(await page.locator('dialog kbd').allInnerTexts());
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+g');
  await page.locator('.parties .talking').waitFor();
  for (const key of await printed()) seen.add(key);
  await page.keyboard.press('F1');
  for (const key of await page.locator('dialog kbd').allInnerTexts()) listed.add(key);
  const needed = [
    'F2',
    'F3',
    'F4',
    'F7',
    'F8',
    'F9',
    'F10',
    'Alt+X',
    'Alt+N',
    'Alt+S',
    'Alt+H',
    'Alt+G',
    'Alt+T',
    'Alt+K',
    'Alt+L',
  ];
  equal(
    needed.filter((key) => !seen.has(key)),
    [],
    'keys that no control shows',
  );
  equal(
    needed.filter((key) => !listed.has(key)),
    [],
    'keys that the list does not know',
  );
  check(
    [...seen].every((key) => listed.has(key) || key === 'Esc'),
    `printed, not listed: ${[...seen].filter((key) => !listed.has(key))}`,
  );
});
