/** The beginning of a shift: duty, devices, the check of the audio. */
export const shift = {
  'shift.begin': 'Mulai giliran',
  'shift.begin_hint': 'Suara belum aktif. Tekan Mulai giliran: suara diuji dan alarm dinyalakan.',
  'shift.audio_off': 'Suara mati',
  'shift.audio_on': 'Suara aktif',
  'shift.mute': 'Bisukan 60 d',
  'shift.muted': 'Bisu {seconds} d',
  'shift.duty': 'Kesiapan',
  'shift.line_off': 'Suara panggilan mati',
  'shift.line_off_hint':
    'Pelapor hanya mendengar pengumuman. Tekan untuk memeriksa mikrofon dan jalur suara.',
  'shift.line_reopening': 'Suara panggilan disambung ulang…',
  'shift.devices': 'Perangkat suara',
  'shift.by_phone': 'Telepon meja',

  'duty.ready': 'Siap',
  'duty.paused': 'Istirahat',
  'duty.away': 'Siap, konsol tertutup',
  'duty.away_means': 'Tidak ada konsol yang terbuka: panggilan tidak ditawarkan kepada petugas ini.',
  'duty.off': 'Tidak bertugas',

  'check.title': 'Pemeriksaan suara',
  'check.by': 'Berbicara lewat',
  'check.by_headset': 'Headset di komputer ini',
  'check.by_phone': 'Telepon meja (SIP)',
  'check.phone_uri': 'Alamat telepon',
  'check.use_phone': 'Pakai telepon ini',
  'check.phone_hint':
    'Setelah Anda menekan Jawab, telepon ini berdering; angkat untuk berbicara dengan pelapor.',
  'check.microphone': 'Mikrofon',
  'check.headset': 'Headset',
  'check.ring': 'Dering',
  'check.ring_test': 'Uji',
  'check.system_device': 'Pilihan sistem',
  'check.level_mine': 'Suara Anda',
  'check.level_theirs': 'Suara yang Anda dengar',
  'check.asking': 'Izinkan mikrofon bila peramban bertanya.',
  'check.trying_line': 'Menguji jalur suara: nada pendek dikirim ke server dan kembali…',
  'check.line_good': 'Jalur suara baik: nada uji kembali dalam {milliseconds} md.',
  'check.line_open': 'Jalur suara tersambung.',
  'check.line_bad': 'Nada uji tidak kembali. Periksa jaringan; panggilan tetap dapat dijawab.',
  'check.line_refused': 'Jalur suara tidak terbuka: {reason}',
  'check.ready': 'Anda siap menerima panggilan.',
  'check.again': 'Periksa lagi',
  'check.without': 'Siap tanpa suara dua arah',
  'check.without_means':
    'Panggilan dapat dijawab dan dicatat, tetapi pelapor hanya mendengar pengumuman. Pilih telepon meja bila ada.',

  'microphone.denied':
    'Mikrofon belum diizinkan. Klik gembok di bilah alamat, izinkan mikrofon, lalu Periksa lagi.',
  'microphone.missing': 'Tidak ada mikrofon. Pasang headset lalu Periksa lagi, atau pilih telepon meja.',
  'microphone.busy': 'Mikrofon dipakai program lain. Tutup program itu lalu Periksa lagi.',
  'microphone.insecure':
    'Peramban menutup mikrofon karena alamat ini bukan HTTPS. Hubungi admin sistem, atau pilih telepon meja.',

  'seat.connected': 'suara tersambung',
  'seat.phone': 'telepon meja',
  'seat.none': 'tanpa suara dua arah',
} as const;
