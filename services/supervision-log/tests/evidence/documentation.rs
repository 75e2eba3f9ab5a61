//! The documented example is what the code writes, and the Python verifier beside it agrees with this crate.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use supervision_log::{
    Hash, Header, Leaf, Trust, chain, checkpoint_line, entry_line, header_line, key_id, leaf_hash,
};

use crate::export::{export, verdict};
use crate::proofs::{consistency, inclusion};
use crate::sample::{LOG_ID, Log, leaves, log, signing_key, tree};
use crate::trees::later_part;

fn docs(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file)
}

/// The blocks of the page between ``` fences, without their info string.
fn fenced_blocks(page: &str) -> Vec<&str> {
    page.split("```").skip(1).step_by(2).filter_map(|block| Some(block.split_once('\n')?.1)).collect()
}

fn example_leaves() -> [Leaf; 2] {
    let first = Leaf {
        index: 1,
        stream: "call/1".into(),
        version: 1,
        key: "k1".into(),
        kind: "call.received".into(),
        actor: "trunk".into(),
        policy: 1,
        at_us: 1_794_365_545_250_000,
        body: b"{\"defects\":[]}".to_vec(),
    };
    let second = Leaf {
        index: 2,
        version: 2,
        key: "k2".into(),
        kind: "call.answered".into(),
        actor: "user/petugas1".into(),
        at_us: 1_794_365_547_000_000,
        body: b"{}".to_vec(),
        ..first.clone()
    };
    [first, second]
}

fn example_export() -> String {
    let log = Log::of(&example_leaves(), &[2]);
    let (entries, head) = log.head.expect("the sample has a head");
    let key = signing_key().verifying_key();
    let mut lines =
        vec![header_line(&Header { log_id: LOG_ID, key, certificate: None, entries, head, from: None })];
    lines.extend(log.entries.iter().map(|entry| entry_line(entry).expect("a good leaf")));
    lines.extend(log.checkpoints.iter().map(checkpoint_line));
    lines.join("\n") + "\n"
}

#[test]
fn the_documented_example_is_what_the_code_writes() {
    let page = std::fs::read_to_string(docs("log-format.md")).unwrap();
    let blocks = fenced_blocks(&page);
    let export = example_export();
    assert!(blocks.contains(&export.as_str()), "the page should show this export:\n{export}");
    let signed = &Log::of(&example_leaves(), &[2]).checkpoints[0];
    let text = signed.encode();
    assert!(blocks.contains(&text.as_str()), "the page should show this checkpoint:\n{text}");

    // The numbers in the walk through the first entry, made from the steps that the page describes.
    let genesis = Hash::genesis(LOG_ID);
    let leaf = example_leaves()[0].encode();
    let key = signing_key().verifying_key();
    let hashes = [genesis, chain(genesis, &leaf), leaf_hash(&leaf), signed.hash()];
    for shown in hashes.iter().map(Hash::to_string).chain([key_id(&key)]) {
        assert!(page.contains(&format!("`{shown}`")), "the page should show {shown}");
    }
    let table: String = page
        .lines()
        .filter_map(|line| {
            line.strip_prefix("| bytes `")?.split_once('`').map(|(hex, _)| hex.replace(' ', ""))
        })
        .collect();
    assert_eq!(table, hex::encode(leaf), "the table of the leaf's bytes");
}

#[test]
fn the_python_verifier_gives_the_same_answers() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not installed");
        return;
    }
    let good = export(&log());
    let part = later_part(&log(), 0);
    for export in [&good, &part, &example_export(), &export(&Log::of(&[], &[0]))] {
        let verified = verdict(export.as_bytes(), &Trust::default()).unwrap().log;
        let expected = format!("ok entries={} head={}\n", verified.entries, verified.head);
        assert_eq!(python(export), (Some(0), expected));
    }
    let other_root =
        |text: &str| text.replace(&tree(&log(), 6).root().to_string(), &Hash([3; 32]).to_string());
    let other_edge = part.replace(&hex::encode(tree(&log(), 3).to_bytes()), &hex::encode([1; 64]));
    let more = [("root", other_root(&good)), ("root of a part", other_root(&part)), ("edge", other_edge)];
    for (change, changed) in changes(&good).into_iter().chain(more) {
        assert_ne!(changed, good, "{change}");
        let entry = verdict(changed.as_bytes(), &Trust::default()).unwrap_err().entry();
        let (code, answer) = python(&changed);
        assert_eq!(code, Some(1), "{change}: {answer}");
        assert!(answer.starts_with(&format!("bad entry={entry}: ")), "{change}, entry {entry}: {answer}");
    }
}

#[test]
fn the_python_verifier_checks_proofs() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not installed");
        return;
    }
    let log = log();
    let entry = inclusion(&log, 5, &log.checkpoints[1]);
    let step = consistency(&log, &log.checkpoints[0], &log.checkpoints[1]);
    assert_eq!(python(&entry.encode()), (Some(0), "ok entry=5 size=6\n".to_owned()));
    assert_eq!(python(&step.encode()), (Some(0), "ok older=3 newer=6\n".to_owned()));
    for (mut proof, bad) in [(entry, "bad entry=5: "), (step, "bad entry=3: ")] {
        proof.hashes[0] = Hash([1; 32]);
        let (code, answer) = python(&proof.encode());
        assert_eq!(code, Some(1));
        assert!(answer.starts_with(bad), "{answer}");
    }
}

/// One export for each kind of change.
fn changes(good: &str) -> Vec<(&'static str, String)> {
    let lines: Vec<&str> = good.lines().collect();
    let edited = |edit: &dyn Fn(&mut Vec<&str>)| {
        let mut lines = lines.clone();
        edit(&mut lines);
        lines.join("\n") + "\n"
    };
    let mut rewritten = leaves();
    rewritten[1].actor = "user/nobody".into();
    let rewritten = Log { checkpoints: log().checkpoints, ..Log::of(&rewritten, &[]) };
    let mut gap = leaves();
    gap[3].version = 3;
    let hash = log().entries[4].hash.to_string();
    vec![
        ("altered leaf", good.replace(&hex::encode("call.answered"), &hex::encode("call.answerex"))),
        ("altered hash", good.replace(&hash, &Hash([1; 32]).to_string())),
        ("altered time copy", good.replace("02:52:25.500000Z", "02:52:26.500000Z")),
        (
            "member removed",
            good.replace(
                "\"actor\":\"user/petugas1\",\"policy\":\"1\",\"at\":\"2026-11-11T02:52:26.0",
                "\"policy\":\"1\",\"at\":\"2026-11-11T02:52:26.0",
            ),
        ),
        ("broken header", good.replace("\"version\":2,", "\"version\":3,")),
        ("altered copy", good.replace("\"kind\":\"call.answered\"", "\"kind\":\"call.lost\"")),
        ("altered body copy", good.replace("\"score\":0.25", "\"score\":0.5")),
        (
            "removed",
            edited(&|lines| {
                lines.remove(2);
            }),
        ),
        ("swapped", edited(&|lines| lines.swap(5, 6))),
        ("repeated", edited(&|lines| lines.insert(6, lines[5]))),
        ("cut off", edited(&|lines| lines.truncate(6))),
        (
            "checkpoint removed",
            edited(&|lines| {
                lines.remove(4);
            }),
        ),
        ("not JSON", edited(&|lines| lines[5] = "garbage")),
        ("rewritten", export(&rewritten)),
        ("stream gap", export(&Log::of(&gap, &[]))),
        ("entry behind the head", good.replace("\"entries\":\"6\"", "\"entries\":\"5\"")),
    ]
}

fn python(export: &str) -> (Option<i32>, String) {
    let mut child = Command::new("python3")
        .arg(docs("verify_export.py"))
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // A verifier that has seen enough closes its end early; its answer is what counts.
    let written = stdin.write_all(export.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("python3 ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(written.is_ok() || output.status.code() == Some(1), "{written:?}");
    assert!(!said.contains("Traceback"), "{said}");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}
