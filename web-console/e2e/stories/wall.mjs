import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { signIn } from '../world.mjs';

const figures = (page) =>
  page.locator('main li').evaluateAll((all) =>
    all.map((one) => ({
      label: one.querySelector('h2').textContent.replace('!', '').trim(),
      value: one.querySelector('strong').textContent,
      height: one.querySelector('strong').getBoundingClientRect().height,
      cut: [...one.querySelectorAll('h2, .target, .age')].some(
        (part) => part.scrollWidth > part.clientWidth + 1,
      ),
    })),
  );

story(
  'the wall: nine figures large enough, nothing of anybody, and honest when the line is cut',
  async (world) => {
    const caller = await world.call();
    for (const { width, height, theme } of [
      { width: 1920, height: 1080, theme: 'dark' },
      { width: 1366, height: 768, theme: 'light' },
    ]) {
      const page = await world.page({ width, height, theme });
      await signIn(page, 'dinding');
      await page.locator('main li').nth(8).waitFor();
      const shown = await figures(page);
      equal(shown.length, 9, 'figures');
      check(
        shown.every((one) => one.height >= height * 0.14),
        JSON.stringify(shown),
      );
      equal(
        shown.filter((one) => one.cut),
        [],
        'labels that are cut',
      );
      await until(async () => (await figures(page))[0].value === '1', 'the caller who waits');
      const scrolls = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
      equal(scrolls, 0, 'pixels to scroll');
      const text = await page.locator('main').innerText();
      check(!text.includes(caller.number), text);
      equal(await faults(page), [], `faults ${theme}`);
      await world.photograph(page, `wall-${width}-${theme}`);
      await page.context().setOffline(true);
      await page.getByText(/Data basi sejak/).waitFor({ timeout: 30_000 });
      equal(await faults(page), [], 'faults when stale');
      await world.photograph(page, `wall-stale-${width}-${theme}`);
      await page.context().setOffline(false);
      await page.getByText(/Data basi sejak/).waitFor({ state: 'detached', timeout: 30_000 });
    }
    caller.hangUp();
  },
);
