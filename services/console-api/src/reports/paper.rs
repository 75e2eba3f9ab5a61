//! The figures of a period as an official document.

use dispatch_core::time::{Seconds, Timestamp};
use jiff::Zoned;
use official_documents::{Bar, Bars, Block, Column, Document, Grid, Table};

use super::tables::interval_word;
use crate::paper::CentreName;
use crate::paper_words as words;
use crate::views::{IntervalView, ReportFigures, ResponseReport};

const DAYS: [&str; 7] = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"];
/// Days that are drawn one by one; of a longer period the months are.
const DAYS_DRAWN_MAX: usize = 45;
/// Characters of `YYYY-MM`.
const MONTH_LEN: usize = 7;

/// What the log was when the figures were counted: whoever holds the paper can hold it against the log.
pub struct Anchor {
    /// How many entries are vouched for.
    pub entries: u64,
    /// When.
    pub at: Timestamp,
    /// The root of the tree over them.
    pub root: String,
    /// The id of the key that signed it.
    pub key_id: String,
}

/// The document of a report.
pub fn document(
    report: &ResponseReport,
    centre: &CentreName,
    anchor: Option<&Anchor>,
    at: &Zoned,
) -> Document {
    let period = period_of(report.frame.from.0, report.frame.to.0);
    let mut blocks = vec![Block::Heading("Ringkasan".to_owned()), Block::Facts(summary(&report.total))];
    blocks.extend(charts(report));
    blocks.push(Block::Heading("Waktu tanggap".to_owned()));
    blocks.push(intervals(&report.total));
    blocks.push(Block::Remark(
        "Persentil menurut peringkat terdekat: setiap nilai benar-benar terukur. Cakupan adalah bagian kasus yang \
         kedua cap waktunya ada; yang hilang tidak diisi. Waktu dalam menit.detik."
            .to_owned(),
    ));
    blocks.extend(targets(&report.total));
    blocks.extend(groups(report));
    blocks.extend(ground(report, anchor));
    Document {
        letterhead: centre.letterhead(),
        title: "Laporan layanan 112".to_owned(),
        subtitle: period.clone(),
        blocks,
        foot: format!("Laporan layanan 112 · {period} · dibuat {}", words::moment(report_time(at))),
        language: "id-ID",
        made_at: at.clone(),
        attachments: Vec::new(),
    }
}

fn report_time(at: &Zoned) -> Timestamp {
    Timestamp::from_micros(at.timestamp().as_microsecond())
}

/// What a period is called, as in a subtitle.
pub(super) fn period_of(from: Timestamp, to: Timestamp) -> String {
    if from.minute_of_day_here() != 0 || to.minute_of_day_here() != 0 {
        return format!("{} sampai {}", words::moment(from), words::moment(to));
    }
    let (first, last) = (words::day(from), words::day(to.before(Seconds(1))));
    if first == last { first } else { format!("{first} sampai {last}") }
}

fn fact(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

fn summary(figures: &ReportFigures) -> Vec<(String, String)> {
    let (calls, incidents, backs) = (&figures.calls, &figures.incidents, &figures.call_backs);
    let of = |part: u64, whole: u64| {
        let share = (whole > 0).then(|| format!(" ({})", words::percent(part as f64 / whole as f64)));
        words::count(part) + &share.unwrap_or_default()
    };
    let mut facts = vec![
        fact("Panggilan masuk", words::count(calls.offered)),
        fact("Dijawab", of(calls.answered, calls.offered)),
        fact("Terputus sebelum dijawab", of(calls.abandoned, calls.offered)),
        fact("Dialihkan / tidak terlayani", format!("{} / {}", calls.diverted, calls.unreached)),
        fact(
            "Wajib panggil balik",
            format!("{}, tersambung {}, menelepon lagi {}", backs.owed, backs.reached, backs.called_again),
        ),
        fact("Insiden dibuka", words::count(incidents.opened)),
        fact("Instansi dikirimi", words::count(figures.assignments.sent)),
        fact("Penugasan dieskalasi", of(figures.assignments.escalated, figures.assignments.sent)),
    ];
    for level in &figures.service_levels {
        let share = |share: Option<f64>| share.map_or("—".to_owned(), words::percent);
        facts.push(fact(
            &format!("Dijawab dalam {} detik", level.within_s),
            format!(
                "{} dari yang dijawab; {} dari yang masuk",
                share(level.of_answered),
                share(level.of_offered)
            ),
        ));
    }
    facts
}

fn bars(title: &str, bars: Vec<(String, u64)>) -> Block {
    let bar = |(label, value): (String, u64)| Bar { label, value: value as f64, text: words::count(value) };
    Block::Bars(Bars { title: title.to_owned(), bars: bars.into_iter().map(bar).collect() })
}

fn charts(report: &ResponseReport) -> Vec<Block> {
    let (calls, incidents) = (&report.total.calls, &report.total.incidents);
    let outcome =
        |kind: &str, word: &str| (word.to_owned(), calls.dispositions.get(kind).copied().unwrap_or(0));
    let stage = |word: &str, count: u64| (word.to_owned(), count);
    let needed: u64 = incidents.by_priority.values().sum();
    let mut blocks = vec![
        bars(
            "Dari panggilan sampai selesai",
            vec![
                stage("panggilan masuk", calls.offered),
                stage("dijawab", calls.answered),
                stage("insiden yang perlu instansi", needed),
                stage("dikirim", incidents.dispatched),
                stage("diterima instansi", incidents.acknowledged),
                stage("tiba di TKP", incidents.on_scene),
                stage("ditutup", incidents.closed),
            ],
        ),
        bars(
            "Panggilan menurut hasil",
            vec![
                outcome("incident", "insiden"),
                outcome("duplicate", "laporan ganda"),
                outcome("prank", "iseng"),
                outcome("ghost", "kosong"),
                outcome("accidental", "tidak sengaja"),
                outcome("information", "informasi"),
                outcome("complaint", "pengaduan"),
                outcome("wrong_number", "salah sambung"),
                outcome("abandoned", "terputus"),
            ],
        ),
    ];
    let (title, trend) = trend(report);
    if trend.len() > 1 {
        blocks.push(bars(title, trend));
    }
    if calls.offered > 0 {
        let row = |(day, hours): (&&str, &Vec<u64>)| ((*day).to_owned(), hours.clone());
        blocks.push(Block::Grid(Grid {
            title: "Panggilan menurut hari dan jam".to_owned(),
            columns: (0..24).map(|hour| format!("{hour:02}")).collect(),
            rows: DAYS.iter().zip(&report.rhythm.week).map(row).collect(),
        }));
    }
    blocks
}

/// Calls by day, or by month where there are many days.
fn trend(report: &ResponseReport) -> (&'static str, Vec<(String, u64)>) {
    let days = &report.rhythm.days;
    if days.len() <= DAYS_DRAWN_MAX {
        return ("Panggilan menurut hari", days.iter().map(|one| (one.day.clone(), one.calls)).collect());
    }
    let mut months: Vec<(String, u64)> = Vec::new();
    for one in days {
        let month = one.day.get(..MONTH_LEN).unwrap_or(&one.day);
        match months.last_mut() {
            Some((last, count)) if last == month => *count += one.calls,
            Some(_) | None => months.push((month.to_owned(), one.calls)),
        }
    }
    ("Panggilan menurut bulan", months)
}

fn seconds(value: Option<f64>) -> String {
    value.map_or("—".to_owned(), words::span)
}

fn intervals(figures: &ReportFigures) -> Block {
    let row = |one: &IntervalView| {
        vec![
            format!("{} ({}–{})", interval_word(one.interval.0), one.from, one.to),
            format!("{} / {}", one.n, one.of),
            one.coverage.map_or("—".to_owned(), words::percent),
            seconds(one.mean_s),
            seconds(one.p50_s),
            seconds(one.p90_s),
            seconds(one.p95_s),
            seconds(one.max_s),
            words::count(one.manual),
        ]
    };
    let columns = vec![
        Column::words("Selang waktu", 2.8),
        Column::numbers("n / kasus", 1.1),
        Column::numbers("Cakupan", 1.0),
        Column::numbers("Rata-rata", 1.0),
        Column::numbers("p50", 0.8),
        Column::numbers("p90", 0.8),
        Column::numbers("p95", 0.8),
        Column::numbers("Terlama", 0.9),
        Column::numbers("Manual", 0.9),
    ];
    Block::Table(Table { columns, rows: figures.intervals.iter().map(row).collect() })
}

fn targets(figures: &ReportFigures) -> Vec<Block> {
    let mut rows = Vec::new();
    for one in &figures.intervals {
        for target in &one.targets {
            let for_whom =
                [target.priority.map(|priority| priority.0.code().to_owned()), target.function.clone()];
            let limit = words::span(f64::from(target.within_s));
            let rule = match target.percent {
                Some(percent) => format!("{percent} % dalam {limit}"),
                None => format!("rata-rata paling lama {limit}"),
            };
            let reached = match target.percent {
                Some(_) => target.share.map_or("—".to_owned(), words::percent),
                None => seconds(target.mean_s),
            };
            rows.push(vec![
                interval_word(one.interval.0).to_owned(),
                for_whom.into_iter().flatten().collect::<Vec<_>>().join(", "),
                rule,
                format!("{reached} (n {})", target.n),
                target.met.map_or("—", |met| if met { "tercapai" } else { "belum" }).to_owned(),
                target.source.clone(),
            ]);
        }
    }
    let columns = vec![
        Column::words("Selang waktu", 1.5),
        Column::words("Untuk", 0.8),
        Column::words("Target", 1.6),
        Column::words("Hasil", 1.3),
        Column::words("", 0.9),
        Column::words("Sumber", 2.2),
    ];
    vec![Block::Heading("Target".to_owned()), Block::Table(Table { columns, rows })]
}

fn groups(report: &ResponseReport) -> Vec<Block> {
    let Some(by) = report.frame.by else { return Vec::new() };
    let median = |figures: &ReportFigures, interval: &str| {
        let one = figures.intervals.iter().find(|one| interval_word(one.interval.0) == interval);
        seconds(one.and_then(|one| one.p50_s))
    };
    let row = |group: &crate::views::ReportGroup| {
        let figures = &group.figures;
        let label = group.label.as_deref().unwrap_or(if group.key == "none" { "tanpa" } else { &group.key });
        vec![
            label.to_owned(),
            words::count(figures.calls.offered),
            words::count(figures.incidents.opened),
            words::count(figures.assignments.sent),
            words::count(figures.assignments.escalated),
            median(figures, "waktu jawab"),
            median(figures, "pengolahan panggilan"),
            median(figures, "diterima instansi"),
            median(figures, "waktu tanggap"),
        ]
    };
    let columns = vec![
        Column::words(by_word(by), 1.9),
        Column::numbers("Panggilan", 1.25),
        Column::numbers("Insiden", 0.9),
        Column::numbers("Penugasan", 1.3),
        Column::numbers("Dieskalasi", 1.25),
        Column::numbers("Jawab p50", 1.0),
        Column::numbers("Olah p50", 1.0),
        Column::numbers("Terima p50", 1.0),
        Column::numbers("Tanggap p50", 1.1),
    ];
    vec![
        Block::Heading(format!("Rincian menurut {}", by_word(by).to_lowercase())),
        Block::Table(Table { columns, rows: report.groups.iter().map(row).collect() }),
    ]
}

/// By what a report is divided, in words.
fn by_word(by: &str) -> &'static str {
    match by {
        "category" => "Kategori",
        "agency" => "Instansi",
        "area" => "Kecamatan",
        "hour" => "Jam",
        "day" => "Hari",
        "call_taker" => "Petugas",
        _ => "Bagian",
    }
}

fn ground(report: &ResponseReport, anchor: Option<&Anchor>) -> Vec<Block> {
    let frame = &report.frame;
    let mut facts = vec![
        fact("Dihitung dari", format!("log pengawasan sampai entri {}", frame.log_entries.0)),
        fact("Aturan", format!("versi {}, {}", frame.policy_version.0, frame.decree)),
        fact("Zona waktu", frame.zone.to_owned()),
    ];
    let mut blocks = vec![Block::Heading("Dasar hitungan dan log".to_owned())];
    if let Some(anchor) = anchor {
        facts.push(fact(
            "Titik periksa log",
            format!("{} entri, {}", words::count(anchor.entries), words::moment(anchor.at)),
        ));
        facts.push(fact("Kunci log (id)", anchor.key_id.clone()));
    }
    blocks.push(Block::Facts(facts));
    if let Some(anchor) = anchor {
        blocks.push(Block::Remark(
            "Akar pohon Merkle log pada titik periksa itu. Simpan lembar ini: log yang kemudian diubah tidak lagi \
             cocok dengannya."
                .to_owned(),
        ));
        blocks.push(Block::Code(anchor.root.clone()));
    }
    blocks.push(Block::Text(
        "Angka yang sama dihitung ulang dari ekspor log dengan \"sigap report --export\" atau dengan \
         docs/recompute_figures.py."
            .to_owned(),
    ));
    blocks
}
