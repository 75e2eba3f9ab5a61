//! What is said: a line for programs, then sentences in Indonesian and English.

use crate::report::SealedReport;
use supervision_log::{Claim, Trust, VerifiedExport, VerifiedProof};

/// How the program is used.
pub const HELP: &str = "sigap-verify FILE [--public-key FILE] [--certificate FILE] [--checkpoint FILE]… [--from FILE] [--seal-certificate FILE]

Memeriksa ekspor log pengawasan Sigap 112, sebuah bukti, atau laporan bersegel (PDF atau .jws.json), tanpa server.
Checks an export of the Sigap 112 supervision log, a proof, or a sealed report (PDF or .jws.json), without a server.

  FILE                 ekspor atau bukti; - membaca masukan baku / export or proof; - reads standard input
  --public-key FILE    kunci publik log (PEM), dari luar sistem / public key of the log (PEM), from outside
  --certificate FILE   sertifikat X.509 log (PEM), dari luar sistem / X.509 certificate of the log (PEM), from outside
  --checkpoint FILE    titik periksa yang disimpan di luar; boleh berulang / a checkpoint that was kept outside; may repeat
  --from FILE          titik periksa terakhir yang sudah diperiksa; ekspor boleh mulai sesudahnya
                       the checkpoint up to which it was checked before; the export may begin after it
  --seal-certificate FILE
                       sertifikat segel (PEM), dari luar sistem / certificate of the seal (PEM), from outside

Keluar 0: utuh. 1: rusak, entri pertama yang rusak disebut. 2: tidak dapat diperiksa.
Exit 0: whole. 1: bad, the first bad entry is named. 2: could not be checked.";

/// The file could not be checked at all.
pub fn not_checked(problem: &str) -> String {
    format!("sigap-verify: {problem}\nTidak diperiksa / not checked. sigap-verify --help")
}

/// The file is not as it was written.
pub fn bad(verdict: &str, entry: u64) -> Vec<String> {
    let (id, en) = if entry == 0 {
        (
            "sebelum entri pertama (kepala berkas)".to_owned(),
            "before the first entry (head of the file)".to_owned(),
        )
    } else {
        (format!("entri {entry}"), format!("entry {entry}"))
    };
    vec![
        verdict.to_owned(),
        format!(
            "RUSAK. Kesalahan pertama: {id}. Yang sebelumnya cocok; mulai dari situ isi berkas tidak terbukti."
        ),
        format!("BAD. First fault: {en}. What is before it fits; from there on the file proves nothing."),
    ]
}

/// A whole log, or its later part, is as it was written.
pub fn good_export(verified: &VerifiedExport, trust: &Trust) -> Vec<String> {
    let log = &verified.log;
    let (id, en) = match (log.begun_after + 1, log.entries) {
        (first, last) if first > last => ("tidak ada entri baru".to_owned(), "no new entries".to_owned()),
        (first, last) => (format!("entri {first} sampai {last}"), format!("entries {first} to {last}")),
    };
    let mut lines = vec![
        format!("ok entries={} head={}", log.entries, log.head),
        format!("root={}", log.root),
        format!(
            "UTUH. Diperiksa: {id} (rantai hash, urutan, versi, salinan terbaca), pohon Merkle, \
             {} titik periksa.",
            log.checkpoints
        ),
        format!(
            "WHOLE. Checked: {en} (hash chain, order, versions, readable copies), Merkle tree, {} \
             checkpoints.",
            log.checkpoints
        ),
    ];
    if log.begun_after > 0 {
        let (id, en) = if verified.begin_from_export {
            (
                "di dalam berkas itu sendiri; beri --from dari luar",
                "inside the file itself; give --from from outside",
            )
        } else {
            ("yang Anda berikan", "that you gave")
        };
        lines.push(format!("Entri 1 sampai {} dijamin oleh titik periksa {id}.", log.begun_after));
        lines.push(format!("Entries 1 to {} are vouched for by the checkpoint {en}.", log.begun_after));
    }
    if log.signed_up_to < log.entries {
        let after = log.signed_up_to + 1;
        lines.push(format!("Catatan: mulai entri {after} belum ada tanda tangan."));
        lines.push(format!("Note: from entry {after} on nothing is signed yet."));
    }
    about_key(&mut lines, verified.key_from_export);
    if trust.checkpoints.is_empty() && trust.from.is_none() {
        lines.push(
            "Catatan: tanpa titik periksa dari luar (--checkpoint), salinan lama yang utuh tidak terlihat."
                .to_owned(),
        );
        lines.push(
            "Note: without a checkpoint from outside (--checkpoint), a whole old copy is not seen."
                .to_owned(),
        );
    }
    lines
}

/// A proof holds.
pub fn good_proof(verified: &VerifiedProof, trust: &Trust) -> Vec<String> {
    let mut lines = match &verified.claim {
        Claim::Inclusion { index, checkpoint, .. } => {
            let (size, kind) =
                (checkpoint.checkpoint.size, verified.leaf.as_ref().map_or("", |leaf| &leaf.kind));
            vec![
                format!("ok entry={index} size={size}"),
                format!(
                    "TERBUKTI. Entri {index} ({kind}) ada di dalam log yang berisi {size} entri dan ditandatangani."
                ),
                format!("PROVEN. Entry {index} ({kind}) is in the signed log of {size} entries."),
            ]
        }
        Claim::Consistency { older, newer } => {
            let (older, newer) = (older.checkpoint.size, newer.checkpoint.size);
            vec![
                format!("ok older={older} newer={newer}"),
                format!(
                    "TERBUKTI. Log {newer} entri melanjutkan log {older} entri: tidak ada yang diubah atau dihapus."
                ),
                format!(
                    "PROVEN. The log of {newer} entries goes on from that of {older}: nothing was changed or removed."
                ),
            ]
        }
    };
    about_key(&mut lines, verified.key_from_proof);
    let given = trust.checkpoints.len() + usize::from(trust.from.is_some());
    if given > verified.kept_agree {
        let apart = given - verified.kept_agree;
        lines.push(format!(
            "Catatan: {apart} titik periksa dari luar berukuran lain dan tidak dapat dibandingkan."
        ));
        lines.push(format!(
            "Note: {apart} checkpoints from outside have another size and could not be compared."
        ));
    }
    lines
}

/// A sealed report is as it was sealed.
pub fn good_report(report: &SealedReport) -> Vec<String> {
    let mut lines = vec![format!("ok seal={}", report.fingerprint)];
    match (&report.incident, report.lines, report.log_entries) {
        (Some(number), Some(count), Some(size)) => {
            lines.push(format!(
                "TERBUKTI. Laporan insiden {number} utuh; {count} baris kronologinya ada di log bertanda tangan berisi {size} entri."
            ));
            lines.push(format!(
                "PROVEN. The report of incident {number} is whole; its {count} lines are in the signed log of {size} entries."
            ));
        }
        _ => {
            lines.push(
                "SAH. Dokumen ini utuh sejak disegel. Isi laporan insiden dibuktikan oleh lampiran .jws.json-nya.".to_owned(),
            );
            lines.push(
                "VALID. The document is as it was sealed. What a report of an incident says is proven by its attached .jws.json."
                    .to_owned(),
            );
        }
    }
    lines.push(format!("Segel / seal: {}", report.subject));
    if !report.seal_known {
        lines.push(
            "Catatan: sertifikat segel diambil dari dokumen itu sendiri; beri --seal-certificate dari luar."
                .to_owned(),
        );
        lines.push(
            "Note: the seal's certificate is the document's own; give --seal-certificate from outside."
                .to_owned(),
        );
    }
    about_key(&mut lines, report.lines.is_some() && !report.log_key_known);
    lines
}

fn about_key(lines: &mut Vec<String>, is_from_file: bool) {
    if is_from_file {
        lines.push(
            "Catatan: kunci diambil dari berkas itu sendiri; beri --public-key atau --certificate dari luar agar \
             pemalsuan seluruh log terlihat."
                .to_owned(),
        );
        lines.push(
            "Note: checked with the key inside the file; give --public-key or --certificate from outside to rule out a \
             forged log."
                .to_owned(),
        );
    }
}
