//! Locations as call-takers type them.

use std::sync::LazyLock;

use dispatch_core::area::{AreaIndex, bangka_selatan};
use dispatch_core::place::{Doubt, Kilometre, NamedKind, Notation, Reading, read};
use proptest::prelude::*;

static AREAS: LazyLock<AreaIndex> = LazyLock::new(|| AreaIndex::new(bangka_selatan::areas()));

fn reading(text: &str) -> Reading {
    read(text, &AREAS)
}

#[track_caller]
fn point(text: &str, lat: f64, lon: f64) -> Reading {
    let reading = reading(text);
    let read = reading.point.unwrap_or_else(|| panic!("no point in {text:?}: {reading:?}"));
    let off = (read.point.lat - lat).abs().max((read.point.lon - lon).abs());
    assert!(off < 1e-5, "{text:?} was read as {:?}", read.point);
    reading
}

#[test]
fn decimal_degrees_are_read_in_every_common_form() {
    for text in [
        "-2.99123, 106.45678",
        "-2.99123,106.45678",
        "-2.99123 106.45678",
        "\u{2212}2.99123; 106.45678",
        "-2,99123 106,45678",
        "-2,99123, 106,45678",
        "-2,99123,106,45678",
        "-2,99123; 106,45678",
        "2.99123 LS 106.45678 BT",
        "2,99123 LS, 106,45678 BT",
        "2.99123LS/106.45678BT",
        "S 2.99123 E 106.45678",
        "2.99123\u{b0} S, 106.45678\u{b0} E",
        "106.45678 BT, 2.99123 LS",
        "lat: -2.99123 lon: 106.45678",
        "lat=-2.99123, lng=106.45678",
        "lintang -2,99123 bujur 106,45678",
        "lintang selatan 2,99123 bujur timur 106,45678",
        "koordinat -2.99123, 106.45678",
        "di titik -2.99123,106.45678 dekat kolong",
        "(-2.99123, 106.45678)",
    ] {
        let reading = point(text, -2.99123, 106.45678);
        assert_eq!(
            (reading.point.unwrap().notation, &reading.doubts),
            (Notation::Decimal, &vec![]),
            "{text}"
        );
        assert!(reading.point.unwrap().accuracy_m <= 1.0, "{text}");
    }
    point("-3, 106", -3.0, 106.0);
    point("-2.9,106.4", -2.9, 106.4);
}

#[test]
fn degrees_minutes_and_seconds_are_read() {
    let (lat, lon) = (-(2.0 + 59.0 / 60.0 + 28.4 / 3_600.0), 106.0 + 27.0 / 60.0 + 24.4 / 3_600.0);
    for text in [
        "2\u{b0}59'28.4\"S 106\u{b0}27'24.4\"E",
        "2\u{b0} 59' 28.4\" LS, 106\u{b0} 27' 24.4\" BT",
        "2\u{b0}59\u{2032}28,4\u{2033}S, 106\u{b0}27\u{2032}24,4\u{2033}E",
        "2\u{ba}59''28.4\"S 106\u{ba}27'24.4\"E".replace("''", "'").as_str(),
        "2\u{b0}59'28.4'' S 106\u{b0}27'24.4'' E",
        "2d59m28.4s LS 106d27m24.4s BT",
        "2 59 28.4 S 106 27 24.4 E",
        "S 2\u{b0}59'28.4\" E 106\u{b0}27'24.4\"",
        "2 derajat 59 menit 28,4 detik lintang selatan 106 derajat 27 menit 24,4 detik bujur timur",
    ] {
        assert_eq!(point(text, lat, lon).point.unwrap().notation, Notation::Sexagesimal, "{text}");
    }
    point("2\u{b0}59.5' S, 106\u{b0}27.25' E", -(2.0 + 59.5 / 60.0), 106.0 + 27.25 / 60.0);
    point("3\u{b0} S 106\u{b0} E", -3.0, 106.0);
}

#[test]
fn links_and_geo_uris_are_read() {
    for text in [
        "https://www.google.com/maps/@-2.99123,106.45678,17z",
        "https://www.google.com/maps/place/X/@-2.9,106.4,17z/data=!3m1!4b1!4m5!3m4!1s0x0!8m2!3d-2.99123!4d106.45678",
        "https://maps.google.com/?q=-2.99123,106.45678",
        "https://maps.google.com/maps?q=loc:-2.99123,106.45678&z=15",
        "https://www.google.com/maps/search/?api=1&query=-2.99123%2C106.45678",
        "https://www.openstreetmap.org/?mlat=-2.99123&mlon=106.45678#map=17/-2.9/106.4",
        "https://www.openstreetmap.org/#map=17/-2.99123/106.45678",
        "lokasi: https://maps.apple.com/?ll=-2.99123,106.45678 rumah cat hijau",
    ] {
        assert_eq!(point(text, -2.99123, 106.45678).point.unwrap().notation, Notation::Link, "{text}");
    }
    let uri = point("geo:-2.99123,106.45678;u=35", -2.99123, 106.45678).point.unwrap();
    assert_eq!((uri.notation, uri.accuracy_m), (Notation::GeoUri, 35.0));
    point("geo:-2.99123,106.45678,12;crs=wgs84?z=17", -2.99123, 106.45678);
    for text in ["https://maps.app.goo.gl/AbCdEf123", "https://maps.google.com/?q=Pasar+Toboali"] {
        assert_eq!(
            (reading(text).point, reading(text).doubts),
            (None, vec![Doubt::LinkWithoutPoint]),
            "{text}"
        );
    }
}

#[test]
fn what_cannot_be_is_asked_back() {
    for (text, doubt) in [
        ("2\u{b0}61'00\"S 106\u{b0}27'24\"E", Doubt::SixtyOrMore),
        ("2.99 LS 106.45 LS", Doubt::SameAxisTwice),
        ("-2.99 LU 106.45 BT", Doubt::SignAgainstLetter),
        ("-98.12345, 206.12345", Doubt::OutOfRange),
        ("geo:-98.1,106.4", Doubt::OutOfRange),
        ("8FVC9G8F+6", Doubt::PlusCodeBroken),
    ] {
        assert_eq!((reading(text).point, reading(text).doubts), (None, vec![doubt]), "{text}");
    }
    assert_eq!(point("2.99123, 106.45678", -2.99123, 106.45678).doubts, [Doubt::SouthAssumed]);
    assert_eq!(point("106.45678, -2.99123", -2.99123, 106.45678).doubts, [Doubt::Swapped]);
    let far = point("47.36559, 8.52499", 47.36559, 8.52499).doubts;
    assert!(matches!(far[..], [Doubt::FarAway { kilometres: 10_000..12_000 }]), "{far:?}");
}

#[test]
fn plus_codes_are_read_alone_and_with_a_place() {
    let full = reading("6P982C5X+2V").point.unwrap();
    assert_eq!(full.notation, Notation::PlusCode);
    assert!(full.accuracy_m <= 10.0 && full.point.lat < -2.0 && full.point.lon > 106.0, "{full:?}");
    for text in ["2C5X+2V", "2c5x+2v Toboali", "rumah di 2C5X+2V, Toboali"] {
        let short = reading(text).point.unwrap();
        assert_eq!(short.notation, Notation::ShortPlusCode);
        let off = (short.point.lat - full.point.lat).abs() + (short.point.lon - full.point.lon).abs();
        assert!(off < 1e-6, "{text}: {short:?} {full:?}");
    }
}

#[test]
fn kilometres_are_read_however_they_are_said() {
    for text in [
        "km 7+600",
        "KM7+600",
        "KM. 7 + 600",
        "km.7+600 arah Sadai",
        "jalan Sadai km 7 600",
        "KM7 600",
        "km 7,6",
        "km 7.6",
        "km 7.600",
        "KM 7600",
        "kilometer tujuh koma enam",
        "kilometer tujuh enam ratus",
        "kilometer tujuh lewat enam ratus meter",
        "kilometer 7 lewat 600 meter",
        "kilo tujuh tambah enam ratus",
    ] {
        let reading = reading(text);
        assert_eq!((reading.kilometre, &reading.doubts), (Kilometre::of_metres(7_600), &vec![]), "{text}");
        assert_eq!(reading.kilometre.unwrap().to_string(), "KM 7+600");
    }
    for (text, metres) in [
        ("km 12", 12_000),
        ("km 7, rt 3", 7_000),
        ("km 7 2 orang luka", 7_000),
        ("km 76+000", 76_000),
        ("km 0+050", 50),
        ("kilometer seratus dua puluh lima", 125_000),
        ("kilometer dua puluh lima koma nol lima", 25_050),
        ("km 125+0", 125_000),
    ] {
        assert_eq!(reading(text).kilometre, Kilometre::of_metres(metres), "{text}");
    }
    let said = Kilometre::of_metres(7_600).unwrap();
    assert_eq!(said.read_back_id(), "Saya ulangi: kilometer tujuh, lewat enam ratus meter. Betul?");
    assert_eq!(
        Kilometre::of_metres(76_000).unwrap().read_back_id(),
        "Saya ulangi: kilometer tujuh puluh enam tepat. Betul?"
    );
}

#[test]
fn a_kilometre_that_could_be_two_is_never_guessed() {
    let of = |metres| Kilometre::of_metres(metres).unwrap();
    for (text, one, other) in [
        ("KM 760", 7_600, 760_000),
        ("km760", 7_600, 760_000),
        ("kilometer tujuh enam nol", 7_600, 760_000),
        ("km 125", 1_250, 125_000),
        ("km 7+6", 7_600, 7_006),
        ("km 7+60", 7_600, 7_060),
    ] {
        let reading = reading(text);
        let asked = Doubt::WhichKilometre { one: of(one), other: of(other) };
        assert_eq!((reading.kilometre, &reading.doubts), (None, &vec![asked]), "{text}");
    }
    assert_eq!(reading("km 760").doubts[0].question_id(), "KM 7+600 atau KM 760?");
    assert_eq!(reading("km 7+1600").doubts, [Doubt::MetresTooMany]);
    assert_eq!(reading("km 1234567").doubts, [Doubt::KilometreTooFar]);
    assert_eq!(reading("tidak ada kilometernya").kilometre, None);
}

#[test]
fn rt_rw_and_named_parts_are_read() {
    for text in [
        "rt 3 rw 2",
        "RT.003/RW.002",
        "RT 003 / RW 002",
        "rt03/02",
        "rt3 rw2 dusun Air Bara",
        "RT/RW 003/002",
        "rt/rw: 3/2",
        "rtrw 3/2",
    ] {
        let reading = reading(text);
        assert_eq!((reading.rt, reading.rw), (Some(3), Some(2)), "{text}");
    }
    assert_eq!((reading("rw 5").rt, reading("rw 5").rw), (None, Some(5)));
    for text in ["rt 0", "rt 1234", "seperti itu", "rt"] {
        assert_eq!((reading(text).rt, reading(text).rw), (None, None), "{text}");
    }
    let named: Vec<_> =
        reading("Jl. Jend. Sudirman gg 3, dusun Air-Bara, desa Rias kec. Toboali dekat masjid")
            .named
            .into_iter()
            .map(|named| (named.kind, named.name))
            .collect();
    let expected = [
        (NamedKind::Street, "jend sudirman"),
        (NamedKind::Alley, "3"),
        (NamedKind::Dusun, "air bara"),
        (NamedKind::Desa, "rias"),
        (NamedKind::Kecamatan, "toboali"),
    ];
    assert_eq!(named, expected.map(|(kind, name)| (kind, name.to_owned())));
}

#[test]
fn a_name_is_only_a_name() {
    for text in [
        "",
        "belakang Pasar Toboali, rumah cat hijau",
        "0811 7171 717",
        "3 orang, 2 motor",
        "Jalan 17 Agustus 12A",
    ] {
        let reading = reading(text);
        assert_eq!((reading.point, reading.kilometre, reading.doubts), (None, None, vec![]), "{text}");
    }
}

#[test]
fn a_point_is_read_back_digit_by_digit() {
    let read = reading("-2.99050, 106.4").point.unwrap();
    let said = "Saya ulangi: lintang selatan dua koma sembilan sembilan nol lima; bujur timur seratus enam koma empat. Betul?";
    assert_eq!(read.read_back_id(), said);
    assert_eq!(read.read_back_en(), "I repeat: 2.99050 south, 106.40000 east. Right?");
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC{0,80}", noise in "[-0-9.,+\u{b0}'\"LSBTUNEWskmrt /]{0,40}") {
        for text in [text.clone(), noise.clone(), format!("km {noise}"), format!("geo:{noise}"), format!("https://{noise}@{text}")] {
            let reading = reading(&text);
            prop_assert!(reading.point.is_none_or(|read| read.point.is_on_earth() && read.accuracy_m >= 0.0));
            prop_assert!(reading.kilometre.is_none_or(|at| at.km <= 999 && at.metres <= 999));
            prop_assert!(reading.spans.iter().all(|span| text.get(span.clone()).is_some()));
        }
    }

    #[test]
    fn what_is_written_is_read(lat in -5.0..0.0_f64, lon in 104.0..109.0_f64, metres in 0..999_999_u32) {
        for text in [format!("{lat:.6}, {lon:.6}"), format!("{lat:.6} {lon:.6}").replace('.', ","), format!("geo:{lat:.6},{lon:.6}"), format!("{:.6} LS {lon:.6} BT", -lat)] {
            let read = reading(&text).point.unwrap().point;
            prop_assert!((read.lat - lat).abs() < 1e-6 && (read.lon - lon).abs() < 1e-6, "{} {:?}", text, read);
        }
        let at = Kilometre::of_metres(metres).unwrap();
        prop_assert_eq!(reading(&at.to_string()).kilometre, Some(at));
    }
}
