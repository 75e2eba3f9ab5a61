//! A report as it is read.

use jiff::Zoned;
use official_documents::{Attachment, Block, Column, Document, Table};

use super::Issued;
use crate::paper_words as words;
use crate::views;
use crate::wire::Time;

/// The document of a report.
pub(super) fn document(issued: &Issued, at: &Zoned) -> Document {
    let report = &issued.report;
    let mut blocks = vec![Block::Heading("Fakta".to_owned()), Block::Facts(facts(issued))];
    blocks.extend(calls(&report.calls));
    blocks.extend(assignments(&report.incident.assignments));
    blocks.extend(notes(&report.notes));
    blocks.extend(timeline(issued));
    blocks.extend(proof(issued));
    Document {
        letterhead: report.centre.letterhead(),
        title: "Laporan insiden".to_owned(),
        subtitle: format!("Nomor insiden {}", report.incident.number),
        blocks,
        foot: format!(
            "Laporan insiden {} · dikeluarkan {} · {} · memuat data pribadi, jangan disebarkan",
            report.incident.number,
            words::moment(report.made_at.0),
            report.report,
        ),
        language: "id-ID",
        made_at: at.clone(),
        attachments: vec![Attachment {
            name: format!("{}.jws.json", issued.file_name()),
            media_type: "application/jose+json",
            description: "Data laporan bersegel dengan bukti log (docs/report-format.md)".to_owned(),
            bytes: issued.sealed.clone().into_bytes(),
        }],
    }
}

fn fact(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn facts(issued: &Issued) -> Vec<(String, String)> {
    let (report, incident) = (&issued.report, &issued.report.incident);
    let or_none =
        |value: Option<String>| value.filter(|text| !text.trim().is_empty()).unwrap_or("—".to_owned());
    let category = format!("({}) {}", incident.category.0.letter(), issued.labels.category);
    let mut facts = vec![
        fact("Kategori (Pasal 24)", category),
        fact("Jenis", or_none(issued.labels.kind.clone())),
        fact("Prioritas", incident.priority.0.code()),
        fact("Keadaan", words::status(incident.status.0)),
        fact("Dibuka", words::moment(incident.opened_at.0)),
        fact("Dibuka oleh", or_none(incident.opened_by.as_ref().map(|by| by.name.clone()))),
        fact("Ditutup", or_none(incident.closed_at.map(|at| words::moment(at.0)))),
        fact("Lokasi", or_none(Some(words::place(&incident.location)))),
        fact("Uraian", or_none(Some(incident.narrative.clone()))),
        fact("Korban", or_none(incident.casualties.map(|count| count.to_string()))),
    ];
    if let Some(reporter) = &incident.reporter {
        let said = [reporter.name.clone(), reporter.number.clone()].into_iter().flatten();
        facts.push(fact("Pelapor", or_none(Some(said.collect::<Vec<_>>().join(", ")))));
    }
    if let Some(paper) = &incident.paper {
        facts.push(fact("Formulir kertas", paper.form.clone()));
    }
    facts.push(fact("Dikeluarkan oleh", report.made_by.name.clone()));
    facts.push(fact("Untuk keperluan", report.purpose.clone()));
    facts
}

fn calls(calls: &[views::Call]) -> Vec<Block> {
    let mut blocks = vec![Block::Heading("Panggilan".to_owned())];
    if calls.is_empty() {
        blocks.push(Block::Text("Tidak ada panggilan yang terhubung dengan insiden ini.".to_owned()));
        return blocks;
    }
    let row = |call: &views::Call| {
        let time = |at: Option<Time>| at.map(|at| words::short(at.0)).unwrap_or("—".to_owned());
        vec![
            words::short(call.arrived_at.0),
            call.caller.as_ref().map_or("tanpa nomor".to_owned(), |caller| caller.number.clone()),
            time(call.answered_at),
            call.answered_by.as_ref().map_or("—".to_owned(), |by| by.name.clone()),
            time(call.ended_at),
            call.disposition.as_ref().map_or("—", |end| words::disposition(end.kind.0)).to_owned(),
        ]
    };
    blocks.push(Block::Table(Table {
        columns: vec![
            Column::words("Masuk", 1.1),
            Column::words("Nomor", 1.3),
            Column::words("Dijawab", 1.1),
            Column::words("Oleh", 1.3),
            Column::words("Berakhir", 1.1),
            Column::words("Hasil", 1.0),
        ],
        rows: calls.iter().map(row).collect(),
    }));
    for call in calls {
        let Some(recording) = &call.recording else { continue };
        let begin = words::moment(recording.started_at.0);
        let seconds = recording.seconds;
        blocks.push(Block::Remark(format!(
            "Rekaman panggilan {} mulai {begin}, {seconds:.0} detik. Nilai rantai SHA-256 rekaman \
             (tercatat juga dalam log):",
            words::short(call.arrived_at.0)
        )));
        blocks.push(Block::Code(recording.sha256.clone()));
    }
    blocks
}

fn assignments(assignments: &[views::Assignment]) -> Vec<Block> {
    let mut blocks = vec![Block::Heading("Instansi yang dikirimi".to_owned())];
    if assignments.is_empty() {
        blocks.push(Block::Text("Belum ada instansi yang dikirimi.".to_owned()));
        return blocks;
    }
    let time = |at: Option<Time>| at.map(|at| words::short(at.0)).unwrap_or("—".to_owned());
    let row = |one: &views::Assignment| {
        vec![
            format!("{} ({})", one.agency.name, words::role(one.role.0)),
            words::short(one.sent_at.0),
            time(one.acknowledged_at),
            time(one.en_route_at),
            time(one.on_scene_at),
            time(one.completed_at),
            words::state(one.state.0).to_owned(),
        ]
    };
    blocks.push(Block::Table(Table {
        columns: vec![
            Column::words("Instansi", 2.0),
            Column::words("Dikirim", 1.0),
            Column::words("Diterima", 1.0),
            Column::words("Berangkat", 1.0),
            Column::words("Tiba", 1.0),
            Column::words("Selesai", 1.0),
            Column::words("Keadaan", 1.0),
        ],
        rows: assignments.iter().map(row).collect(),
    }));
    for one in assignments {
        for said in &one.relayed {
            let by = said.by.as_ref().map_or("pusat", |by| by.name.as_str());
            blocks.push(Block::Remark(format!(
                "{}: keadaan \"{}\" dicatat oleh {by} pada {} menurut kabar dari luar layar instansi.",
                one.agency.name,
                words::state(said.state.0),
                words::moment(said.at.0),
            )));
        }
        if let Some(declined) = &one.declined {
            blocks.push(Block::Remark(format!("{} menolak: {}", one.agency.name, declined.reason)));
        }
    }
    blocks
}

fn notes(notes: &[views::Note]) -> Vec<Block> {
    if notes.is_empty() {
        return Vec::new();
    }
    let row = |note: &views::Note| {
        let by = note.by.as_ref().map_or("sistem".to_owned(), |by| by.name.clone());
        vec![words::short(note.at.0), by, note.text.clone()]
    };
    let columns =
        vec![Column::words("Waktu", 1.0), Column::words("Oleh", 1.4), Column::words("Catatan", 5.0)];
    vec![
        Block::Heading("Catatan".to_owned()),
        Block::Table(Table { columns, rows: notes.iter().map(row).collect() }),
    ]
}

fn timeline(issued: &Issued) -> Vec<Block> {
    let row = |entry: &views::TimelineEntry| {
        vec![
            words::short(entry.at.0),
            entry.text_id.clone(),
            words::actor(&entry.actor),
            entry.index.0.to_string(),
        ]
    };
    let mut blocks = vec![Block::Heading("Kronologi".to_owned())];
    if issued.report.earlier_events {
        blocks
            .push(Block::Remark("Peristiwa yang lebih awal tidak dimuat karena terlalu banyak.".to_owned()));
    }
    blocks.push(Block::Table(Table {
        columns: vec![
            Column::words("Waktu", 1.1),
            Column::words("Peristiwa", 4.5),
            Column::words("Oleh", 1.5),
            Column::numbers("Entri log", 0.8),
        ],
        rows: issued.report.timeline.iter().map(row).collect(),
    }));
    blocks
}

fn proof(issued: &Issued) -> Vec<Block> {
    let (report, checkpoint) = (&issued.report, &issued.checkpoint.checkpoint);
    let own = issued.seal.chain().described().into_iter().next();
    let mut facts = vec![
        fact(
            "Peristiwa terbukti",
            format!("{} entri log, masing-masing dengan jalur ke akar", report.timeline.len()),
        ),
        fact("Log pengawasan", format!("{} entri saat laporan dibuat", checkpoint.size)),
        fact("Kunci log (id)", issued.log_key_id.clone()),
        fact("Pengeluaran laporan", format!("dicatat pada entri log {}", issued.entry)),
    ];
    if let Some(own) = own {
        let issuer = if own.self_signed { "sertifikat sendiri".to_owned() } else { own.issuer };
        facts.push(fact("Segel elektronik", own.subject));
        facts.push(fact("Diterbitkan oleh", issuer));
        facts.push(fact("Berlaku sampai", own.not_after.strftime("%Y-%m-%d").to_string()));
        facts.push(fact("SHA-256 sertifikat", own.fingerprint));
    }
    let root = checkpoint.root.map(|root| root.to_string()).unwrap_or_default();
    vec![
        Block::Heading("Pembuktian".to_owned()),
        Block::Text(
            "Setiap baris kronologi adalah entri log pengawasan yang tidak dapat diubah tanpa terlihat. \
             Bukti matematisnya ada di lampiran dokumen ini."
                .to_owned(),
        ),
        Block::Facts(facts),
        Block::Remark("Akar pohon Merkle log (RFC 6962):".to_owned()),
        Block::Code(root),
        Block::Remark("SHA-256 data bersegel di lampiran:".to_owned()),
        Block::Code(issued.sha256.clone()),
        Block::Subheading("Cara memeriksa".to_owned()),
        Block::Text(
            "1. Buka dokumen ini dengan pembaca PDF yang menampilkan tanda tangan: segel harus sah dan meliputi \
             seluruh dokumen.\n\
             2. Simpan lampiran .jws.json, lalu jalankan: sigap-verify laporan.jws.json --public-key KUNCI-LOG.pem \
             --seal-certificate SERTIFIKAT-SEGEL.pem. Kunci dan sertifikat diminta dari Dinas, bukan diambil dari \
             laporan.\n\
             3. Bandingkan SHA-256 sertifikat dan id kunci log di atas dengan yang diumumkan Dinas, dan SHA-256 data \
             bersegel dengan entri log pengeluaran laporan."
                .to_owned(),
        ),
    ]
}
