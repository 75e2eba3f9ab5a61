#!/bin/bash
# Makes the announcements: espeak-ng speaks, sox turns that into 8 kHz mono A-law WAV,
# which is exactly what goes out as RTP payload type 8 (PCMA, RFC 3551 section 4.5.14):
# the media plane cuts the file into 160-byte frames and encodes nothing.
#
# Needs the Debian packages espeak-ng and sox. The WAV files are kept in the tree, so that
# a build needs neither; run this only when the words change. Two runs give the same bytes.
#
#   ./make.sh           write the files here
#   ./make.sh FOLDER    write them elsewhere, for comparison
set -euo pipefail
cd "$(dirname "$0")"
out=${1:-.}
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# 150 words a minute: slow enough for a frightened caller on a bad line.
speak() { # VOICE FILE WORDS
  espeak-ng -v "$1" -s 150 -a 160 -w "$work/$2.wav" "$3"
}

# A telephone passes 300 to 3400 Hz (ITU-T G.712): what is outside only costs headroom and aliases.
# -3 dB leaves room for the mixer; no dither, so that silence is coded as silence.
encode() { # FILE SOURCES...
  local name=$1
  shift
  sox -D "$@" -t wav -r 8000 -c 1 -e a-law -b 8 "$out/$name.wav" \
    gain -6 highpass 300 lowpass 3400 norm -3 rate 8000 pad 0.2 0.4
}

speak id antrean-id "Anda terhubung dengan layanan darurat satu satu dua. Panggilan Anda dalam antrean, mohon jangan ditutup. Petugas akan segera bicara."
speak en antrean-en "You have reached emergency service 1 1 2. Please stay on the line."
encode antrean "$work/antrean-id.wav" "$work/antrean-en.wav"

# In disaster mode, in the place of the queue text. Nobody is asked to hang up: who may be hurt does not know it yet.
speak id bencana-id "Layanan darurat satu satu dua. Banyak orang sedang menelepon tentang kejadian yang sama. Laporan itu sudah kami terima. Bila ada yang terluka, terjebak, atau dalam bahaya, tetap di telepon."
speak en bencana-en "Many people are calling about the same event. If anybody is hurt or in danger, stay on the line."
encode bencana "$work/bencana-id.wav" "$work/bencana-en.wav"

speak id terhubung-id "Petugas akan segera bicara."
encode terhubung "$work/terhubung-id.wav"

# A call-taker's line broke, or the program was started again: the caller must not think that all is lost.
speak id mohon-tunggu-id "Mohon tunggu, jangan ditutup. Petugas segera kembali."
speak en mohon-tunggu-en "Please hold the line."
encode mohon-tunggu "$work/mohon-tunggu-id.wav" "$work/mohon-tunggu-en.wav"

# For a caller who says nothing: who hides or has no breath can still press a key.
speak id tekan-lima-id "Bila Anda tidak bisa bicara, tekan angka lima."
speak en tekan-lima-en "If you cannot speak, press 5."
encode tekan-lima "$work/tekan-lima-id.wav" "$work/tekan-lima-en.wav"

# For a call that looks like part of a flood. A person passes by saying anything at all.
speak id darurat-tekan-satu-id "Jika darurat, tekan satu, atau bicaralah sekarang."
speak en darurat-tekan-satu-en "If this is an emergency, press 1 or speak now."
encode darurat-tekan-satu "$work/darurat-tekan-satu-id.wav" "$work/darurat-tekan-satu-en.wav"

speak id dialihkan-id "Sambungan Anda dialihkan. Mohon jangan ditutup."
speak en dialihkan-en "Your call is being transferred. Please stay on the line."
encode dialihkan "$work/dialihkan-id.wav" "$work/dialihkan-en.wav"

speak id tersambung-kembali-id "Sambungan Anda sudah kembali. Petugas akan segera bicara."
encode tersambung-kembali "$work/tersambung-kembali-id.wav"

# Where a waiting caller stands. Behind the tenth nobody counts any more.
places=(satu:one dua:two tiga:three empat:four lima:five enam:six tujuh:seven delapan:eight sembilan:nine "sepuluh atau lebih:ten or more")
for n in "${!places[@]}"; do
  place=$((n + 1))
  speak id "urutan-$place-id" "Anda di urutan ${places[$n]%%:*}."
  speak en "urutan-$place-en" "You are number ${places[$n]##*:}."
  encode "urutan-$place" "$work/urutan-$place-id.wav" "$work/urutan-$place-en.wav"
done

# What a duty phone hears: a task in pieces, so that every task can be spoken. A voice that speaks whole sentences is
# slower to understand than one that pauses, so the pieces are short.
piece() { # FILE WORDS
  speak id "$1" "$2"
  sox -D "$work/$1.wav" -t wav -r 8000 -c 1 -e a-law -b 8 "$out/$1.wav" \
    gain -6 highpass 300 lowpass 3400 norm -3 rate 8000 pad 0.05 0.15
}
piece tugas-baru "Ini pusat panggilan darurat satu satu dua. Ada tugas untuk instansi Anda."
piece tugas-uji "Ini uji saluran dari pusat panggilan satu satu dua. Bukan tugas. Tekan satu bila Anda mendengar pesan ini."
piece tugas-prioritas "Prioritas."
piece tugas-nomor "Nomor insiden."
piece tugas-pilihan "Tekan satu untuk menerima. Tekan dua bila tidak mampu."
piece tugas-dicatat "Terima kasih. Jawaban Anda dicatat."
piece kategori-a "Kebakaran."
piece kategori-b "Kerusakan atau kerusuhan."
piece kategori-c "Kecelakaan."
piece kategori-d "Bencana alam."
piece kategori-e "Masalah kesehatan."
piece kategori-f "Gangguan keamanan."
piece kategori-g "Keadaan darurat lainnya."
digits=(nol satu dua tiga empat lima enam tujuh delapan sembilan)
for digit in "${!digits[@]}"; do
  piece "angka-$digit" "${digits[$digit]}."
done

# Music for a caller on hold: four quiet broken chords, eight seconds, made here so that nobody's rights are in it.
# Every note is a whole number of 20 ms frames, so that the loop has no click.
notes=(294 370 440 587  330 415 494 659  277 330 415 554  294 370 440 587)
parts=()
for note in "${!notes[@]}"; do
  sox -D -n -r 8000 -c 1 -b 16 "$work/note-$note.wav" \
    synth 0.5 sine "${notes[$note]}" synth 0.5 sine mix "$((${notes[$note]} * 2))" fade q 0.04 0.5 0.3 vol 0.16
  parts+=("$work/note-$note.wav")
done
sox -D "${parts[@]}" -t wav -r 8000 -c 1 -e a-law -b 8 "$out/musik-tahan.wav"

# Comfort tone between two announcements: a soft double beat and silence, so that the caller
# hears that the line lives. 440 Hz is inside every codec's band and far from DTMF.
sox -D -n -t wav -r 8000 -c 1 -e a-law -b 8 "$out/nada-tunggu.wav" \
  synth 0.25 sine 440 fade q 0.06 0.25 0.06 vol 0.12 pad 0.15 1.6
