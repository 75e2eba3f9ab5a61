import { randomUUID } from 'node:crypto';
import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { hears440, talking } from '../talk.mjs';

/** The three tones of what must be looked at, in hertz. */
const ALARM = [520, 660, 840];

/** Notes every tone that the page's own sounds play from now on. */
const watchTones = (page) =>
  page.evaluate(() => {
    window.tones = [];
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
      const oscillator = make.call(this);
      const pitch = oscillator.frequency;
      const set = pitch.setValueAtTime.bind(pitch);
      pitch.setValueAtTime = (hertz, at) => {
        window.tones.push(hertz);
        return set(hertz, at);
      };
      return oscillator;
    };
  });

const tonesOf = (page) => page.evaluate(() => window.tones);
const includesAll = (tones, wanted) => wanted.every((tone) => tones.includes(tone));

/** Where Kabupaten Bangka Tengah begins. */
const ACROSS = '-2.49000, 106.31000';

const arrived = (world, kind, about) =>
  until(
    () => world.neighbour.letters.find((one) => one.kind === kind && about(one)),
    `${kind} at the neighbour`,
  );

story(
  'a call from across the border: voice and packet by one key, ours until they accept; and one that is handed to us',
  async (world) => {
    const supervisor = await world.signedIn('pengawas', { theme: 'light' });
    const { page, caller } = await talking(world, 'petugas1');
    await hears440(page);
    const mark = `jembatan batas ${Date.now()}`;
    await page.fill('#landmark', mark);
    await page.fill('#point', ACROSS);
    await page.getByText('Titik ini di wilayah Kabupaten Bangka Tengah').waitFor();
    await page.selectOption('#type', { label: 'Kebakaran bangunan' });
    await page.keyboard.press('Alt+h');
    const centre = page.getByRole('menuitem', { name: 'Serahkan ke 112 Bangka Tengah' });
    await centre.waitFor();
    const focused = () => centre.evaluate((one) => one === document.activeElement);
    for (let step = 0; step < 20 && !(await focused()); step += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');

    // Voice: their number rings into the call. Packet: their system has it. Ours: it is open, and waits.
    await until(() => world.middle.invites.length === 1, 'the neighbour is rung');
    await page.locator('.parties').getByText('112 Bangka Tengah', { exact: true }).waitFor();
    const packet = await arrived(world, 'offer', (one) => one.location.landmark === mark);
    check(packet.signed, 'the packet is not signed');
    equal([packet.caller_number, packet.priority], [caller.number, 'P1'], 'what the packet tells');
    const waiting = page.getByText('Diserahkan ke 112 Bangka Tengah, menunggu diterima').first();
    await waiting.waitFor();
    await page.getByText('Paket sudah ada di sistem mereka.').waitFor();
    equal(await faults(page), [], 'faults while it waits');
    await world.photograph(page, 'neighbour-waiting-1366-dark');
    await supervisor.getByText('belum diterima tetangga').first().waitFor();

    // They accept on their own screen, and it is closed here.
    await world.neighbour.tell(world.server.origin, `${packet.transfer}.accepted`, {
      kind: 'accepted',
      transfer: packet.transfer,
      incident: packet.incident,
      name: 'Rina',
      reference: '2026-000777',
    });
    await page.getByText(/112 Bangka Tengah mengambil alih pukul/).waitFor();
    await page.getByText('nomor mereka 2026-000777').waitFor();
    const ask = await world.api('petugas1');
    equal((await ask('GET', `/incidents/${packet.incident}`)).status, 'closed', 'the incident');
    await page.keyboard.press('F7');
    await until(() => caller.hungUp, 'the caller is gone');

    // The other way round: they hand one to us, which is heard, and we take it.
    await watchTones(page);
    const [transfer, theirs] = [randomUUID(), randomUUID()];
    const now = new Date().toISOString();
    const reference = `2026-${String(Date.now()).slice(-6)}`;
    await world.neighbour.tell(world.server.origin, `${transfer}.offer`, {
      kind: 'offer',
      transfer,
      incident: theirs,
      reference,
      offered_at: now,
      answer_by: new Date(Date.now() + 180_000).toISOString(),
      reported_at: now,
      category: 'c',
      type: 'kecelakaan_lalu_lintas',
      priority: 'P2',
      story: 'Dua motor bertabrakan',
      caller_number: '+62812700777',
      location: { landmark: 'simpang Sadai' },
      answers: [{ asked: 'Ada yang tidak sadar?', answer: 'Ya' }],
    });
    await page.getByText(`112 Bangka Tengah menyerahkan insiden ${reference}`).waitFor();
    await until(async () => includesAll(await tonesOf(page), ALARM), 'the alarm of what came to us');
    // Beside many clocks that ring earlier it stands in the whole list only.
    await supervisor.getByRole('button', { name: /\d+ berjalan/ }).click();
    await supervisor.getByText('belum kita jawab').first().waitFor();

    // It becomes more urgent there: we have less time, and a row of the list that is reached by key says so.
    await world.neighbour.tell(world.server.origin, `${transfer}.hastened`, {
      kind: 'hastened',
      transfer,
      answer_by: new Date(Date.now() + 60_000).toISOString(),
      priority: 'P1',
    });
    const ours = () => ask('GET', `/incidents/${transfer}`);
    await until(async () => (await ours()).priority === 'P1', 'it is as urgent here as there');
    await page.getByRole('button', { name: 'Sembunyikan rincian' }).press('Escape');
    await page.getByRole('tab', { name: /Insiden terbuka/ }).click();
    const { number } = await ours();
    const row = page.locator('.row', { hasText: number }).locator('button.open');
    await row.waitFor();
    const reached = () => row.evaluate((one) => one === document.activeElement);
    for (let step = 0; step < 60 && !(await reached()); step += 1) await page.keyboard.press('Tab');
    check(await reached(), 'no key leads to the row');
    await page.keyboard.press('Enter');
    await page.getByText(`Diserahkan 112 Bangka Tengah, nomor mereka ${reference}`).first().waitFor();
    await page
      .getByText(/menunggu jawaban kita 0\.\d\d/)
      .first()
      .waitFor();
    await page.getByText('Ada yang tidak sadar?').waitFor();
    equal(await faults(page), [], 'faults of what came to us');
    await world.photograph(page, 'neighbour-received-1366-dark');
    await page.getByRole('button', { name: 'Terima: menjadi tugas kita' }).click();
    await page.getByText('Jawaban sudah sampai.').waitFor();
    const answer = await arrived(world, 'accepted', (one) => one.transfer === transfer);
    check(answer.signed && answer.incident === theirs, 'the answer names their incident, signed');
  },
);
