/** The words on the screens. This file is the source of truth; every other language has the same keys. */
export const id = {
  'app.name': 'Sigap 112',
  'app.language': 'Bahasa',
  'app.theme.dark': 'Tema gelap',
  'app.theme.light': 'Tema terang',
  'app.sign_out': 'Keluar',

  'login.title': 'Masuk ke konsol',
  'login.subtitle': 'Layanan Nomor Tunggal Panggilan Darurat 112',
  'login.username': 'Nama pengguna',
  'login.password': 'Kata sandi',
  'login.submit': 'Masuk',
  'login.busy': 'Memeriksa…',
  'login.expired': 'Sesi Anda berakhir. Masuk kembali; isian formulir di layar ini tetap disimpan.',
  'login.missing': 'Isi nama pengguna dan kata sandi.',
  'login.unreachable': 'Server tidak dapat dihubungi. Isian Anda tetap di sini; coba lagi sebentar lagi.',
  'login.demo': 'Mode demo: kata sandi semua pengguna adalah sigap-demo',
} as const;
