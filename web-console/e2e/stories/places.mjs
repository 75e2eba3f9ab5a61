import { check, equal, story, until } from '../harness.mjs';

const options = (page) => page.locator('#places [role=option]');

async function incidentWith(world, landmark) {
  const ask = await world.api('pengawas');
  return until(async () => {
    const { items } = await ask('GET', '/incidents?status=open&limit=100');
    return items.find((one) => one.location.landmark === landmark);
  }, `the incident at ${landmark}`);
}

async function scrolled(page) {
  return page.evaluate(() => {
    const form = document.querySelector('form.panel');
    return [form, form.querySelector('.fields'), document.documentElement].map(
      (one) => one.scrollHeight - one.clientHeight,
    );
  });
}

story('a misspelt landmark and Enter: the incident has its point and its area', async (world) => {
  const page = await world.signedIn('petugas1');
  const mark = `gudang ${Date.now()}`;
  await page.focus('#landmark');
  await page.keyboard.type(`plabuhan sadei ${mark}`);
  await options(page).first().getByText('Pelabuhan Sadai').waitFor();
  await page.keyboard.press('Enter');
  equal(await page.inputValue('#landmark'), `Pelabuhan Sadai, ${mark}`, 'the name, and the other words');
  equal(await page.evaluate(() => document.activeElement?.id), 'landmark', 'the focus stays');
  equal(await page.inputValue('#point'), '-3.00500, 106.73800', 'the point of the place');
  await page.locator('.note', { hasText: 'Tukak Sadai' }).waitFor();
  await page.getByText('± 1.000 m').waitFor();
  await page.keyboard.press('Escape');
  equal(await page.inputValue('#landmark'), `plabuhan sadei ${mark}`, 'Escape brings back what was typed');
  equal(await page.inputValue('#point'), '', 'and takes the point away');
  await page.keyboard.press('End');
  await page.keyboard.type(' x');
  // Enter may come before the answer.
  await page.keyboard.press('Enter');
  await until(async () => (await page.inputValue('#point')) !== '', 'the place as soon as it is known');
  await page.selectOption('#type', { label: 'Kebakaran bangunan' });
  await page.keyboard.press('Control+Enter');
  await page.getByText(/diteruskan ke/).waitFor();
  const { location } = await incidentWith(world, `Pelabuhan Sadai, ${mark} x`);
  equal(
    [location.area_code, location.source, location.accuracy_m],
    ['19.03.06', 'place', 1000],
    'what the incident knows of its place',
  );
});

story(
  'a kilometre is read back, one in doubt is asked back, and a border names the neighbour',
  async (world) => {
    const page = await world.signedIn('petugas1');
    await page.fill('#landmark', 'km 7+600 arah Sadai');
    await page.getByText('kilometer tujuh, lewat enam ratus meter').first().waitFor();
    await page.fill('#landmark', 'km 760');
    await page.getByText('KM 7+600 atau KM 760?').first().waitFor();
    await page.fill('#landmark', '2°29\'24" LS 106°18\'36" BT');
    await options(page).first().getByText('Titik -2.49000, 106.31000').waitFor();
    await page.focus('#landmark');
    await page.keyboard.press('Enter');
    await page.getByText('Titik ini di wilayah Kabupaten Bangka Tengah').waitFor();
    equal(await scrolled(page), [0, 0, 0], 'pixels that would have to be scrolled at 1366×768');
    await page.fill('#point', '2,49 LS 106,31 BT');
    await page.getByText('lintang selatan dua koma empat sembilan').first().waitFor();
    await page.focus('#said');
    await until(
      async () => (await page.inputValue('#point')) === '-2.49000, 106.31000',
      'the point as it was read',
    );
    const before = await page.inputValue('#landmark');
    await page.focus('#landmark');
    await page.keyboard.press('Tab');
    equal(await page.inputValue('#landmark'), before, 'leaving the field changes nothing');
  },
);

story(
  'free text stays free: with the arrows, with Escape, and when the search does not answer',
  async (world) => {
    const page = await world.signedIn('petugas1');
    await page.focus('#landmark');
    await page.keyboard.type('pantai batu');
    await options(page).nth(1).waitFor();
    const second = await options(page).nth(1).locator('b').innerText();
    await page.keyboard.press('ArrowDown');
    equal(
      await page.locator('#places [aria-selected=true] b').innerText(),
      second,
      'the arrow marks the next one',
    );
    await page.keyboard.press('Escape');
    await until(async () => (await options(page).count()) === 0, 'the list to close');
    equal(await page.inputValue('#landmark'), 'pantai batu', 'what was typed');
    await page.route('**/api/v1/places**', (route) => route.abort());
    const landmark = `sawah pak lurah ${Date.now()}`;
    await page.fill('#landmark', landmark);
    await page.focus('#landmark');
    await page.keyboard.press('Enter');
    await page.selectOption('#type', { label: 'Kebakaran bangunan' });
    await page.keyboard.press('Control+Enter');
    await page.getByText(/diteruskan ke/).waitFor();
    const { location } = await incidentWith(world, landmark);
    check(location.area_code === null && location.lat === null, 'nothing was guessed');
  },
);

story('places look as they should', async (world) => {
  for (const [width, height] of [
    [1366, 768],
    [1920, 1080],
  ]) {
    for (const theme of ['dark', 'light']) {
      const page = await world.signedIn('petugas1', { width, height, theme });
      await page.fill('#point', '-2.585, 106.35');
      await page.focus('#landmark');
      await page.keyboard.type('km 7+600 pantai batu');
      await options(page).nth(1).waitFor();
      await page.getByText(/^Perbatasan|di wilayah/).waitFor();
      await world.photograph(page, `places-${width}-${theme}`);
    }
  }
});
