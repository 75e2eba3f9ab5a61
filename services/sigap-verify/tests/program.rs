//! The real program on real files: every way to change a log is found, and the first bad entry is named.

mod sample;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use electronic_seal::Seal;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use sample::{ENTRIES, Log, key, leaves};
use serde_json::{Value, json};
use supervision_log::{
    Begin, Claim, CommitmentOpening, Evidence, EvidenceEntry, Hash, Proof, SignedCheckpoint, commit,
    consistency_spans, inclusion_spans, public_key_pem, time_text,
};
use tempfile::TempDir;

/// A folder with the files of one test.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().expect("a folder"));
        desk.put("key.pem", &public_key_pem(&key().verifying_key()));
        desk
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    fn verify(&self, text: &str, more: &[PathBuf]) -> (Option<i32>, String) {
        let file = self.put("file.jsonl", text);
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigap-verify"));
        command.arg(file).arg("--public-key").arg(self.0.path().join("key.pem")).args(more);
        let output = command.output().expect("the program runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn with(&self, flag: &str, signed: &SignedCheckpoint) -> [PathBuf; 2] {
        [Path::new(flag).to_owned(), self.put("kept.txt", &signed.encode())]
    }
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| line.clone() + "\n").collect()
}

#[test]
fn a_whole_log_is_said_to_be_whole_in_both_languages() {
    let (desk, log) = (Desk::new(), Log::new(leaves()));
    let (code, said) = desk.verify(&text(&log.lines()), &[]);
    assert_eq!(code, Some(0), "{said}");
    let root = log.tree(ENTRIES).root();
    assert!(said.starts_with(&format!("ok entries={ENTRIES} head={}\nroot={root}\n", log.head())), "{said}");
    assert!(said.contains("UTUH. Diperiksa: entri 1 sampai 3000"), "{said}");
    assert!(said.contains("WHOLE. Checked: entries 1 to 3000"), "{said}");
    let (code, said) = desk.verify(&text(&log.lines()), &desk.with("--checkpoint", &log.checkpoints[2]));
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("--checkpoint"), "nothing more is asked for: {said}");
}

#[test]
fn every_change_is_found_and_its_first_entry_named() {
    type Change = fn(&mut Vec<String>);
    let (desk, lines) = (Desk::new(), Log::new(leaves()).lines());
    // Line 0 is the header; up to the first checkpoint, entry n stands in line n.
    let changes: [(&str, Change, u64); 9] = [
        (
            "edit of the evidence",
            |all| all[200] = all[200].replacen("\"leaf\":\"736967", "\"leaf\":\"736968", 1),
            200,
        ),
        ("edit of a copy", |all| all[201] = all[201].replace("call.answered\"", "call.missed\""), 201),
        ("delete", |all| drop(all.remove(300)), 300),
        ("insert", |all| all.insert(250, all[17].clone()), 250),
        ("swap", |all| all.swap(120, 121), 120),
        ("swap far apart", |all| all.swap(100, 2_500), 100),
        ("cut off", |all| all.truncate(400), 400),
        ("checkpoint taken away", |all| drop(all.remove(501)), 1_000),
        ("garbage", |all| all[77] = "garbage".into(), 77),
    ];
    for (what, change, entry) in changes {
        let mut changed = lines.clone();
        change(&mut changed);
        assert_ne!(changed, lines, "{what}");
        let (code, said) = desk.verify(&text(&changed), &[]);
        assert_eq!(code, Some(1), "{what}: {said}");
        assert!(said.starts_with(&format!("bad entry={entry}: ")), "{what}: {said}");
        assert!(said.contains(&format!("RUSAK. Kesalahan pertama: entri {entry}.")), "{what}: {said}");
    }
}

#[test]
fn a_whole_rewrite_and_an_old_copy_are_found_by_a_checkpoint_kept_outside() {
    let (desk, log) = (Desk::new(), Log::new(leaves()));
    let kept = desk.with("--checkpoint", &log.checkpoints[4]);
    let mut changed = leaves();
    changed[1_999].actor = "user:nobody".into();
    // With the key stolen too: hashes, tree and signatures are all made anew.
    let rewritten = text(&Log::new(changed).lines());
    assert_eq!(desk.verify(&rewritten, &[]).0, Some(0), "control: whole in itself");
    let (code, said) = desk.verify(&rewritten, &kept);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("bad entry=2500: a checkpoint names another hash here"), "{said}");

    let old_copy = text(&Log::new(leaves()[..1_700].to_vec()).lines());
    assert_eq!(desk.verify(&old_copy, &[]).0, Some(0), "control: whole in itself");
    let (code, said) = desk.verify(&old_copy, &kept);
    assert_eq!(code, Some(1));
    assert!(
        said.starts_with("bad entry=1701: the log ends before it, but a kept checkpoint knows 2500"),
        "{said}"
    );
}

#[test]
fn what_came_after_a_checkpoint_is_checked_alone() {
    let (desk, log) = (Desk::new(), Log::new(leaves()));
    let from = desk.with("--from", &log.checkpoints[4]);
    let begin = Begin { checkpoint: log.checkpoints[4].clone(), tree: log.tree(2_500) };
    let mut lines = vec![log.header(Some(begin))];
    lines.extend(log.body(2_500));
    let (code, said) = desk.verify(&text(&lines), &from);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("entri 2501 sampai 3000"), "{said}");
    assert!(said.contains("Entries 1 to 2500 are vouched for by the checkpoint that you gave."), "{said}");
    let mut changed = lines.clone();
    changed.swap(10, 11);
    let (code, said) = desk.verify(&text(&changed), &from);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("bad entry=2510: entry 2511 stands before it"), "{said}");
    let (code, said) = desk.verify(&text(&lines), &desk.with("--from", &log.checkpoints[3]));
    assert_eq!(code, Some(1));
    assert!(said.starts_with("bad entry=0: line 1: the export begins after entry 2500"), "{said}");
}

#[test]
fn proofs_are_checked() {
    let (desk, log) = (Desk::new(), Log::new(leaves()));
    let newest = log.checkpoints[5].clone();
    let spans = inclusion_spans(1_233, 3_000).expect("it is in the log");
    let claim =
        Claim::Inclusion { index: 1_234, leaf: log.entries[1_233].leaf.clone(), checkpoint: newest.clone() };
    let mut proof = Proof { claim, hashes: log.hashes(&spans), key: key().verifying_key() };
    let (code, said) = desk.verify(&proof.encode(), &[]);
    assert_eq!((code, said.lines().next()), (Some(0), Some("ok entry=1234 size=3000")), "{said}");
    assert!(said.contains("TERBUKTI. Entri 1234 (call.answered)"), "{said}");
    proof.hashes[3] = Hash([0; 32]);
    let (code, said) = desk.verify(&proof.encode(), &[]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("bad entry=1234: the entry is not in the log"), "{said}");

    let spans = consistency_spans(1_000, 3_000).expect("it grew");
    let claim = Claim::Consistency { older: log.checkpoints[1].clone(), newer: newest };
    let proof = Proof { claim, hashes: log.hashes(&spans), key: key().verifying_key() };
    let in_one_line = proof.encode().replace('\n', "");
    let (code, said) = desk.verify(&in_one_line, &[]);
    assert_eq!((code, said.lines().next()), (Some(0), Some("ok older=1000 newer=3000")), "{said}");
}

fn run(words: &[&str], input: &[u8]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigap-verify"));
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    // Who has read enough closes its end; the answer is what counts.
    let _written = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn what_cannot_be_checked_is_neither_good_nor_bad() {
    let desk = Desk::new();
    assert_eq!(run(&[], b"").0, Some(2));
    assert_eq!(run(&["/no/such/file"], b"").0, Some(2));
    assert_eq!(run(&["-", "--publik-key", "x"], b"").0, Some(2));
    let no_key = desk.put("no-key.pem", "no key");
    let (code, said) = run(&["-", "--public-key", &no_key.to_string_lossy()], b"");
    assert_eq!(code, Some(2));
    assert!(said.contains("Tidak diperiksa / not checked"), "{said}");
    assert_eq!(run(&["--help"], b"").0, Some(0));
}

#[test]
fn the_standard_input_is_read_whatever_it_holds() {
    let (code, said) = run(&["-"], b"");
    assert_eq!(code, Some(1));
    assert!(said.starts_with("bad entry=0: line 1: the export is empty"), "{said}");
    let (code, said) = run(&["-"], b"\xff\xfe\n");
    assert_eq!(code, Some(1));
    assert!(said.starts_with("bad entry=0: line 1 cannot be read"), "{said}");
    let good = text(&Log::new(leaves()[..3].to_vec()).lines()).replace('\n', "\r\n");
    let (code, said) = run(&["-"], good.as_bytes());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("kunci diambil dari berkas itu sendiri"), "{said}");
}

/// The entry of which the report tells; its value is behind a commitment.
const TOLD: u64 = 1_203;

fn seal() -> (Seal, String) {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    let params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
    let own = params.self_signed(&pair).expect("a certificate").pem();
    (Seal::open(&pair.serialize_pem(), &own).expect("a seal"), own)
}

/// A report of one line, and the log behind it.
fn report() -> Value {
    let (stream, salt, value) = ([9; 32], [4; 16], "\"Pak Samsudin\"");
    let mut leaves = leaves();
    let leaf = &mut leaves[TOLD as usize - 1];
    let commitment = commit(&stream, &salt, value);
    let body = json!({ "text": { "$commit": commitment, "ref": format!("{TOLD}.0"), "shape": "text" } });
    leaf.body = body.to_string().into_bytes();
    let at = time_text(leaf.at_us);
    let log = Log::new(leaves);
    let spans = inclusion_spans(TOLD - 1, ENTRIES).expect("within");
    let evidence = Evidence {
        key: key().verifying_key(),
        checkpoint: log.checkpoints.last().expect("a checkpoint").clone(),
        entries: vec![EvidenceEntry {
            index: TOLD,
            leaf: log.entries[TOLD as usize - 1].leaf.clone(),
            hashes: log.hashes(&spans),
        }],
        openings: vec![CommitmentOpening {
            index: TOLD,
            place: 0,
            salt,
            key: stream,
            value: value.to_owned(),
        }],
    };
    json!({
        "format": "sigap-incident-report",
        "version": 1,
        "incident": { "number": "2026-000112" },
        "timeline": [{ "index": TOLD.to_string(), "at": at, "data": { "text": "Pak Samsudin" } }],
        "log": evidence.to_json(),
    })
}

#[test]
fn a_sealed_report_is_proven_line_by_line() {
    let (desk, (seal, own)) = (Desk::new(), seal());
    let known = [PathBuf::from("--seal-certificate"), desk.put("seal.pem", &own)];
    let sealed = seal.sign_json(report().to_string().as_bytes());
    let (code, said) = desk.verify(&sealed, &known);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with(&format!("ok seal={}\n", seal.chain().fingerprint())), "{said}");
    assert!(said.contains("PROVEN. The report of incident 2026-000112 is whole; its 1 lines"), "{said}");
    assert!(!said.contains("Note:"), "nothing more is asked for: {said}");
    let (code, said) = desk.verify(&sealed, &[]);
    assert!(code == Some(0) && said.contains("--seal-certificate"), "{said}");
}

#[test]
fn a_report_that_says_something_else_than_the_log_is_bad_at_that_entry() {
    let (desk, (seal, _)) = (Desk::new(), seal());
    let place = |pointer: &str, value: Value| {
        let mut other = report();
        *other.pointer_mut(pointer).expect("a member") = value;
        seal.sign_json(other.to_string().as_bytes())
    };
    let bad = format!("bad entry={TOLD}");
    for (pointer, value) in [
        ("/timeline/0/data/text", json!("Pak Budi")),
        ("/timeline/0/at", json!("2026-11-22T00:00:00.000000Z")),
        ("/log/openings/0/value", json!("\"Pak Budi\"")),
        ("/log/openings", json!([])),
        ("/log/entries/0/hashes", json!([])),
    ] {
        let (code, said) = desk.verify(&place(pointer, value), &[]);
        assert!(code == Some(1) && said.starts_with(&bad), "{pointer}: {said}");
    }
    // The centre itself could sign a line that no entry stands behind; it is found.
    let (code, said) = desk.verify(&place("/log/entries", json!([])), &[]);
    assert!(code == Some(1) && said.starts_with(&bad), "{said}");
    // A byte changed after the seal; another centre's certificate; another log's key.
    let sealed = seal.sign_json(report().to_string().as_bytes());
    let changed = sealed.replacen("\"payload\":\"e", "\"payload\":\"f", 1);
    let (code, said) = desk.verify(&changed, &[]);
    assert!(code == Some(1) && said.starts_with("bad entry=0: the signature does not fit"), "{said}");
    let (_, foreign) = self::seal();
    let known = [PathBuf::from("--seal-certificate"), desk.put("foreign.pem", &foreign)];
    let (code, said) = desk.verify(&sealed, &known);
    assert!(code == Some(1) && said.contains("not by the certificate that was given"), "{said}");
}

#[test]
fn the_list_of_an_audit_folder_is_checked_by_its_seal() {
    let (desk, (seal, own)) = (Desk::new(), seal());
    let list = json!({ "format": "sigap-audit-pack", "version": 1, "files": [] }).to_string();
    let known = [PathBuf::from("--seal-certificate"), desk.put("seal.pem", &own)];
    let (code, said) = desk.verify(&seal.sign_json(list.as_bytes()), &known);
    assert!(code == Some(0) && said.contains("VALID."), "{said}");
    let (code, said) = desk.verify(&seal.sign_json(b"{\"format\":\"other\"}"), &known);
    assert!(code == Some(1) && said.starts_with("bad entry=0: not a report"), "{said}");
}
