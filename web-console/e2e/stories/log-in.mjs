import { check, equal, story } from '../harness.mjs';
import { signIn } from '../world.mjs';

const homes = {
  petugas1: '/panggilan',
  damkar: '/instansi',
  pengawas: '/pengawas',
  admin: '/pengawas',
  auditor: '/pengawas',
};

story('log-in: every role comes to its own screen', async (world) => {
  for (const [username, home] of Object.entries(homes)) {
    const page = await world.signedIn(username);
    equal(new URL(page.url()).pathname, home, `home of ${username}`);
    await page.reload();
    await page.getByText('Tersambung', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Keluar' }).click();
    await page.waitForSelector('input[name=username]');
  }
});

story('log-in: a wrong password is told in the server’s words, and what was typed stays', async (world) => {
  const page = await world.page();
  await signIn(page, 'petugas1', 'salah');
  const alert = page.getByRole('alert');
  await alert.getByText('Nama pengguna atau kata sandi salah').waitFor();
  equal(await page.inputValue('input[name=username]'), 'petugas1', 'user name');
});

story('log-in: nobody reaches the screen of another role', async (world) => {
  const page = await world.signedIn('damkar');
  await page.goto(`${world.server.origin}/pengawas`);
  await page.waitForURL('**/instansi');
});

story('log-in: language and theme are remembered, and nothing else', async (world) => {
  const page = await world.signedIn('petugas1');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText('Calls waiting').first().waitFor();
  await page.getByRole('button', { name: 'Light theme' }).click();
  equal(await page.getAttribute('html', 'data-theme'), 'light', 'theme');
  equal(await page.getAttribute('html', 'lang'), 'en', 'language of the page');
  const stored = await page.evaluate(() => ({
    local: Object.keys(localStorage).sort(),
    session: Object.keys(sessionStorage),
    cookies: document.cookie,
  }));
  equal(
    stored,
    { local: ['sigap.language', 'sigap.theme'], session: [], cookies: '' },
    'what the browser stores',
  );
});

story('log-in: the demo users are offered in demo mode', async (world) => {
  const page = await world.page();
  await page.getByRole('button', { name: 'pengawas', exact: true }).click();
  await page.getByRole('button', { name: 'Masuk', exact: true }).click();
  await page.waitForURL('**/pengawas');
  check(await page.getByText('Papan pantau').isVisible(), 'the wallboard is not there');
});
