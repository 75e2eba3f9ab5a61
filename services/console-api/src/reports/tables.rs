//! What a report says, as tables. Their words are Indonesian: these files go to the Dinas and the Bupati.

use dispatch_core::policy::Interval;

use crate::views::{IntervalView, ReportFigures, ResponseReport};

/// A table with a header.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// What it is called: at most 31 characters.
    pub title: &'static str,
    /// The words over its columns.
    pub head: Vec<&'static str>,
    /// Its rows; each has a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

/// What stands in one place of a table.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number of things.
    Count(u64),
    /// Seconds, or a share of 0 to 1.
    Real(f64),
    /// Whether something is so.
    YesNo(bool),
    /// What is not known.
    Nothing,
}

/// The tables of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableName {
    /// Every interval of every part.
    #[default]
    Intervals,
    /// Calls, incidents and assignments of every part, counted.
    Counts,
    /// Every objective of every part.
    Targets,
}

impl TableName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Intervals, Self::Counts, Self::Targets];
}

/// One table of a report.
pub fn table(report: &ResponseReport, name: TableName) -> Table {
    match name {
        TableName::Intervals => intervals(report),
        TableName::Counts => counts(report),
        TableName::Targets => targets(report),
    }
}

/// What was counted.
pub(super) fn frame(report: &ResponseReport) -> Table {
    let row = |name: &str, value: String| vec![words(name), Cell::Text(value)];
    let frame = &report.frame;
    let rows = vec![
        row("Laporan", "Waktu tanggap layanan 112".to_owned()),
        row("Dari", frame.from.0.to_string()),
        row("Sampai sebelum", frame.to.0.to_string()),
        row("Zona waktu jam dan hari", frame.zone.to_owned()),
        row("Dirinci menurut", frame.by.unwrap_or("-").to_owned()),
        row("Dihitung dari log pengawasan sampai entri", frame.log_entries.0.to_string()),
        row("Versi aturan", frame.policy_version.0.to_string()),
        row("Dasar (SK)", frame.decree.clone()),
        row("Persentil", "peringkat terdekat: setiap nilai benar-benar terukur".to_owned()),
        row("Cakupan", "bagian kasus yang kedua capnya ada; yang hilang tidak diisi".to_owned()),
    ];
    Table { title: "Keterangan", head: vec!["keterangan", "isi"], rows }
}

/// The whole and then the parts: key, what to call it, figures.
fn parts(report: &ResponseReport) -> impl Iterator<Item = ([Cell; 2], &ReportFigures)> {
    let groups = report.groups.iter().map(|group| {
        let label = group.label.as_deref().unwrap_or(if group.key == "none" { "tanpa" } else { &group.key });
        ([words(&group.key), words(label)], &group.figures)
    });
    std::iter::once(([words("total"), words("Semua")], &report.total)).chain(groups)
}

fn intervals(report: &ResponseReport) -> Table {
    let row = |key: &[Cell; 2], one: &IntervalView| {
        let rest = [
            words(interval_word(one.interval.0)),
            words(one.from),
            words(one.to),
            Cell::Count(one.of),
            Cell::Count(one.n),
            real(one.coverage),
            real(one.mean_s),
            real(one.p50_s),
            real(one.p90_s),
            real(one.p95_s),
            real(one.max_s),
            Cell::Count(one.manual),
            Cell::Count(one.stood_in),
            Cell::Count(one.out_of_order),
        ];
        key.iter().cloned().chain(rest).collect::<Vec<_>>()
    };
    let rows = parts(report)
        .flat_map(|(key, figures)| figures.intervals.iter().map(|one| row(&key, one)).collect::<Vec<_>>());
    Table {
        title: "Interval",
        head: vec![
            "kunci",
            "bagian",
            "interval",
            "dari",
            "sampai",
            "kasus",
            "n",
            "cakupan",
            "rata-rata (s)",
            "p50 (s)",
            "p90 (s)",
            "p95 (s)",
            "terlama (s)",
            "cap manual",
            "cap pengganti",
            "urutan salah",
        ],
        rows: rows.collect(),
    }
}

fn targets(report: &ResponseReport) -> Table {
    let mut rows = Vec::new();
    for (key, figures) in parts(report) {
        for one in &figures.intervals {
            for target in &one.targets {
                let rest = [
                    words(interval_word(one.interval.0)),
                    target.priority.map_or(Cell::Nothing, |priority| words(priority.0.code())),
                    target.function.as_deref().map_or(Cell::Nothing, words),
                    target
                        .percent
                        .map_or_else(|| words("rata-rata"), |percent| words(&format!("{percent} %"))),
                    Cell::Count(u64::from(target.within_s)),
                    Cell::Count(target.n),
                    Cell::Count(target.within),
                    real(target.share),
                    real(target.mean_s),
                    target.met.map_or(Cell::Nothing, Cell::YesNo),
                    words(&target.source),
                ];
                rows.push(key.iter().cloned().chain(rest).collect());
            }
        }
    }
    Table {
        title: "Target",
        head: vec![
            "kunci",
            "bagian",
            "interval",
            "prioritas",
            "fungsi",
            "ukuran",
            "batas (s)",
            "n",
            "dalam batas",
            "bagian dalam batas",
            "rata-rata (s)",
            "tercapai",
            "sumber",
        ],
        rows,
    }
}

fn counts(report: &ResponseReport) -> Table {
    let row = |(key, figures): ([Cell; 2], &ReportFigures)| {
        let (calls, incidents) = (&figures.calls, &figures.incidents);
        let (backs, assignments) = (&figures.call_backs, &figures.assignments);
        let after = &calls.abandoned_after;
        let disposed = |kind: &str| calls.dispositions.get(kind).copied().unwrap_or(0);
        let of_priority = |code: &str| incidents.by_priority.get(code).copied().unwrap_or(0);
        let counts = [
            calls.offered,
            calls.answered,
            calls.abandoned,
            after.under_5s,
            after.from_5s,
            after.from_10s,
            after.from_30s,
            calls.diverted,
            calls.unreached,
            calls.waiting,
            disposed("incident"),
            disposed("duplicate"),
            disposed("prank"),
            disposed("ghost"),
            disposed("accidental"),
            disposed("information"),
            disposed("complaint"),
            disposed("wrong_number"),
            backs.owed,
            backs.reached,
            backs.called_again,
            backs.given_up,
            backs.open,
            incidents.opened,
            incidents.cancelled,
            incidents.merged,
            incidents.no_emergency,
            of_priority("P1"),
            of_priority("P2"),
            of_priority("P3"),
            incidents.dispatched,
            incidents.acknowledged,
            incidents.on_scene,
            incidents.closed,
            assignments.sent,
            assignments.acknowledged,
            assignments.declined,
            assignments.cancelled,
            assignments.escalated,
        ];
        key.into_iter().chain(counts.map(Cell::Count)).collect::<Vec<_>>()
    };
    Table {
        title: "Rekap",
        head: vec![
            "kunci",
            "bagian",
            "panggilan masuk",
            "dijawab",
            "terputus",
            "terputus < 5 s",
            "terputus 5-10 s",
            "terputus 10-30 s",
            "terputus > 30 s",
            "dialihkan",
            "tidak terlayani",
            "menunggu",
            "insiden (panggilan)",
            "laporan ganda",
            "iseng",
            "kosong",
            "tidak sengaja",
            "informasi",
            "pengaduan",
            "salah sambung",
            "wajib panggil balik",
            "tersambung balik",
            "menelepon lagi",
            "tidak tersambung balik",
            "belum dipanggil balik",
            "insiden dibuka",
            "dibatalkan",
            "digabung",
            "bukan darurat",
            "P1",
            "P2",
            "P3",
            "dikirim",
            "diterima instansi",
            "tiba di TKP",
            "ditutup",
            "penugasan",
            "penugasan diterima",
            "penugasan ditolak",
            "penugasan ditarik",
            "penugasan dieskalasi",
        ],
        rows: parts(report).map(row).collect(),
    }
}

/// What an interval is called (glossary).
pub(crate) const fn interval_word(interval: Interval) -> &'static str {
    match interval {
        Interval::Answer => "waktu jawab",
        Interval::Locate => "lokasi terverifikasi",
        Interval::Classify => "klasifikasi",
        Interval::Processing => "pengolahan panggilan",
        Interval::Deliver => "terkirim ke instansi",
        Interval::Acknowledge => "diterima instansi",
        Interval::Turnout => "berangkat",
        Interval::Travel => "perjalanan",
        Interval::SetUp => "mulai penanganan",
        Interval::OnScene => "tiba di TKP",
        Interval::Response => "waktu tanggap",
        Interval::Close => "laporan ditutup",
        Interval::CallBack => "panggilan balik",
    }
}

fn words(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn real(value: Option<f64>) -> Cell {
    value.map_or(Cell::Nothing, Cell::Real)
}
