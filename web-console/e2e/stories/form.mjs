import { check, equal, story, until } from '../harness.mjs';

story('the form works without a call, says what is missing, and fits the smallest screen', async (world) => {
  const page = await world.signedIn('petugas1');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Lengkapi: Lokasi / patokan, Apa yang terjadi?').waitFor();
  equal(await page.evaluate(() => document.activeElement?.id), 'landmark', 'focus on the first fault');
  const landmark = `pos ronda ${Date.now()}`;
  await page.fill('#landmark', landmark);
  await page.getByText('Lengkapi: Apa yang terjadi?').waitFor();
  await page.fill('#said', 'ada ular besar masuk kamar');
  await page.locator('.proposals button').first().waitFor();
  await page.focus('#said');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Alt+2');
  const scrolls = await page.evaluate(() => {
    const form = document.querySelector('form.panel');
    const fields = form.querySelector('.fields');
    const doc = document.documentElement;
    return [form, fields, doc].map((one) => one.scrollHeight - one.clientHeight);
  });
  equal(scrolls, [0, 0, 0], 'pixels that would have to be scrolled at 1366×768');
  await page.keyboard.press('Control+Enter');
  await page.getByText(/Insiden \S+ diteruskan ke \d+ instansi/).waitFor();
  equal(await page.inputValue('#landmark'), '', 'the form is empty again');
  const ask = await world.api('pengawas');
  const found = await until(async () => {
    const { items } = await ask('GET', '/incidents?status=open&limit=100');
    return items.find((one) => one.location.landmark === landmark);
  }, 'the incident');
  equal(found.priority, 'P2', 'priority by hand');
  check(found.narrative.includes('ada ular besar masuk kamar'), 'the words of the caller are lost');
});

story('agencies can be ticked off and added before sending', async (world) => {
  const page = await world.signedIn('petugas1');
  const landmark = `simpang ${Date.now()}`;
  await page.fill('#landmark', landmark);
  await page.selectOption('#type', { label: 'Kebakaran bangunan' });
  const boxes = page.locator('.agencies input[type=checkbox]');
  await until(async () => (await boxes.count()) > 1, 'the proposal');
  const second = page.locator('.agencies label').nth(1);
  const unticked = (await second.innerText()).trim();
  await second.click();
  const added = page.locator('.agencies select option').nth(1);
  const name = await added.innerText();
  await page.selectOption('.agencies select', { label: name });
  await page.getByText('Ditambah petugas').waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByText(/diteruskan ke/).waitFor();
  const ask = await world.api('pengawas');
  const { items } = await ask('GET', '/incidents?status=open&limit=100');
  const sent = items.find((one) => one.location.landmark === landmark);
  check(
    sent.assignments.some((one) => one.agency.name === name),
    `${name} was not asked`,
  );
  check(!sent.assignments.some((one) => one.agency.name === unticked), `${unticked} was asked all the same`);
});

story('a click on the map sets the location, and the keyboard can do it too', async (world) => {
  const page = await world.signedIn('petugas1');
  const map = page.getByRole('application');
  await page.locator('.canvas canvas').first().waitFor();
  await map.click({ position: { x: 260, y: 90 } });
  await until(async () => /^-?\d+\.\d{5}, 1\d\d\.\d{5}$/.test(await page.inputValue('#point')), 'a point');
  const clicked = await page.inputValue('#point');
  await map.focus();
  await page.keyboard.press('Enter');
  await until(async () => (await page.inputValue('#point')) !== clicked, 'the point of the centre');
});

story('F1 lists the keys of the screen, and nothing else happens meanwhile', async (world) => {
  const page = await world.signedIn('petugas1');
  await page.keyboard.press('F1');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Jawab panggilan untuk Anda, atau yang terlama').waitFor();
  await page.keyboard.press('Control+Enter');
  equal(await page.getByText('Lengkapi:').count(), 0, 'faults behind the dialog');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});
