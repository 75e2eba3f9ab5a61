//! The page: one file without a script, so that it can be saved and put on a government's own site.

use crate::paper::CentreName;
use crate::paper_words as words;

use super::{PublicCount, PublicInterval, PublicPerformance};

/// What a service must promise (UU 25/2009 Pasal 22).
const CHARTER: &str = "Dengan ini kami menyatakan sanggup menyelenggarakan pelayanan sesuai standar pelayanan yang telah \
ditetapkan. Apabila kami tidak menepati janji ini, kami siap menerima sanksi sesuai peraturan perundang-undangan.";

/// The page of everybody.
pub fn page(figures: &PublicPerformance, centre: &CentreName) -> String {
    let [name, government, address] =
        [&centre.name, &centre.government, &centre.address].map(|text| escaped(text));
    let (first, last) = (words::day(figures.from.0), words::day(figures.to.0.before(super::Seconds(1))));
    let few = "kurang dari 5";
    let percent = |share: Option<f64>| share.map_or("belum dapat disebut".to_owned(), words::percent);
    let offered = figures.calls.offered.map_or(few.to_owned(), words::count);
    let opened = figures.incidents.opened.map_or(few.to_owned(), words::count);
    let (answered, in_time) =
        (percent(figures.calls.answered_share), percent(figures.calls.answered_within_15s_share));
    let standard: String = figures.intervals.iter().map(standard).collect();
    let times: String = figures.intervals.iter().map(times).collect();
    let categories = counts(&figures.incidents.by_category);
    let areas = counts(&figures.incidents.by_area);
    let counted = words::moment(figures.generated_at.0);
    format!(
        r#"<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Layanan darurat 112 · {name}</title>
<meta name="description" content="Standar pelayanan, maklumat, biaya, pengaduan, dan kinerja layanan darurat 112">
<link rel="stylesheet" href="/publik.css">
</head>
<body>
<header>
<p>{government}</p>
<h1>{name}</h1>
<p>{address}</p>
<p class="number">Keadaan darurat: telepon <b>112</b>. Gratis, 24 jam, tanpa pulsa.</p>
</header>
<main>
<section>
<h2>Biaya</h2>
<p>Tidak dipungut biaya. Panggilan ke 112 gratis dari telepon apa pun (Permenkominfo Nomor 10 Tahun 2016 Pasal 13).</p>
</section>
<section>
<h2>Standar pelayanan</h2>
<table>
<thead><tr><th scope="col">Layanan</th><th scope="col">Untuk</th><th scope="col">Standar</th><th scope="col">Tercapai</th><th scope="col">Sumber</th></tr></thead>
<tbody>{standard}</tbody>
</table>
</section>
<section>
<h2>Maklumat pelayanan</h2>
<blockquote>{CHARTER}</blockquote>
</section>
<section>
<h2>Pengaduan</h2>
<p>Keluhan atas layanan 112: SP4N-LAPOR! (lapor.go.id, SMS 1708) atau langsung ke {name}{at}. Sebutkan waktu panggilan; nomor Anda sudah tercatat.</p>
</section>
<section>
<h2>Kinerja</h2>
<p>{first} sampai {last}. Dihitung {counted} dari log pengawasan. Angka di bawah 5 tidak disebut demi kerahasiaan pribadi.</p>
<dl>
<div><dt>Panggilan masuk</dt><dd>{offered}</dd></div>
<div><dt>Dijawab</dt><dd>{answered}</dd></div>
<div><dt>Dijawab dalam 15 detik</dt><dd>{in_time}</dd></div>
<div><dt>Insiden dibuka</dt><dd>{opened}</dd></div>
</dl>
<h3>Waktu tanggap (menit.detik)</h3>
<table>
<thead><tr><th scope="col">Selang waktu</th><th scope="col">Kasus</th><th scope="col">Separuh kasus paling lama</th><th scope="col">90 % kasus paling lama</th></tr></thead>
<tbody>{times}</tbody>
</table>
<h3>Insiden menurut kategori</h3>
{categories}
<h3>Insiden menurut kecamatan</h3>
{areas}
<p>Data terbuka: <a href="/api/v1/public/performance">JSON dengan keterangan</a>.</p>
</section>
</main>
</body>
</html>
"#,
        at = if address.is_empty() { String::new() } else { format!(", {address}") },
    )
}

fn standard(interval: &PublicInterval) -> String {
    let row = |target: &super::PublicTarget| {
        let limit = words::span(f64::from(target.within_s));
        let rule = match target.percent {
            Some(percent) => format!("{percent} % dalam {limit}"),
            None => format!("rata-rata paling lama {limit}"),
        };
        let reached = target.share.map_or("—".to_owned(), words::percent);
        let [name, of, source] = [&interval.name, &target.of, &target.source].map(|text| escaped(text));
        format!(
            "<tr><th scope=\"row\">{name}</th><td>{of}</td><td>{rule}</td><td>{reached}</td><td>{source}</td></tr>\n"
        )
    };
    interval.targets.iter().map(row).collect()
}

fn times(interval: &PublicInterval) -> String {
    let span = |seconds: Option<f64>| seconds.map_or("—".to_owned(), words::span);
    let cases = interval.n.map_or("&lt; 5".to_owned(), words::count);
    let (name, p50, p90) = (escaped(&interval.name), span(interval.p50_s), span(interval.p90_s));
    format!("<tr><th scope=\"row\">{name}</th><td>{cases}</td><td>{p50}</td><td>{p90}</td></tr>\n")
}

fn counts(counts: &[PublicCount]) -> String {
    if counts.is_empty() {
        return "<p>Tidak ada.</p>".to_owned();
    }
    let row = |one: &PublicCount| {
        let count = one.count.map_or("tidak disebut".to_owned(), words::count);
        format!("<tr><th scope=\"row\">{}</th><td>{count}</td></tr>\n", escaped(&one.name))
    };
    let rows: String = counts.iter().map(row).collect();
    format!(
        "<table><thead><tr><th scope=\"col\">Nama</th><th scope=\"col\">Insiden</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}

/// A text within HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
