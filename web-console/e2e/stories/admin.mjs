import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { signIn } from '../world.mjs';

story(
  'an administrator makes an account, its person chooses a password, and the account is locked',
  async (world) => {
    const admin = await world.signedIn('admin');
    await admin.getByRole('link', { name: 'Pengaturan', exact: true }).click();
    await admin.getByRole('cell', { name: 'petugas1' }).waitFor();
    await admin.keyboard.press('Alt+n');
    await until(() => admin.evaluate(() => document.activeElement?.id === 'account-username'), 'the focus');
    const username = `sari${Date.now() % 100_000}`;
    await admin.keyboard.type(username);
    await admin.getByRole('button', { name: 'Buat akun' }).click();
    await admin.getByText('Harus diisi.').waitFor();
    await admin.fill('#account-name', 'Sari Wulandari');
    await admin.fill('#account-decree', 'SK 800/17/2026');
    const over = () => admin.evaluate(() => document.querySelector('.bar').scrollWidth - innerWidth);
    check((await over()) <= 0, `the bar is ${await over()} pixels too wide`);
    await world.photograph(admin, 'admin-new-user');
    equal(await faults(admin), [], 'axe on the form');
    await admin.getByRole('button', { name: 'Buat akun' }).click();
    await admin.getByText(`Kata sandi sementara untuk ${username}`).waitFor();
    const password = (await admin.locator('.once .password').innerText()).trim();
    await world.photograph(admin, 'admin-password-for-once');
    equal(await faults(admin), [], 'axe on the password for once');

    const person = await world.page({ width: 1920, height: 1080, theme: 'light' });
    await signIn(person, username, password);
    await person.getByRole('heading', { name: 'Pilih kata sandi Anda sendiri' }).waitFor();
    await person.fill('#password-current', 'bukan-ini-nya');
    await person.fill('#password-new', 'pantai nek aji');
    await person.fill('#password-again', 'pantai nek aji');
    await person.keyboard.press('Enter');
    await person.getByText('Bukan kata sandi yang sekarang.').waitFor();
    await world.photograph(person, 'first-password');
    equal(await faults(person), [], 'axe on the first password');
    await person.fill('#password-current', password);
    await person.keyboard.press('Enter');
    await person.getByText('Tidak ada panggilan aktif').waitFor();

    await admin.getByRole('searchbox').fill(username);
    equal(await admin.locator('tbody tr').count(), 1, 'rows that match');
    await admin.fill('#account-decree', 'Mutasi 3/2026');
    await admin.getByRole('button', { name: 'Kunci akun' }).click();
    await admin.getByRole('cell', { name: 'terkunci' }).waitFor();
    await person.waitForSelector('input[name=username]', { timeout: 5_000 });
    await signIn(person, username, 'pantai nek aji');
    await person.getByText('Nama pengguna atau kata sandi salah').waitFor();
    const ask = await world.api('auditor');
    const entries = [];
    for (let page = 0; page < 50; page += 1) {
      const after = entries.at(-1)?.index ?? 0;
      const found = (await ask('GET', `/log?limit=1000&after=${after}`)).entries;
      if (found.length === 0) break;
      entries.push(...found);
    }
    check(
      entries.some((one) => one.kind === 'site.user_changed' && one.body.decree === 'Mutasi 3/2026'),
      'the decree is in the log',
    );
  },
);

story('the health of the system is told in words, and a server that is gone is said', async (world) => {
  const admin = await world.signedIn('admin', { width: 1920, height: 1080, theme: 'light' });
  await admin.getByRole('link', { name: 'Pengaturan', exact: true }).click();
  await admin.getByRole('link', { name: 'Sistem', exact: true }).click();
  await admin.getByText(/menerima tulisan; \d+ entri log/).waitFor();
  await admin.getByText(/tersinkron, tertinggal \d+/).waitFor();
  await admin.getByText(/sisa \d+ GiB/).waitFor();
  const over = await admin.evaluate(() => document.querySelector('.bar').scrollWidth - innerWidth);
  check(over <= 0, `the bar is ${over} pixels too wide`);
  await world.photograph(admin, 'admin-system');
  equal(await faults(admin), [], 'axe on the health');
  await world.server.kill();
  await admin.getByText(/Server tidak menjawab; data di bawah sejak/).waitFor({ timeout: 20_000 });
  await world.server.start();
  await admin.getByText(/diperbarui tiap 5 detik/).waitFor({ timeout: 20_000 });
});
