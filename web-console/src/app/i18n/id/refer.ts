/** Handing on what is no emergency. */
export const refer = {
  'refer.menu': 'Rujuk (bukan darurat) …',
  'refer.to': 'Rujuk ke {service}',
  'refer.title': 'Rujukan ke {service}',
  'refer.about': 'Isi laporan untuk {service}',
  'refer.send': 'Buat nomor rujukan',
  'refer.read': 'Bacakan kepada penelepon',
  'refer.then': 'Lalu tutup telepon dengan F7. Hasil panggilan sudah tercatat: pengaduan.',
  'refer.phone': 'Penelepon juga dapat menghubungi {phone} sendiri.',
  'refer.page': 'Rujukan',
  'refer.page_explain':
    'Bukan keadaan darurat; nomornya sudah dibacakan kepada penelepon. Teruskan ke layanannya, lalu catat nomor mereka.',
  'refer.number': 'Nomor',
  'refer.service': 'Layanan',
  'refer.what': 'Isi',
  'refer.taken': 'Dicatat',
  'refer.state': 'Diteruskan',
  'refer.reference': 'Nomor di layanan',
  'refer.passed': 'Catat diteruskan',
  'refer.none': 'Belum ada rujukan.',
} as const;
