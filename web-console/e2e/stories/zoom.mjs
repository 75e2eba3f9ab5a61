import { check, equal, story } from '../harness.mjs';
import { signIn } from '../world.mjs';
import { newIncident } from './agency.mjs';
import { crewPage } from './responder.mjs';

/** 1366×768 at 200 %: half as many CSS pixels. */
const ZOOMED = { width: 683, height: 384 };

const pages = [
  ['petugas1', 'the call-taker'],
  ['damkar', 'an agency'],
  ['pengawas', 'the supervisor'],
  ['admin', 'the administrator'],
];

/** What makes the page scroll sideways; nothing, as a rule (WCAG 2.2, 1.4.10). */
async function tooWide(page, where) {
  const found = await page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    const beyond = [...document.querySelectorAll('body *')].filter(
      (one) => one.getBoundingClientRect().right > innerWidth + 0.5,
    );
    return { wide, names: beyond.slice(0, 4).map((one) => `${one.tagName}.${one.className}`) };
  });
  return found.wide > 0 ? [`${where}: ${found.wide} pixels, ${found.names}`] : [];
}

story('at 200 % zoom every control is reached by Tab and comes into view', async (world) => {
  await newIncident(world);
  const wides = [];
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
          const inView = box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
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
    await page.evaluate(() => scrollTo(0, 0));
    await world.photograph(page, `zoom-${user}`, { fullPage: true });
    wides.push(...(await tooWide(page, who)));
    check(last !== null, `nothing has the focus at ${who}`);
    equal(hidden, [], `controls out of view at ${who}`);
  }
  equal(wides, [], 'pages that scroll sideways');
});

story('at 200 % zoom no page scrolls in two directions', async (world) => {
  const wides = [];
  const looked = async (page, name) => {
    await page.setViewportSize(ZOOMED);
    await page.waitForTimeout(300);
    await world.photograph(page, `zoom-page-${name}`, { fullPage: true });
    wides.push(...(await tooWide(page, name)));
  };
  const admin = await world.signedIn('admin');
  const links = () =>
    admin.locator('header nav a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  await admin.locator('header nav a[href="/pengawas/pengguna"]').click();
  const pages = await links();
  check(pages.length > 12, `${pages}`);
  for (const href of pages) {
    await admin.locator(`header nav a[href="${href}"]`).first().click();
    await admin.locator('#work :is(.panel, .zones)').first().waitFor();
    await looked(admin, href.slice(1).replaceAll('/', '-'));
    if (href.endsWith('/log')) break;
  }
  for (const href of pages.filter((one) => /pengguna|instansi|wilayah|nomor|jalur|sistem/.test(one))) {
    await admin.locator('header nav a[href="/pengawas/pengguna"]').first().click();
    await admin.locator(`nav.settings a[href="${href}"]`).click();
    await looked(admin, href.slice(1).replaceAll('/', '-'));
  }
  for (const key of ['Alt+l', 'Alt+r', 'F1', 'Control+k']) {
    await admin.keyboard.press(key);
    await looked(admin, `open-${key.replace('+', '-')}`);
    await admin.keyboard.press('Escape');
  }
  const wall = await world.page({ width: 1366, height: 768, theme: 'dark' });
  await looked(wall, 'log-in');
  await wall.setViewportSize({ width: 1366, height: 768 });
  await signIn(wall, 'dinding');
  await wall.locator('main li').nth(8).waitFor();
  await looked(wall, 'wall');
  const crew = await crewPage(world);
  await looked(crew, 'crew');
  // A telephone at 200 %: narrower than any text is asked to fit (WCAG 2.2, 1.4.10: 320 pixels).
  await crew.setViewportSize({ width: 320, height: 370 });
  await crew.waitForTimeout(300);
  wides.push(...(await tooWide(crew, 'the crew at 320 pixels')));
  equal(wides, [], 'pages that scroll sideways');
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
