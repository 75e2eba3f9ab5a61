/** What every screen has around it: log-in, strip, keys, alarms. */
export const frame = {
  'app.name': 'Sigap 112',
  'app.language': 'Bahasa',
  'app.theme.dark': 'Tema gelap',
  'app.theme.light': 'Tema terang',
  'app.sign_out': 'Keluar',
  'app.keys': 'Tombol',
  'app.loading': 'Memuat…',
  'app.close': 'Tutup',
  'app.not_found': 'Halaman ini tidak ada.',
  'app.go_home': 'Ke layar kerja',
  'app.skip': 'Langsung ke isi',

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

  'strip.connected': 'Tersambung',
  'strip.connecting': 'Menyambung…',
  'strip.cut': 'Terputus – mencoba lagi dalam {seconds} d',
  'strip.stale': 'data mungkin basi sejak {time}',
  'strip.data_at': 'data {time}',
  'strip.retry': 'Coba sekarang',
  'strip.no_trunk': 'Bagian telepon tidak menjawab',
  'strip.no_trunk_means': 'panggilan baru belum tampil; sistem menyambung ulang sendiri',
  'strip.emergency_mode':
    'Mode darurat: penyimpanan tidak terjangkau. Panggilan tetap dijawab dan dicatat; isian disimpan di layar ini dan dikirim ulang.',

  'keys.title': 'Tombol pada layar ini',
  'keys.overview': 'Buka atau tutup daftar ini',

  'error.unreachable': 'Server tidak menjawab. Tidak ada yang berubah; coba lagi.',

  'alarm.escalation': 'Eskalasi baru',
  'alarm.crew': 'Petugas di lapangan memanggil',
} as const;
