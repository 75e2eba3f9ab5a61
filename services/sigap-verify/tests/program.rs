//! The real program on real files: every way to change a log is found, and the first bad entry is named.

mod sample;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sample::{ENTRIES, Log, key, leaves};
use supervision_log::{
    Begin, Claim, Hash, Proof, SignedCheckpoint, consistency_spans, inclusion_spans, public_key_pem,
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
