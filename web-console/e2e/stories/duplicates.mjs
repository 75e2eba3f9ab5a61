import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

/** Far from where other stories report: a kampung on Lepar. */
const SCENE = { lat: -2.948, lon: 106.819 };
const CELL = { lat: SCENE.lat + 0.002, lon: SCENE.lon, radius: 500 };
const HEARD = 'Katanya api sudah ke rumah sebelah';

const sizes = [
  [1366, 768],
  [1920, 1080],
];

/** Reported by a first caller, sent to the fire brigade alone. */
async function firstReport(world) {
  const caller = await world.call({ fix: CELL });
  const ask = await world.api('petugas3');
  const call = await until(async () => {
    const { items } = await ask('GET', '/calls?limit=20');
    return items.find((one) => one.caller?.number === caller.number);
  }, 'the first call');
  await ask('POST', `/calls/${call.id}/answer`, {});
  const location = { ...SCENE, accuracy_m: 50, landmark: `gudang ikan ${crypto.randomUUID().slice(0, 6)}` };
  const narrative = `Gudang terbakar, kata ${caller.number}.`;
  const report = { category: 'a', type: 'kebakaran_bangunan', priority: 'P1', narrative };
  const incident = await ask('POST', '/incidents', { ...report, location, call_id: call.id });
  await ask('POST', `/calls/${call.id}/hangup`, {});
  const sent = await ask('POST', `/incidents/${incident.id}/dispatch`, { agencies: ['damkar'] });
  return { ask, caller, incident: sent.incident };
}

story('a second report is proposed while it rings, attached with one key and taken back', async (world) => {
  const { ask, caller: first, incident } = await firstReport(world);
  const taker = await world.signedIn('petugas1');
  const agency = await world.signedIn('damkar');
  await beginShift(taker);
  const second = await world.call({ fix: CELL });
  const short = `mungkin #${incident.number.replace(/^\d+-0*/, '')} · 1 panggilan`;
  await taker.locator('.queue .hint', { hasText: short }).waitFor();
  const list = taker.getByRole('region', { name: 'Mungkin sudah dilaporkan' });
  await world.photograph(taker, 'duplicate-rings-1366-dark');

  await taker.keyboard.press('F2');
  await taker.locator('.live .number', { hasText: second.number }).waitFor();
  await until(() => taker.evaluate(() => document.activeElement?.id === 'landmark'), 'focus in the location');
  const chosen = list.locator('li.chosen');
  await chosen.getByText('1 panggilan').waitFor();
  await chosen.getByRole('button', { name: /Kaitkan/ }).waitFor();
  // What is typed counts from now on, and nothing takes the focus away.
  await taker.keyboard.type('tempat lain sama sekali');
  await taker.fill('#said', 'ada ibu mau melahirkan');
  await list.getByText('Belum ada laporan serupa.').waitFor();
  await taker.fill('#landmark', '');
  await taker.fill('#said', '');
  await taker.fill('#narrative', HEARD);
  await chosen.getByText(incident.number).waitFor();
  equal(await taker.evaluate(() => document.activeElement?.id), 'narrative', 'focus has not moved');

  const found = [];
  for (const [width, height] of sizes) {
    await taker.setViewportSize({ width, height });
    for (const theme of ['dark', 'light']) {
      await taker.evaluate((name) => (document.documentElement.dataset.theme = name), theme);
      await taker.waitForTimeout(250);
      await world.photograph(taker, `duplicate-typed-${width}-${theme}`);
      // One of each size and theme sees what a machine can see of colours and names.
      if ((width === 1366) === (theme === 'dark')) {
        found.push(...(await faults(taker)).map((fault) => `${width} ${theme} ${fault}`));
      }
    }
  }
  equal(found, [], 'faults');
  await taker.setViewportSize({ width: 1366, height: 768 });

  const callsOf = async () => (await ask('GET', `/incidents/${incident.id}`)).calls.length;
  await taker.keyboard.press('F6');
  const told = taker.locator('.toast', { hasText: `Panggilan dikaitkan ke ${incident.number}` });
  await told.waitFor();
  await until(async () => (await callsOf()) === 2, 'both calls on one incident');
  equal(await taker.inputValue('#narrative'), '', 'the words are a note now');
  equal(second.hungUp, false, 'the caller stays on the line');
  await told.getByRole('button', { name: 'Kembalikan' }).click();
  await until(async () => (await callsOf()) === 1, 'taken back');
  const isBack = async () => (await taker.inputValue('#narrative')) === HEARD;
  await until(isBack, 'what was typed is here again');
  await chosen.getByText(incident.number).waitFor();
  await taker.keyboard.press('F6');
  await until(async () => (await callsOf()) === 2, 'attached again');
  const card = agency.locator('article', { hasText: incident.location.landmark });
  await card.getByText('2 panggilan').waitFor();
  await taker.keyboard.press('F7');
  await until(() => second.hungUp, 'the caller is released');
  check(first.hungUp, 'the first caller was let go');
});

story(
  'an incident that was closed meanwhile is opened again with one key, or another one begins',
  async (world) => {
    const { ask, incident } = await firstReport(world);
    const supervisor = await world.api('pengawas');
    const close = () => supervisor('POST', `/incidents/${incident.id}/close`, { reason: 'Uji' });
    const taker = await world.signedIn('petugas1');
    await beginShift(taker);
    const second = await world.call({ fix: CELL });
    await taker.locator('.queue .hint').first().waitFor();
    await taker.keyboard.press('F2');
    await taker.locator('.live .number', { hasText: second.number }).waitFor();
    const list = taker.getByRole('region', { name: 'Mungkin sudah dilaporkan' });
    await list.locator('li', { hasText: incident.number }).locator('button.what').click();
    const panel = taker.getByRole('region', { name: `Insiden ${incident.number}` }).first();
    await panel.waitFor();
    await taker.fill('#narrative', HEARD);
    await close();
    await panel.getByText('Ditutup').first().waitFor();
    await taker.keyboard.press('F6');
    const told = taker.locator('.toast', { hasText: `Insiden ${incident.number} sudah ditutup.` });
    await told.getByRole('button', { name: /Insiden baru/ }).waitFor();
    equal(await taker.inputValue('#narrative'), HEARD, 'the words are still here');
    equal(await faults(taker), [], 'faults');
    await world.photograph(taker, 'duplicate-closed-meanwhile');
    await taker.keyboard.press('Alt+b');
    await until(async () => {
      const now = await ask('GET', `/incidents/${incident.id}`);
      return now.status !== 'closed' && now.calls.length === 2 && now.notes.some((one) => one.text === HEARD);
    }, 'open again, with the call and its words');

    // Whoever corrects it sees that it has ended, and begins another one with what was typed.
    await panel.getByRole('button', { name: 'Perbaiki / tambah' }).click();
    await taker.fill('#narrative', 'Api muncul lagi di seberang jalan');
    await close();
    const gone = taker.locator('.agencies .conflict', { hasText: 'sudah ditutup' });
    await gone.waitFor();
    // The keys stand beside the words.
    equal(await gone.locator('kbd').allInnerTexts(), ['Alt+B', 'Alt+I'], 'keys of the notice');
    await taker.keyboard.press('Control+Enter');
    await told.waitFor();
    await taker.keyboard.press('Alt+i');
    await gone.waitFor({ state: 'detached' });
    await taker.keyboard.press('Control+Enter');
    await taker.locator('.toast', { hasText: /diteruskan ke \d+ instansi/ }).waitFor();
    equal((await ask('GET', `/incidents/${incident.id}`)).status, 'closed', 'the old one stays as it was');
    await taker.keyboard.press('F7');
  },
);

story('a merge takes the crew along, a split gives it back, and nobody is lost', async (world) => {
  const one = await firstReport(world);
  const other = await firstReport(world);
  const { ask } = one;
  const [stays, goes] = [one.incident, other.incident];
  // The crew is on its way to the one that is merged; of the other one the police know.
  const damkar = await world.api('damkar');
  await ask('POST', `/incidents/${stays.id}/cancel`, { reason: 'Uji' });
  await ask('POST', `/incidents/${stays.id}/reopen`, { reason: 'Uji' });
  await ask('POST', `/incidents/${stays.id}/dispatch`, { agencies: ['polres'] });
  const task = goes.assignments[0].id;
  await damkar('POST', `/assignments/${task}/acknowledge`, { unit: 'Fuso 1' });
  const agency = await world.signedIn('damkar');
  await beginShift(agency);
  await agency.locator('button.row', { hasText: goes.location.landmark }).click();
  await ask('POST', `/incidents/${goes.id}/merge`, { into: stays.id });
  await agency.getByText(`Digabung ke ${stays.number}`).first().waitFor();
  await agency.locator('.details').getByText(`kata ${other.caller.number}`).waitFor();
  await world.photograph(agency, 'duplicate-agency-merged');

  const page = await world.signedIn('pengawas');
  await page.locator('.figure', { has: page.getByText('Insiden terbuka', { exact: true }) }).click();
  await page.locator('li', { hasText: stays.number }).locator('button.link').first().click();
  const panel = page.getByRole('region', { name: `Insiden ${stays.number}` }).first();
  await panel.getByRole('button', { name: 'Jadikan induk' }).click();
  await panel.getByRole('button', { name: 'Ya, jadikan induk' }).click();
  await panel.getByText('Insiden induk').first().waitFor();
  const merged = panel.locator('li', { hasText: goes.number });
  await merged.first().waitFor();
  await world.photograph(page, 'duplicate-supervisor-merged');
  await merged.first().getByRole('button', { name: 'Pisahkan' }).click();
  await merged.first().getByRole('button', { name: 'Ya, pisahkan' }).click();
  const whole = await until(async () => {
    const now = await ask('GET', `/incidents/${goes.id}`);
    return now.status !== 'merged' && now;
  }, 'the split');
  equal(whole.calls, goes.calls, 'its caller is back');
  equal(whole.assignments[0].state, 'acknowledged', 'and its crew as it was');
  equal((await ask('GET', `/incidents/${stays.id}`)).calls, stays.calls, 'the other one keeps its own');
  await agency.getByText(`Digabung ke ${stays.number}`).first().waitFor({ state: 'detached' });
});
