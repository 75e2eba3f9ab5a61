import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';

const fits = async (page, what) => {
  const over = await page.evaluate(() => document.querySelector('.bar').scrollWidth - innerWidth);
  check(over <= 0, `the bar is ${over} pixels too wide on ${what}`);
};

story(
  'an administrator adds an agency, is told what closing it would leave empty, and other consoles know it',
  async (world) => {
    const admin = await world.signedIn('admin');
    const other = await world.signedIn('admin');
    await other.getByRole('link', { name: 'Pengaturan', exact: true }).click();
    await other.getByRole('button', { name: 'Pengguna baru' }).click();
    await other.getByLabel(/^Peran/).selectOption('dispatcher');
    await admin.getByRole('link', { name: 'Pengaturan', exact: true }).click();
    await admin.getByRole('link', { name: 'Instansi', exact: true }).click();
    await admin.getByRole('cell', { name: 'damkar', exact: true }).waitFor();
    await admin.keyboard.press('Alt+n');
    await until(() => admin.evaluate(() => document.activeElement?.id === 'agency-code'), 'the focus');
    const code = `tagana${Date.now() % 100_000}`;
    await admin.keyboard.type('Tagana Satu');
    await admin.getByRole('button', { name: 'Tambah instansi' }).click();
    await admin.getByText('Harus diisi.').waitFor();
    await admin.fill('#agency-name', 'Taruna Siaga Bencana');
    await admin.getByRole('button', { name: 'Tambah instansi' }).click();
    await admin.getByText('Kode: 1 sampai 32 huruf kecil, angka, atau _.').waitFor();
    await admin.fill('#agency-code', code);
    await admin.fill('#agency-functions', 'dapur_umum, logistik_bencana');
    await admin.fill('#agency-decree', 'Perbup 5/2026');
    await fits(admin, 'agencies');
    await world.photograph(admin, 'settings-agency-new');
    equal(await faults(admin), [], 'axe on the new agency');
    await admin.getByRole('button', { name: 'Tambah instansi' }).click();
    await admin.getByRole('cell', { name: code, exact: true }).waitFor();
    await admin
      .getByText(`Bila ditutup, tidak ada yang mengisi: ${code}, dapur_umum, logistik_bencana.`)
      .waitFor();
    // Another console has it without a reload.
    await other.getByRole('option', { name: 'Taruna Siaga Bencana' }).first().waitFor({ state: 'attached' });
    await admin.fill('#agency-functions', 'dapur_umum');
    await admin.getByText(/Sesudah ini tidak ada yang mengisi: logistik_bencana\./).waitFor();
    await world.photograph(admin, 'settings-agency');
    equal(await faults(admin), [], 'axe on an agency');
    await admin.getByRole('button', { name: 'Tutup instansi' }).click();
    await admin.getByRole('row').filter({ hasText: code }).getByText('ditutup').waitFor();
  },
);

story('a file of areas is checked, its mistakes are told, and only then it is taken over', async (shared) => {
  // Other stories go by the areas of the demo.
  const world = await shared.apart();
  const admin = await world.signedIn('admin', { width: 1920, height: 1080, theme: 'light' });
  await admin.getByRole('link', { name: 'Pengaturan', exact: true }).click();
  await admin.getByRole('link', { name: 'Wilayah', exact: true }).click();
  await admin.getByRole('cell', { name: '19.03.01', exact: true }).waitFor();
  const ring = [
    [106.3, -3.2],
    [106.5, -3.2],
    [106.5, -3.0],
    [106.3, -3.2],
  ];
  const feature = (kode, nama) => ({
    type: 'Feature',
    properties: { kode, nama },
    geometry: { type: 'Polygon', coordinates: [ring] },
  });
  const number = String(2_100 + (Date.now() % 800));
  const text = JSON.stringify({
    type: 'FeatureCollection',
    features: [feature(`19.03.88.${number}`, 'Desa Percobaan'), feature('Toboali', 'tanpa kode yang benar')],
  });
  const file = (name, content) => ({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
  await admin.setInputFiles('#import-file', file('batas.geojson', '{'));
  await admin.getByText(/Bukan JSON: kesalahan pada baris 1/).waitFor();
  await admin.setInputFiles('#import-file', file('batas.geojson', text));
  await admin.getByText(/1 wilayah dapat diambil; 0 di antaranya/).waitFor();
  await admin.getByText(/Baris 2: kode .Toboali. bukan/).waitFor();
  await admin.fill('#import-decree', 'Perda 1/2026');
  await fits(admin, 'areas');
  await world.photograph(admin, 'settings-areas');
  equal(await faults(admin), [], 'axe on areas');
  check((await admin.getByText('Desa Percobaan').count()) === 0, 'nothing is taken over by the check');
  await admin.getByRole('button', { name: 'Ambil', exact: true }).click();
  await admin.getByRole('searchbox').fill(`19.03.88.${number}`);
  await admin.getByRole('cell', { name: 'Desa Percobaan' }).waitFor({ timeout: 10_000 });
  await admin.getByLabel('Isi berkas').selectOption('places');
  const rows = `id,nama,jenis,lat,lon\n1,Balai Uji ${number},kantor,-3.01,106.45\n2,Salah,kantor,utara,106.4\n`;
  await admin.setInputFiles('#import-file', file(`balai${number}.csv`, rows));
  await admin.getByText(/Baris 3: lat .utara. bukan angka/).waitFor();
  check(
    await admin.getByRole('button', { name: 'Ambil', exact: true }).isDisabled(),
    'a list with a mistake is not taken',
  );
  await admin.setInputFiles('#import-file', file(`balai${number}.csv`, rows.replace('utara', '-3.02')));
  await admin.getByRole('button', { name: 'Ambil', exact: true }).click();
  await admin.getByText(`balai${number}: 2 tempat`).waitFor();
});

story('a supervisor sees numbers on record, restricts one with a reason and lets it go', async (world) => {
  const supervisor = await world.signedIn('pengawas');
  await supervisor.getByRole('link', { name: 'Pengaturan', exact: true }).click();
  await supervisor.getByRole('heading', { name: 'Nomor dengan catatan' }).waitFor();
  const digits = `0812${String(Date.now() % 10_000_000).padStart(7, '0')}`;
  const number = `+62${digits.slice(1)}`;
  await supervisor.fill('#number-number', digits);
  await supervisor.locator('#number-rule').selectOption('restricted');
  await supervisor.getByRole('button', { name: 'Putuskan' }).click();
  await supervisor.getByText('Harus diisi.').waitFor();
  await supervisor.fill('#number-reason', 'Ancaman palsu berulang, laporan Polres LP/12/2026');
  await supervisor.getByRole('button', { name: 'Putuskan' }).click();
  const row = supervisor.getByRole('row').filter({ hasText: number });
  await row.getByText('meragukan, dibatasi').waitFor();
  await supervisor.getByText(/Dibatasi sampai/).waitFor();
  await fits(supervisor, 'numbers');
  await world.photograph(supervisor, 'settings-numbers');
  equal(await faults(supervisor), [], 'axe on numbers');
  await supervisor.fill('#number-reason', 'Keberatan diterima');
  await supervisor.getByRole('button', { name: 'Akhiri keputusan' }).click();
  await row.waitFor({ state: 'detached' });
  const auditor = await world.signedIn('auditor');
  await auditor.getByRole('link', { name: 'Pengaturan', exact: true }).click();
  await auditor.getByRole('heading', { name: 'Nomor dengan catatan' }).waitFor();
  equal(await auditor.getByRole('button', { name: 'Putuskan' }).count(), 0, 'buttons of an auditor');
});

story('the trunks are shown as they are and as they are configured', async (world) => {
  const admin = await world.signedIn('admin');
  await admin.getByRole('link', { name: 'Pengaturan', exact: true }).click();
  await admin.getByRole('link', { name: 'Jalur', exact: true }).click();
  await admin.getByText('127.0.0.0/8').waitFor();
  await admin.getByText(/Pengaturan ini berlaku sejak/).waitFor();
  await fits(admin, 'trunks');
  await world.photograph(admin, 'settings-trunks');
  equal(await faults(admin), [], 'axe on trunks');
});
