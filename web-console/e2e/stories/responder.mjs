import { createHash } from 'node:crypto';
import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';

/** Where no other story reports, and no unit of the demo stands. */
const SCENE = { lat: -2.7512, lon: 106.3571 };
const NARRATIVE = 'Gudang karet terbakar, penjaga bernama Rusli belum keluar.';

const steps = ['en_route', 'on_scene', 'working', 'under_control', 'completed'];

/** Widths of what a thumb has to hit that are too small. */
function smallTargets(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('footer button, header button, article a')]
      .map((one) => ({ text: one.textContent.trim(), ...one.getBoundingClientRect().toJSON() }))
      .filter(({ width, height }) => width < 47.5 || height < 47.5)
      .map(({ text, width, height }) => `${text}: ${width}×${height}`),
  );
}

story(
  'an agency gives a unit’s crew a link and ends it, and a supervisor removes the unit',
  async (world) => {
    const damkar = await world.api('damkar');
    // The agency registers a unit, corrects it, and gives its crew a link.
    const desk = await world.signedIn('damkar');
    const fleet = desk.getByRole('group', { name: 'Unit' });
    await desk.getByRole('button', { name: 'Daftarkan unit' }).click();
    const form = desk.getByRole('form', { name: 'Daftarkan unit' });
    await form.getByLabel('Nama panggilan').fill('Uji 7');
    await form.getByLabel('Pangkalan: lintang').fill('-2.7612');
    await form.getByLabel('Pangkalan: bujur').fill('106.3571');
    await form.getByRole('button', { name: 'Simpan unit' }).click();
    await fleet.getByRole('button', { name: /^Uji 7 / }).click();
    await fleet.getByRole('button', { name: 'Ubah' }).click();
    const edit = desk.getByRole('form', { name: 'Ubah unit Uji 7' });
    await edit.getByLabel('Nama panggilan').fill('Uji 8');
    await edit.getByLabel('Keterangan').fill('Isuzu 4.000 L');
    await edit.getByRole('button', { name: 'Simpan unit' }).click();
    await fleet.getByRole('button', { name: /^Uji 8 / }).waitFor();
    await fleet.getByText('Isuzu 4.000 L').waitFor();
    await fleet.getByRole('button', { name: 'Tautan petugas' }).click();
    const link = await fleet.getByRole('textbox', { name: 'Tautan petugas' }).inputValue();
    await fleet.getByRole('img', { name: 'Kode QR tautan petugas' }).waitFor();
    await fleet.getByText('Tautan berlaku sampai', { exact: false }).waitFor();
    await world.photograph(desk, 'unit-link-1366-dark');
    const code = await fleet.getByRole('img', { name: 'Kode QR tautan petugas' }).boundingBox();
    check(code.y >= 0 && code.y + code.height <= 768, 'the code is whole', code);
    await fleet.getByRole('button', { name: 'Tutup', exact: true }).click();
    await fleet.getByRole('img', { name: 'Kode QR tautan petugas' }).waitFor({ state: 'detached' });
    const unit = (await damkar('GET', '/units')).items.find((one) => one.callsign === 'Uji 8');
    equal(
      [unit.label, unit.base.lat, link.split('#')[1].split('.')[0]],
      ['Isuzu 4.000 L', -2.7612, unit.id],
      'unit',
    );

    const phone = await world.page({ width: 360, height: 740 });
    await phone.goto(link);
    await phone.getByText('Tidak ada tugas.').waitFor();
    equal(new URL(phone.url()).hash, '', 'the secret is out of the address');
    await fleet.getByRole('button', { name: 'Akhiri tautan' }).click();
    await phone.getByText('Tautan ini tidak berlaku lagi', { exact: false }).waitFor();

    // The supervisor sees it on the map and removes it.
    for (const [width, height, theme] of [
      [1920, 1080, 'light'],
      [1366, 768, 'dark'],
    ]) {
      const watch = await world.signedIn('pengawas', { width, height, theme });
      await watch.getByRole('link', { name: 'Unit', exact: true }).click();
      const row = watch.getByRole('button', { name: /^Uji 8 / });
      await row.click();
      await watch.getByRole('button', { name: 'Ubah' }).click();
      equal(await faults(watch), [], `faults of the units (${theme})`);
      await world.photograph(watch, `units-supervisor-${width}-${theme}`);
      if (width === 1920) continue;
      await watch.getByRole('button', { name: 'Hapus unit' }).click();
      await watch.getByRole('button', { name: 'Ya, hapus' }).click();
      await row.waitFor({ state: 'detached' });
    }
    await fleet.getByRole('button', { name: /^Uji 8 / }).waitFor({ state: 'detached' });
  },
);

/** A unit of the fire brigade, and the link to the page of its crew. */
async function linked(world, damkar, callsign = 'Uji 9') {
  const base = { lat: -2.7612, lon: 106.3571 };
  const unit = await damkar('POST', '/units', { callsign, kind: 'engine', crew: 3, base });
  const secret = `${crypto.randomUUID()}${crypto.randomUUID()}`;
  const secret_sha256 = createHash('sha256').update(secret).digest('hex');
  await damkar('POST', `/units/${unit.id}`, { action: 'link', secret_sha256, hours: 1 });
  return { unit, link: `${world.server.origin}/petugas#${unit.id}.${secret}` };
}

/** The page of a crew on a telephone, with a task. */
export async function crewPage(world, look = {}) {
  const ask = await world.api('petugas3');
  const damkar = await world.api('damkar');
  const { unit, link } = await linked(world, damkar, `Uji ${crypto.randomUUID().slice(0, 4)}`);
  const location = { ...SCENE, landmark: `gudang ${crypto.randomUUID().slice(0, 8)}` };
  const report = { category: 'a', type: 'kebakaran_bangunan', priority: 'P1', narrative: NARRATIVE };
  const { id } = await ask('POST', '/incidents', { ...report, location });
  const sent = await ask('POST', `/incidents/${id}/dispatch`, { agencies: ['damkar'] });
  const task = sent.assignments.find((one) => one.agency.code === 'damkar').id;
  await damkar('POST', `/assignments/${task}/acknowledge`, { unit_id: unit.id });
  const phone = await world.page({ width: 360, height: 740, ...look });
  await phone.goto(link);
  await phone.getByText(location.landmark, { exact: false }).waitFor();
  return phone;
}

story(
  'a crew goes through its chain, without a network for a while, and each step is written once',
  async (world) => {
    const ask = await world.api('petugas3');
    const damkar = await world.api('damkar');
    const { unit, link } = await linked(world, damkar);
    const phone = await world.page({ width: 360, height: 740 });
    await phone.goto(link);
    await phone.getByText('Tidak ada tugas.').waitFor();

    const location = { ...SCENE, accuracy_m: 30, landmark: 'gudang karet Payung' };
    const report = { category: 'a', type: 'kebakaran_bangunan', priority: 'P1', narrative: NARRATIVE };
    const { id } = await ask('POST', '/incidents', { ...report, location });
    const sent = await ask('POST', `/incidents/${id}/dispatch`, { agencies: ['damkar', 'bpbd'] });
    const task = sent.assignments.find((one) => one.agency.code === 'damkar').id;
    await damkar('POST', `/assignments/${task}/acknowledge`, { unit_id: unit.id });
    const now = async () => {
      const incident = await ask('GET', `/incidents/${id}`);
      return { incident, of: incident.assignments.find((one) => one.id === task) };
    };
    const reaches = (state) =>
      until(async () => (await now()).of.state === state, `the log has ${state}`, 30_000);
    const press = (step) => phone.getByRole('button', { name: `Langkah berikutnya: ${step}` }).click();

    await phone.getByText(NARRATIVE).waitFor();
    await phone.getByText('1.112 m garis lurus', { exact: false }).waitFor();
    await phone.getByText('gudang karet Payung', { exact: false }).waitFor();
    const geo = await phone.getByRole('link', { name: 'Buka di aplikasi navigasi' }).getAttribute('href');
    check(geo.startsWith(`geo:${SCENE.lat},${SCENE.lon}?`), geo);
    await phone.locator('canvas').first().waitFor();
    equal(await smallTargets(phone), [], 'targets');
    equal(await faults(phone), [], 'faults of the page (dark)');
    await world.photograph(phone, 'crew-360-dark');

    // Taken back within its seconds, nothing is sent.
    await press('Menuju lokasi');
    await phone.getByRole('button', { name: 'Batalkan' }).click();
    await phone.getByRole('button', { name: 'Langkah berikutnya: Menuju lokasi' }).waitFor();
    await press('Menuju lokasi');
    await reaches('en_route');

    // The network goes: what is pressed is kept, and the task stays readable.
    await phone.context().setOffline(true);
    await phone.getByText('Tanpa jaringan.', { exact: false }).waitFor();
    const before = new Date();
    await press('Di lokasi');
    await press('Ditangani');
    await phone.getByText('Belum terkirim: 2').waitFor();
    await phone.getByText(NARRATIVE).waitFor();
    const stored = await phone.evaluate(() => JSON.stringify({ ...localStorage }));
    check(stored.includes('on_scene') && !stored.includes('Rusli') && !stored.includes('gudang'), stored);
    await world.photograph(phone, 'crew-offline-360-dark');
    await phone.waitForTimeout(6_000);
    equal((await now()).of.state, 'en_route', 'nothing got through');
    // The page opens again from the telephone itself, with what was pressed and without a word about anybody.
    await phone.reload();
    await phone.getByText('Tugas tampil begitu tersambung.', { exact: false }).waitFor();
    await phone.getByText('Belum terkirim: 2').waitFor();
    const shell = await phone.evaluate(async () => {
      const kept = await (await caches.open('sigap-petugas')).keys();
      return kept.map((one) => new URL(one.url).pathname);
    });
    check(shell.includes('/petugas') && shell.every((path) => !path.startsWith('/api')), shell.join(' '));
    await phone.context().setOffline(false);
    await reaches('working');
    await phone.getByText('Belum terkirim').waitFor({ state: 'detached' });

    // The server has it, and its answer is lost: the same key comes again.
    // In the page itself: what goes by a worker is not seen by the browser's driver.
    await phone.evaluate(() => {
      const sent = window.fetch;
      window.lost = 0;
      window.fetch = async (address, request) => {
        const answer = await sent(address, request);
        if (request?.method !== 'POST' || window.lost > 0) return answer;
        window.lost += 1;
        throw new TypeError('the answer is lost');
      };
    });
    await press('Terkendali');
    await reaches('under_control');
    await phone.getByText('Belum terkirim').waitFor({ state: 'detached' });
    equal(await phone.evaluate(() => window.lost), 1, 'answers lost');

    const console = await world.signedIn('damkar');
    await phone.getByRole('button', { name: 'Perlu bantuan' }).click();
    await phone.getByLabel('Bantuan apa yang diperlukan?').fill('tambah satu tangki');
    await phone.getByLabel('Minta alarm naik satu tingkat').check();
    await world.photograph(phone, 'crew-help-360-dark');
    await phone.getByRole('button', { name: 'Kirim' }).click();
    await phone.getByText('Alarm tingkat 2').waitFor();
    await phone.getByText('Uji 9: PERLU BANTUAN: tambah satu tangki').waitFor();
    await console.getByText('damkar dipanggil petugas di lapangan').waitFor();
    for (const [width, height, theme] of [
      [360, 740, 'light'],
      [1366, 768, 'dark'],
      [1920, 1080, 'light'],
    ]) {
      await phone.setViewportSize({ width, height });
      await phone.evaluate((one) => (document.documentElement.dataset.theme = one), theme);
      if (width === 360) equal(await faults(phone), [], 'faults of the page (light)');
      await world.photograph(phone, `crew-${width}-${theme}`);
    }
    await phone.setViewportSize({ width: 360, height: 740 });
    await press('Selesai');
    await phone.getByText('Tidak ada tugas.').waitFor({ timeout: 30_000 });

    const { incident, of } = await now();
    const by = incident.timeline.filter((one) => one.actor.kind === 'unit').map((one) => one.kind);
    equal(
      by.filter((kind) => steps.includes(kind)),
      steps,
      'each step once, in order',
    );
    const arrived = of.relayed.find((one) => one.state === 'on_scene');
    check(arrived.source === 'responder' && new Date(arrived.pressed_at) >= before, JSON.stringify(arrived));
    check(
      new Date(arrived.at) - new Date(arrived.pressed_at) > 5_000,
      'the time of the press stands beside the log',
    );
    await damkar('POST', `/units/${unit.id}`, { action: 'retire' });
  },
);
