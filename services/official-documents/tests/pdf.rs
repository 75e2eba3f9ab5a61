//! What another program reads in our PDF (poppler-utils).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::Write as _;
use std::process::Command;

use jiff::Zoned;
use official_documents::{
    Align, Attachment, Bar, Bars, Block, Column, Document, Grid, Letterhead, Table, pdf,
};

fn sample() -> Document {
    let row = |n: usize| {
        vec![
            format!("{n:02}.15 WIB"),
            "panggilan diterima; pelapor menyebut asap tebal".to_owned(),
            n.to_string(),
        ]
    };
    Document {
        letterhead: Letterhead {
            government: "PEMERINTAH KABUPATEN CONTOH".to_owned(),
            office: "DINAS KOMUNIKASI DAN INFORMATIKA".to_owned(),
            address: "Jalan Contoh 1".to_owned(),
        },
        title: "Laporan bulanan".to_owned(),
        subtitle: "Periode 1 sampai 30 November 2026".to_owned(),
        blocks: vec![
            Block::Heading("Ringkasan".to_owned()),
            Block::Text("Selama periode ini 1.204 panggilan masuk. ".repeat(9)),
            Block::Facts(vec![
                ("Nomor".to_owned(), "20261124-0007".to_owned()),
                ("Uraian".to_owned(), "Rumah terbakar di dekat pasar → api besar. ".repeat(4)),
            ]),
            Block::Table(Table {
                columns: vec![
                    Column::words("Waktu", 1.0),
                    Column::words("Peristiwa", 4.0),
                    Column::numbers("Entri", 1.0),
                ],
                rows: (0..80).map(row).collect(),
            }),
            Block::Bars(Bars {
                title: "Panggilan menurut hasil".to_owned(),
                bars: [("Insiden", 24.0), ("Kosong", 700.0), ("Iseng", 131.0)]
                    .map(|(label, value)| Bar { label: label.to_owned(), value, text: format!("{value}") })
                    .to_vec(),
            }),
            Block::Grid(Grid {
                title: "Panggilan menurut hari dan jam".to_owned(),
                columns: (0..24).map(|hour| format!("{hour:02}")).collect(),
                rows: ["Senin", "Selasa", "Rabu"]
                    .iter()
                    .enumerate()
                    .map(|(n, day)| ((*day).to_owned(), (0..24).map(|hour| (hour * n as u64) % 37).collect()))
                    .collect(),
            }),
            Block::Code("837faf8b3c2c24b575d7ddcf4e05dd3657da28ace856b7c85ae160c18e81e6c5".to_owned()),
        ],
        foot: "Laporan bulanan · dibuat oleh Sigap 112".to_owned(),
        language: "id-ID",
        made_at: "2026-11-24T08:30:00+07:00[+07:00]".parse::<Zoned>().unwrap(),
        attachments: vec![Attachment {
            name: "laporan.json".to_owned(),
            media_type: "application/json",
            description: "Data laporan".to_owned(),
            bytes: b"{\"panggilan\":1204}".to_vec(),
        }],
    }
}

/// What a tool of poppler says of the sample.
fn asked(tool: &str, flags: &[&str], bytes: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let (before, after): (Vec<&str>, Vec<&str>) = flags.iter().partition(|flag| **flag != "-");
    let output = Command::new(tool).args(before).arg(file.path()).args(after).output();
    let output = output.expect("poppler-utils is installed (make tools)");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    // Poppler before 24 takes the one boolean of /MarkInfo for an error (ISO 32000-1 table 321 asks for a boolean).
    let complaints = said.lines().filter(|line| !line.contains("Suspects object")).collect::<Vec<_>>();
    assert!(complaints.is_empty(), "{complaints:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn another_program_reads_every_word_in_order() {
    let bytes = pdf(&sample()).unwrap();
    if let Ok(name) = std::env::var("SAMPLE_PDF") {
        std::fs::write(name, &bytes).unwrap();
    }
    let text = asked("pdftotext", &["-layout", "-"], &bytes);
    let places: Vec<_> = [
        "KABUPATEN CONTOH",
        "LAPORAN BULANAN",
        "Ringkasan",
        "20261124-0007",
        "79.15 WIB",
        "Iseng",
        "Selasa",
        "837faf8b",
    ]
    .map(|words| text.find(words).unwrap_or_else(|| panic!("{words} is not in {text}")))
    .to_vec();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(text.matches("panggilan diterima").count(), 80);
    assert!(text.matches("Peristiwa").count() >= 2, "the head of the table stands on each page");
    assert!(text.contains("pasar -> api"));
}

#[test]
fn it_is_tagged_and_carries_its_data() {
    let bytes = pdf(&sample()).unwrap();
    let info = asked("pdfinfo", &[], &bytes);
    assert!(info.contains("Tagged:          yes"), "{info}");
    let structure = asked("pdfinfo", &["-struct"], &bytes);
    for part in ["Table", "TH", "TD", "H1", "H2", "Figure"] {
        assert!(structure.contains(part), "{part} is not in {structure}");
    }
    let listed = asked("pdfdetach", &["-list"], &bytes);
    assert!(listed.contains("laporan.json"), "{listed}");
    let metadata = asked("pdfinfo", &["-meta"], &bytes);
    assert!(metadata.contains("<pdfaid:part>3") && metadata.contains("<pdfaid:conformance>A"), "{metadata}");
}

#[test]
fn equal_documents_are_equal_bytes() {
    assert_eq!(pdf(&sample()).unwrap(), pdf(&sample()).unwrap());
    let other = Document { title: "Laporan tahunan".to_owned(), ..sample() };
    assert_ne!(pdf(&sample()).unwrap(), pdf(&other).unwrap());
}

#[test]
fn an_empty_table_and_strange_letters_are_printed_too() {
    let empty = Table {
        columns: vec![Column { head: "Kosong".to_owned(), share: 1.0, align: Align::Left }],
        rows: vec![],
    };
    let nothing = Bars { title: "Tanpa angka".to_owned(), bars: vec![] };
    let blocks = vec![
        Block::Table(empty),
        Block::Bars(nothing),
        Block::Text("🔥 漢字 \u{0}".to_owned()),
        Block::Text(String::new()),
    ];
    let text = asked("pdftotext", &["-"], &pdf(&Document { blocks, ..sample() }).unwrap());
    assert!(text.contains("Kosong") && text.contains("Tanpa angka"), "{text}");
}
