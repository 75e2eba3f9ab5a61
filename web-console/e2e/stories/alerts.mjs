import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { signIn } from '../world.mjs';

story('two people switch the disaster mode on, people are called in, and a reason ends it', async (world) => {
  const supervisor = await world.signedIn('pengawas');
  const taker = await world.signedIn('petugas1');
  const agency = await world.signedIn('damkar', { width: 1920, height: 1080, theme: 'light' });
  const ask = await world.api('pengawas');
  const people = (await ask('GET', '/roster')).people.length;
  const person = { name: 'Rina Cadangan', post: 'call_taker', phone: '+628111222333' };
  await ask('POST', '/roster', { action: 'set_person', ...person });
  check((await ask('GET', '/roster')).people.length > people, 'somebody to call in');

  await supervisor.keyboard.press('Alt+l');
  await supervisor.getByRole('dialog', { name: 'Mode bencana dan siaran' }).waitFor();
  await supervisor.getByRole('button', { name: 'Usulkan mode bencana' }).click();
  await supervisor.getByText('Isi nama kejadian.').waitFor();
  equal(await supervisor.evaluate(() => document.activeElement?.id), 'disaster-name', 'the focus');
  await supervisor.keyboard.type('Gempa Toboali');
  await world.photograph(supervisor, 'disaster-propose');
  equal(await faults(supervisor), [], 'axe on the proposal');
  await supervisor.getByRole('button', { name: 'Usulkan mode bencana' }).click();
  await supervisor.getByText(/Anda yang mengusulkan/).waitFor();
  equal(
    await supervisor.getByRole('button', { name: /Setujui mode bencana/ }).count(),
    0,
    'not by the same person',
  );

  await taker.getByText('Pengawas Piket mengusulkan mode bencana: Gempa Toboali').waitFor();
  await world.photograph(taker, 'disaster-proposed-to-a-call-taker');
  equal(await faults(taker), [], 'axe on the proposal at the call-taker');
  await taker.keyboard.press('Alt+c');
  for (const page of [taker, supervisor, agency])
    await page.getByText(/MODE BENCANA: Gempa Toboali sejak \d\d\.\d\d/).waitFor();

  await supervisor.getByRole('group', { name: 'Jawaban Rina Cadangan' }).getByText('Datang').click();
  await supervisor.getByText(/Panggil bantuan orang: 1 datang dari \d+/).waitFor();
  await world.photograph(supervisor, 'disaster-on');
  await world.photograph(agency, 'disaster-on-at-an-agency');
  equal(await faults(supervisor), [], 'axe on the mode that is on');
  const wall = await world.page({ width: 1920, height: 1080, theme: 'dark' });
  await signIn(wall, 'dinding');
  await wall.getByText(/MODE BENCANA sejak \d\d\.\d\d/).waitFor();
  check(!(await wall.locator('main').innerText()).includes('Gempa Toboali'), 'the wall names nothing');
  equal(
    await wall.evaluate(() => document.documentElement.scrollHeight - innerHeight),
    0,
    'pixels to scroll',
  );
  await world.photograph(wall, 'wall-disaster');
  equal(await faults(wall), [], 'axe on the wall');
  await supervisor.getByRole('button', { name: 'Akhiri mode bencana' }).click();
  await supervisor.getByText('Isi alasannya; alasan ini masuk log.').waitFor();
  await supervisor.keyboard.type('peringatan dini dicabut');
  await supervisor.keyboard.press('Enter');
  for (const page of [taker, supervisor, agency, wall])
    await page.getByText(/MODE BENCANA/).waitFor({ state: 'detached' });
});

story('a word of the centre stands at the agencies until a person has read it', async (world) => {
  const supervisor = await world.signedIn('pengawas');
  const agency = await world.signedIn('damkar');
  const text = `Jalur Sadai tertutup ${Date.now()}`;
  await supervisor.keyboard.press('Alt+l');
  await supervisor.getByRole('tab', { name: 'Siaran ke instansi' }).click();
  await supervisor.fill('#broadcast-text', text);
  const { items } = await (
    await world.api('pengawas')
  )('GET', '/agencies').then((all) => ({ items: all.items ?? all }));
  for (const code of ['damkar', 'pln']) {
    const { name } = items.find((one) => one.code === code);
    await supervisor.getByRole('checkbox', { name }).check();
  }
  await supervisor.getByLabel(/Mendesak/).check();
  await world.photograph(supervisor, 'broadcast');
  equal(await faults(supervisor), [], 'axe on the broadcast');
  await supervisor.getByRole('button', { name: 'Siarkan' }).click();
  await agency.getByText(text).waitFor();
  await world.photograph(agency, 'broadcast-at-an-agency');
  equal(await faults(agency), [], 'axe on the word');
  await agency.reload();
  await agency.getByText(text).waitFor();
  await agency.locator('p.wait').waitFor({ state: 'detached' });
  await agency.keyboard.press('b');
  await agency.getByText(text).waitFor({ state: 'detached' });
  await until(() => supervisor.getByText(/Dibaca 1 dari 2 · belum:/).isVisible(), 'who has read it');
});
