import { check, equal, story } from '../harness.mjs';
import { newIncident } from './agency.mjs';

/** 1366×768 at 200 %: half as many CSS pixels. */
const ZOOMED = { width: 683, height: 384 };

const pages = [
  ['petugas1', 'the call-taker'],
  ['damkar', 'an agency'],
  ['pengawas', 'the supervisor'],
  ['admin', 'the administrator'],
];

story('at 200 % zoom every control is reached by Tab and comes into view', async (world) => {
  await newIncident(world);
  for (const [user, who] of pages) {
    const page = await world.signedIn(user);
    await page.setViewportSize(ZOOMED);
    await page.evaluate(() => document.body.focus());
    const hidden = [];
    let last = null;
    for (let presses = 0; presses < 150; presses += 1) {
      await page.keyboard.press('Tab');
      const look = () =>
        page.evaluate(() => {
          const one = document.activeElement;
          if (!one || one === document.body) return null;
          const box = one.getBoundingClientRect();
          // Rows of a list that draws only what is seen come and go while it scrolls.
          const isRow = one.closest('li') !== null;
          const inView =
            isRow || (box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight);
          const name = `${one.tagName} ${one.id || one.getAttribute('aria-label') || one.textContent?.trim().slice(0, 30)}`;
          return { name, inView: inView && box.width > 0 && box.height > 0 };
        });
      let now = await look();
      // A list that draws only what is seen needs a frame to draw it.
      for (let tries = 0; now && !now.inView && tries < 20; tries += 1) {
        await page.waitForTimeout(25);
        now = await look();
      }
      if (now === null) break;
      if (!now.inView) hidden.push(now.name);
      last = now.name;
    }
    check(last !== null, `nothing has the focus at ${who}`);
    equal(hidden, [], `controls out of view at ${who}`);
    await world.photograph(page, `zoom-${user}`);
  }
});

story('who wants less motion gets none', async (world) => {
  await newIncident(world);
  for (const [user, who] of pages.slice(0, 3)) {
    const page = await world.signedIn(user);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.waitForTimeout(500);
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter((one) => one.playState === 'running')
        .map((one) => `${one.animationName ?? one.transitionProperty} on ${one.effect?.target?.className}`),
    );
    equal(moving, [], `what moves at ${who}`);
  }
});
