import { faults } from '../axe.mjs';
import { equal, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

story('two supervisors change a ladder and the matrix, and the next incident goes by them', async (world) => {
  const admin = await world.api('admin');
  const username = `aturan_${Date.now()}`;
  await admin('POST', '/users', { username, name: 'Sari', role: 'supervisor', password: 'sigap-demo' });
  const taker = await world.signedIn('petugas1');
  await beginShift(taker);

  const wati = await world.signedIn('pengawas', { theme: 'light' });
  await wati.getByRole('link', { name: 'Aturan', exact: true }).click();
  await wati.getByText(/Aturan versi \d+: sejak/).waitFor();
  await wati.getByRole('button', { name: 'Usulkan perubahan' }).click();
  await wati.fill('#l-P1-1', '10');
  await wati.getByRole('tab', { name: 'Matriks rute' }).click();
  await wati.getByLabel('Cari jenis atau instansi').fill('tawon');
  await wati.getByRole('button', { name: /^Ubah .*tawon/i }).click();
  await wati.getByLabel(/^Membantu \+ tambah/).selectOption('satpolpp');
  await world.photograph(wati, 'rules-matrix-1366-light');
  await wati.getByRole('tab', { name: 'Tangga' }).click();
  await wati.getByRole('button', { name: 'Simpan usulan' }).click();
  // Every mistake at once: no decree, nobody answers for it, and a rung that comes too early.
  await wati.getByText('Nomor SK harus diisi.').first().waitFor();
  await wati.getByText('Penanggung jawab harus diisi.').first().waitFor();
  await wati.getByText('Setiap anak tangga harus lebih lambat daripada yang di atasnya.').first().waitFor();
  await world.photograph(wati, 'rules-ladders-1366-light');
  equal(await faults(wati), [], 'faults of the editor');
  for (const language of ['EN', 'ID']) {
    await wati.getByRole('button', { name: new RegExp(`^${language}:`) }).click();
    const overhang = await wati.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    equal(overhang, 0, `pixels beyond the edge (${language})`);
  }
  const decree = `SK Bupati 188.45/${Date.now() % 100_000}/2027`;
  await wati.fill('#r-decree', decree);
  await wati.fill('#r-owner', 'Diskominfo');
  await wati.fill('#l-P1-1', '45');
  await wati.getByRole('button', { name: 'Simpan usulan' }).click();
  await wati.getByRole('button', { name: 'Ajukan' }).click();
  await wati.getByText(/Anda ikut menulis usulan ini/).waitFor();
  equal(await wati.getByRole('button', { name: 'Setujui', exact: true }).count(), 0, 'nobody approves alone');

  const sari = await world.signedIn(username, { width: 1920, height: 1080 });
  await sari.getByRole('link', { name: 'Aturan', exact: true }).click();
  await sari.getByRole('button', { name: new RegExp(`${decree}.*menunggu`, 's') }).click();
  await sari.locator('.differences ins', { hasText: '45: ' }).waitFor();
  await sari.locator('.differences ins', { hasText: /Polisi Pamong Praja/ }).waitFor();
  await world.photograph(sari, 'rules-review-1920-dark');
  await sari.getByRole('button', { name: 'Setujui', exact: true }).click();
  await sari.getByText(/Disetujui: versi \d+ berlaku/).waitFor();
  equal((await faults(wati)).concat(await faults(sari)), [], 'faults');

  // The server proposes by the new matrix, and the call-taker's form shows it without being loaded anew.
  await taker.selectOption('#type', 'type:satwa_tawon');
  await taker
    .getByText(/Satpol|Pamong Praja/)
    .first()
    .waitFor();
  const ask = await world.api('petugas1');
  const opened = await ask('POST', '/incidents', {
    category: 'g',
    type: 'satwa_tawon',
    narrative: 'sarang tawon di atap',
    location: { landmark: `belakang SD ${Date.now()}` },
  });
  equal(
    opened.proposed_agencies.some((one) => one.code === 'satpolpp'),
    true,
    'the municipal police is proposed',
  );
  const supervisor = await world.api('pengawas');
  const { rules } = await supervisor('GET', '/policy/drafts');
  equal([rules.parts.decree, rules.parts.ladders.P1[1].after], [decree, 45], 'what holds');

  // Back to what the program brought along: a draft again, that another one has to approve.
  await wati.getByRole('button', { name: /^Aturan yang berlaku/ }).click();
  await wati.getByLabel('Lihat versi').selectOption('1');
  await wati.locator('.differences ins', { hasText: '60: ' }).waitFor();
  await wati.getByRole('button', { name: 'Usulkan kembali versi ini' }).click();
  await wati.fill('#r-decree', `Pencabutan ${decree}`);
  await wati.fill('#r-owner', 'Diskominfo');
  await wati.getByRole('button', { name: 'Simpan usulan' }).click();
  await wati.getByRole('button', { name: 'Ajukan' }).click();
  await sari.getByRole('button', { name: /Pencabutan.*menunggu/s }).click();
  await sari.getByRole('button', { name: 'Setujui', exact: true }).click();
  await until(async () => {
    const now = (await supervisor('GET', '/policy/drafts')).rules;
    return now.parts.ladders.P1[1].after === 60 && Number(now.version) === Number(rules.version) + 1;
  }, 'the old times hold again, as a version of its own');
});
