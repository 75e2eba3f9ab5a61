//! An export verifies from its lines alone, and no byte of it can be changed unseen.

use std::io::BufRead;

use proptest::prelude::*;
use serde_json::Value;
use supervision_log::{
    Certificate, ExportError, Header, Leaf, Reason, SigningKey, Trust, VerifiedExport, checkpoint_line,
    entry_line, header_line, public_key_der, verify_export,
};

use crate::sample::{LOG_ID, Log, leaves, log, signing_key};

type Verdict = Result<VerifiedExport, ExportError<std::io::Error>>;

/// The export of a log, as the export command writes it.
pub fn export(log: &Log) -> String {
    let (entries, head) = log.head.expect("the sample has a head");
    let key = signing_key().verifying_key();
    let certificate = Some(Certificate::from_pem(&certificate_pem(), &key).expect("it carries the key"));
    let mut lines =
        vec![header_line(&Header { log_id: LOG_ID, key, certificate, entries, head, from: None })];
    let mut checkpoints = log.checkpoints.iter().peekable();
    for size in 0..=entries {
        if let Some(entry) = size.checked_sub(1).map(|at| &log.entries[at as usize]) {
            lines.push(entry_line(entry).expect("the sample has good leaves"));
        }
        while let Some(signed) = checkpoints.next_if(|signed| signed.checkpoint.size == size) {
            lines.push(checkpoint_line(signed));
        }
    }
    lines.join("\n") + "\n"
}

/// Not a certificate that an X.509 tool would read; what counts here is that it carries the key.
fn certificate_pem() -> String {
    use base64::Engine as _;
    let der = [&[0x30, 0x82, 1, 2][..], &public_key_der(&signing_key().verifying_key()), &[5; 9]].concat();
    let base64 = base64::engine::general_purpose::STANDARD.encode(der);
    let (first, second) = base64.split_at(64);
    format!("-----BEGIN CERTIFICATE-----\n{first}\n{second}\n-----END CERTIFICATE-----\n")
}

pub fn verdict(export: &[u8], trust: &Trust) -> Verdict {
    verify_export(export.lines(), trust)
}

fn with_key() -> Trust {
    Trust { key: Some(signing_key().verifying_key()), ..Trust::default() }
}

#[test]
fn an_export_verifies_with_a_key_from_outside_or_with_its_own() {
    let export = export(&log());
    let with_outside_key = verdict(export.as_bytes(), &with_key()).unwrap();
    assert!(!with_outside_key.key_from_export);
    let with_own_key = verdict(export.as_bytes(), &Trust::default()).unwrap();
    assert!(with_own_key.key_from_export);
    assert_eq!(with_own_key.log, log().verify().unwrap());
    assert_eq!(with_own_key.log_id, LOG_ID);
    let other = Trust { key: Some(SigningKey::from_bytes(&[8; 32]).verifying_key()), ..Trust::default() };
    let refused = verdict(export.as_bytes(), &other).unwrap_err();
    assert!(refused.to_string().starts_with("bad entry=0: line 1: the export names the key "), "{refused}");
}

#[test]
fn the_lines_are_readable_without_this_program() {
    let export = export(&log());
    let lines: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["format"], "sigap-log-export");
    assert_eq!(lines[0]["entries"], "6");
    let third = &lines[3];
    assert_eq!(third["index"], "3");
    assert_eq!(third["kind"], "incident.opened");
    assert_eq!(third["at"], "2026-11-11T02:52:25.750000Z");
    assert_eq!(third["body"]["score"], 0.25);
    assert_eq!(lines[4]["type"], "checkpoint", "right after the entry that it speaks of");
    assert_eq!(lines[6]["body_hex"], hex::encode("not json"));
}

#[test]
fn an_export_that_another_program_wrote_again_still_verifies() {
    let rewrite = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let spaced = serde_json::to_string_pretty(&value).unwrap().replace('\n', " ");
        spaced + "\r\n"
    };
    let rewritten: String = export(&log()).lines().map(rewrite).collect();
    assert!(verdict(rewritten.as_bytes(), &with_key()).is_ok());
}

#[test]
fn every_changed_byte_of_every_line_is_found() {
    let export = export(&log());
    let entry_of_line = [0, 1, 2, 3, 3, 4, 5, 6, 6];
    let mut line = 0;
    for at in 0..export.len() {
        for to in [export.as_bytes()[at] ^ 1, export.as_bytes()[at] ^ 0x20] {
            let mut bytes = export.clone().into_bytes();
            bytes[at] = to;
            let found = check_against_json(&export, &bytes, &Trust::default());
            // Lines 0, 4 and 8 are the header and the checkpoints, which vouch for more than one entry.
            if let (Some(found), false) = (found, [0, 4, 8].contains(&line)) {
                assert_eq!(found.entry(), entry_of_line[line], "line {line}, byte {at} to {to}: {found}");
            }
        }
        line += usize::from(export.as_bytes()[at] == b'\n');
    }
    assert_eq!(line, entry_of_line.len());
}

/// Changed bytes must be refused, unless the lines still hold the same JSON values: then they must be good.
fn check_against_json(original: &str, changed: &[u8], trust: &Trust) -> Option<ExportError<std::io::Error>> {
    let values = |bytes: &[u8]| -> Option<Vec<Value>> {
        bytes.lines().map(|line| serde_json::from_str(&line.ok()?).ok()).collect()
    };
    let same = values(changed) == values(original.as_bytes());
    let found = verdict(changed, trust).err();
    assert_eq!(found.is_none(), same, "{found:?}\n{}", String::from_utf8_lossy(changed));
    found
}

#[test]
fn lines_that_are_dropped_swapped_repeated_or_cut_off_are_named() {
    let export = export(&log());
    let lines: Vec<&str> = export.lines().collect();
    let check = |change: &dyn Fn(&mut Vec<&str>), text: &str| {
        let mut changed = lines.clone();
        change(&mut changed);
        let found = verdict(changed.join("\n").as_bytes(), &with_key()).unwrap_err();
        assert_eq!(found.to_string(), text);
    };
    check(
        &|lines| {
            lines.remove(2);
        },
        "bad entry=2: entry 3 stands in its place: it was removed",
    );
    check(&|lines| lines.swap(5, 6), "bad entry=4: entry 5 stands before it: the two were swapped");
    check(
        &|lines| lines.insert(3, lines[2]),
        "bad entry=3: a foreign entry stands before it: an entry was inserted",
    );
    check(
        &|lines| lines.truncate(6),
        "bad entry=5: the log ends before it, but had 6 entries: it was cut off",
    );
    check(&|lines| lines.swap(3, 4), "bad entry=2: the checkpoint for entry 3 stands in the wrong place");
    check(
        &|lines| {
            lines.remove(4);
        },
        "bad entry=6: the checkpoint for it does not follow the one before: a checkpoint is missing or was exchanged",
    );
    check(&|lines| lines.clear(), "bad entry=0: line 1: the export is empty");
    check(&|lines| lines[1] = "{\"type\":\"note\"}", "bad entry=1: line 2: there is no line of this type");
}

#[test]
fn an_earlier_bad_entry_is_named_before_a_line_that_cannot_be_read() {
    let export = export(&log());
    let mut lines: Vec<&str> = export.lines().collect();
    lines.remove(2);
    lines[3] = "garbage";
    let found = verdict(lines.join("\n").as_bytes(), &with_key()).unwrap_err();
    assert_eq!(found.to_string(), "bad entry=2: entry 3 stands in its place: it was removed");
}

#[test]
fn a_readable_copy_that_lies_is_found() {
    let export = export(&log());
    let cases = [
        ("\"kind\":\"call.answered\"", "\"kind\":\"call.received\"", 2, "kind"),
        ("\"score\":0.25", "\"score\":0.75", 3, "body"),
        ("\"body\":null", "\"body\":{}", 6, "body"),
        (",\"body\":null", "", 6, "body"),
        ("\"index\":\"5\"", "\"index\":\"05\"", 5, "index"),
        ("02:52:25.500000Z", "02:52:25.500001Z", 2, "at"),
    ];
    for (from, to, entry, field) in cases {
        assert_eq!(export.matches(from).count(), 1, "{from}");
        let found = verdict(export.replace(from, to).as_bytes(), &with_key()).unwrap_err();
        let bad = supervision_log::BadEntry { entry, reason: Reason::CopyDiffers { field } };
        assert!(matches!(found, ExportError::Entry(found) if found == bad), "{from} to {to}");
    }
    let twice = export.replace("\"body\":{\"seat\"", "\"body\":{\"seat\":\"seat-9\",\"seat\"");
    let found = verdict(twice.as_bytes(), &with_key()).unwrap_err();
    assert!(found.to_string().contains("a member name is repeated"), "{found}");
}

#[test]
fn the_header_has_one_spelling_of_each_value() {
    let export = export(&log());
    let cases = [
        ("BEGIN PUBLIC KEY-----\\n", "BEGIN PUBLIC KEY-----\\r", "the member public_key is malformed"),
        ("BEGIN CERTIFICATE-----\\n", "BEGIN CERTIFICATE-----\\r", "the member certificate is malformed"),
        ("\"entries\":\"6\"", "\"entries\":\"06\"", "the member entries is malformed"),
        ("\"entries\":\"6\"", "\"entries\":\"+6\"", "the member entries is malformed"),
        ("\"version\":2,", "\"version\":3,", "not an export of the format sigap-log-export, version 1 or 2"),
    ];
    for (from, to, problem) in cases {
        let found = verdict(export.replacen(from, to, 1).as_bytes(), &with_key()).unwrap_err();
        assert_eq!(found.to_string(), format!("bad entry=0: line 1: {problem}"), "{from} to {to}");
    }
}

#[test]
fn a_kept_checkpoint_shows_an_old_or_rewritten_export() {
    let trust = Trust { checkpoints: log().checkpoints, ..with_key() };
    let old = export(&Log::of(&leaves()[..4], &[3]));
    assert!(verdict(old.as_bytes(), &with_key()).is_ok());
    let found = verdict(old.as_bytes(), &trust).unwrap_err();
    assert_eq!(
        found.to_string(),
        "bad entry=5: the log ends before it, but a kept checkpoint knows 6 entries: it was rolled back"
    );
    let mut changed = leaves();
    changed[4].actor = "user/nobody".into();
    let rewritten = export(&Log::of(&changed, &[]));
    assert!(verdict(rewritten.as_bytes(), &with_key()).is_ok());
    assert_eq!(verdict(rewritten.as_bytes(), &trust).unwrap_err().entry(), 6);
}

prop_compose! {
    fn event()(
        stream in 0usize..3,
        (key, kind, actor) in any::<(String, String, String)>(),
        (policy, at_us) in any::<(u64, i64)>(),
        body in prop_oneof![
            any::<Vec<u8>>(),
            any::<(f64, i64, String)>().prop_map(|body| serde_json::to_vec(&body).expect("plain JSON")),
            any::<String>().prop_map(String::into_bytes),
        ],
    ) -> (usize, Leaf) {
        (stream, Leaf { index: 0, stream: format!("stream \u{1}{stream}\""), version: 0, key, kind, actor, policy, at_us, body })
    }
}

fn numbered(events: Vec<(usize, Leaf)>) -> Vec<Leaf> {
    let mut versions = [0; 3];
    let number = |(index, (stream, leaf)): (u64, (usize, Leaf))| {
        versions[stream] += 1;
        Leaf { index, version: versions[stream], ..leaf }
    };
    (1..).zip(events).map(number).collect()
}

proptest! {
    // Each case signs and verifies up to 50 times; more cases would cost every test run half a minute.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_log_verifies_from_its_export_and_no_byte_can_be_changed(
        events in prop::collection::vec(event(), 0..6),
        checkpoints_at in prop::collection::vec(0u64..6, 0..3),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 8),
    ) {
        let log = Log::of(&numbered(events), &checkpoints_at);
        let export = export(&log);
        prop_assert_eq!(verdict(export.as_bytes(), &with_key()).unwrap().log, log.verify().unwrap());
        for (at, to) in changes {
            let mut bytes = export.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = to;
            check_against_json(&export, &bytes, &with_key());
            check_against_json(&export, &bytes, &Trust::default());
        }
    }

    #[test]
    fn any_lines_are_answered_without_a_panic(lines in prop::collection::vec(any::<String>(), 0..4)) {
        prop_assert!(verdict(lines.join("\n").as_bytes(), &Trust::default()).is_err());
    }
}
