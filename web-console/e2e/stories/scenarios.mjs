// The screens without a server: every scenario of stories/ runs, is clean by axe, fits, and logs no error.
import { createServer } from 'vite';
import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';

const names = [
  'quiet-call-taker',
  'quiet-agency',
  'quiet-supervisor',
  'quiet-wall',
  'call-to-closure',
  'busy-call-taker',
  'busy-agency',
  'busy-supervisor',
  'cut-off',
  'emergency',
  'disaster',
  'log-in',
  'responder',
  'responder-gone',
];

/** Runs some of them on one development server; a story has so much time. */
async function show(world, some) {
  const root = new URL('../..', import.meta.url).pathname;
  const vite = await createServer({
    root,
    logLevel: 'error',
    server: { port: 0, strictPort: false, host: '127.0.0.1', hmr: false, fs: { strict: false } },
  });
  await vite.listen();
  const origin = `http://127.0.0.1:${vite.httpServer.address().port}`;
  try {
    const listed = await vite.ssrLoadModule('/stories/scenarios/index.ts');
    equal(Object.keys(listed.scenarios).sort(), [...names].sort(), 'scenarios');
    for (const name of some) {
      const { page, errors } = await world.elsewhere(`${origin}/stories/?${name}`);
      await page.locator('main, .screen').first().waitFor();
      await page.locator('p.wait').waitFor({ state: 'detached' });
      const bar = page.getByRole('complementary', { name: 'Cerita' });
      if ((await bar.count()) > 0) {
        await bar.getByRole('button', { name: 'putar' }).click();
        const [, all] = /\/(\d+)/.exec(await bar.innerText());
        await until(async () => (await bar.innerText()).startsWith(`${all}/`), `${name} to its end`, 20_000);
      }
      // The last step may open a screen whose file is still on its way.
      await page.locator('h1').first().waitFor({ state: 'attached' });
      if (name === 'responder') await page.getByText('Kebakaran bangunan').first().waitFor();
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(over <= 0, `${name} is ${over} pixels too wide`);
      equal(await faults(page), [], `axe on ${name}`);
      equal(errors, [], `errors of ${name}`);
      await world.photograph(page, `scenario-${name}`);
    }
  } finally {
    await vite.close();
  }
}

// Three parts: each compiles the screens anew, and a story has so much time.
for (const part of [0, 1, 2])
  story(`without a server: the scenarios run, fit and are clean (part ${part + 1} of 3)`, (world) =>
    show(
      world,
      names.filter((_, at) => at % 3 === part),
    ),
  );
