/** What somebody works at has ended meanwhile. */
export const ended = {
  'ended.closed': 'Insiden {number} sudah ditutup.',
  'ended.cancelled': 'Insiden {number} sudah dibatalkan.',
  'ended.kept': 'Belum ada yang dikirim ke sana; isian Anda tetap di layar.',
  'ended.noted': 'Catatan tersimpan, tetapi tidak ada lagi yang menanganinya.',
  'ended.new': 'Insiden baru',
  'ended.reason': 'Ada laporan baru sesudah insiden berakhir.',
} as const;
