//! Incidents as a shift report tells them: one text file each in `tests/scenarios`, which says how to read it.

use dispatch_core::actor::Actor;
use dispatch_core::category::{Priority, TypeCode};
use dispatch_core::ids::AgencyCode;
use dispatch_core::incident::{Change, Edit, IncidentCommand, IncidentEvent, IncidentRefusal, ReportSource};
use dispatch_core::private::Private;
use dispatch_core::routing::{self, Role, Target};
use dispatch_core::time::{Seconds, Timestamp};

use crate::bench::{AGENCIES, Bench, agency, person, report};

/// One line: at that second, somebody does something, or something is expected.
struct Line<'a> {
    seconds: u32,
    clock: &'a str,
    text: &'a str,
}

fn line(text: &str) -> Option<Line<'_>> {
    let text = text.split('#').next().unwrap_or_default().trim();
    let (clock, text) = text.split_once(' ')?;
    let seconds = clock.split(':').fold(0, |all, part| all * 60 + part.parse::<u32>().expect("HH:MM:SS"));
    Some(Line { seconds, clock, text: text.trim() })
}

/// Plays a scenario; what it did of its own accord, as lines, and what the file says it does.
fn play(text: &str) -> (Vec<String>, Vec<String>) {
    let lines: Vec<Line<'_>> = text.lines().filter_map(line).collect();
    let first = lines.first().expect("a line").seconds;
    let mut bench = Bench::new();
    // 17.00 UTC of the day before is midnight in WIB.
    let midnight: Timestamp = "2026-11-21T17:00:00Z".parse().unwrap();
    bench.now = midnight.after(Seconds(first));
    let mut expected = Vec::new();
    for Line { seconds, clock, text } in lines {
        let at = midnight.after(Seconds(seconds));
        if let Some(what) = text.strip_prefix("> ") {
            expected.push(format!("{clock} {what}"));
        }
        if bench.incident.is_some() {
            let span = at.millis_since(bench.now) / 1000;
            bench.wait(Seconds(u32::try_from(span).expect("lines are in the order of time")));
        }
        if !text.starts_with("> ") {
            let (wish, refusal) = text.split_once(" => ").map_or((text, None), |(w, r)| (w, Some(r)));
            let result = act(&mut bench, wish);
            let refused = result.err().map(|refusal| refused(&refusal));
            assert_eq!(refused.as_deref(), refusal, "{clock} {text}");
        }
    }
    (told(&bench, midnight), expected)
}

fn refused(refusal: &IncidentRefusal) -> String {
    if let IncidentRefusal::AgenciesUnfinished { agencies } = refusal {
        let codes: Vec<_> = agencies.iter().map(ToString::to_string).collect();
        return format!("belum melapor: {}", codes.join(" "));
    }
    if let IncidentRefusal::NotInThisState { from, to } = refusal {
        return format!("tidak dari {from} ke {to}");
    }
    let words = [
        (IncidentRefusal::ReasonMissing, "alasan harus ada"),
        (IncidentRefusal::Ended, "sudah berakhir"),
        (IncidentRefusal::NobodyToSend, "tidak ada yang dikirim"),
    ];
    let known = words.into_iter().find(|(known, _)| known == refusal);
    known.map_or_else(|| panic!("no words for {refusal}"), |(_, words)| words.to_owned())
}

fn act(bench: &mut Bench, text: &str) -> Result<(), IncidentRefusal> {
    let said = |words: &[&str]| Private::new(words.join(" "));
    let words: Vec<&str> = text.split_whitespace().collect();
    let (who, does, rest) = (words[0], words[1], &words[2..]);
    let by = if who == "pengawas" { person(9) } else { person(1) };
    let command = match (who, does) {
        (_, "membuka") if rest.first() == Some(&"kembali") => {
            IncidentCommand::Reopen { reason: said(&rest[1..]) }
        }
        (_, "membuka") => {
            let kind = bench.policy.rules.kind(&TypeCode::new(rest[0])).expect("a type").clone();
            let priority = priority(rest[1]);
            IncidentCommand::Open(Box::new(report(rest[0], kind.category, priority)))
        }
        (_, "mengirim") => IncidentCommand::Dispatch { targets: targets(bench, rest), note: None },
        (_, "mencatat") => IncidentCommand::AddNote { text: said(rest) },
        (_, "menaikkan" | "menurunkan") => IncidentCommand::Edit {
            version: bench.incident().version,
            edit: Box::new(Edit { priority: Some(priority(rest[0])), ..Edit::default() }),
        },
        (_, "menutup") => IncidentCommand::Close {
            reason: (!rest.is_empty()).then(|| said(rest)),
            may_override: who == "pengawas",
        },
        (_, "membatalkan") => IncidentCommand::Cancel { reason: said(rest) },
        ("konsol", code) => {
            assert_eq!(rest, ["mati"], "{text}");
            return bench.run(Actor::System, IncidentCommand::ConsoleOff { id: bench.assignment_of(code) });
        }
        (code, step) => {
            let (rest, source) = match rest.split_last() {
                Some((&"(telepon)", rest)) => (rest, ReportSource::Telephone),
                Some((&"(radio)", rest)) => (rest, ReportSource::Radio),
                _ => (rest, ReportSource::Console),
            };
            let change = change(step, rest);
            let by =
                person(100 + AGENCIES.iter().position(|known| *known == code).expect("an agency") as u128);
            let by = if source == ReportSource::Console { by } else { person(1) };
            return bench
                .give(by, IncidentCommand::Assignment { id: bench.assignment_of(code), change, source });
        }
    };
    bench.give(by, command)
}

fn change(step: &str, rest: &[&str]) -> Change {
    let text = || rest.join(" ");
    match step {
        "terkirim" => Change::Delivered,
        "melihat" => Change::Seen,
        "menerima" => Change::Acknowledge { unit: Some(text()).filter(|unit| !unit.is_empty()) },
        "menolak" => Change::Decline { reason: Private::new(text()) },
        "berangkat" => Change::EnRoute,
        "tiba" => Change::OnScene,
        "menangani" => Change::Working,
        "terkendali" => Change::UnderControl,
        "selesai" => Change::Complete { note: None },
        other => panic!("{other} is no step"),
    }
}

fn priority(code: &str) -> Priority {
    Priority::ALL.into_iter().find(|priority| priority.code() == code).expect("a priority")
}

/// `rencana`: whom the plan proposes; else codes, the first leads.
fn targets(bench: &Bench, words: &[&str]) -> Vec<Target> {
    if words == ["rencana"] {
        let incident = bench.incident();
        return routing::propose(&bench.policy, incident.kind.as_ref(), incident.category, &[]).targets;
    }
    let role = |place| if place == 0 { Role::Lead } else { Role::Support };
    let target = |(place, code): (usize, &&str)| Target {
        agency: agency(code),
        code: AgencyCode::new(*code),
        role: role(place),
        because: "dipilih petugas".into(),
    };
    words.iter().enumerate().map(target).collect()
}

/// What happened of its own accord.
fn told(bench: &Bench, midnight: Timestamp) -> Vec<String> {
    let lines = bench.history.iter().filter_map(|(at, actor, event)| {
        let seconds = at.millis_since(midnight) / 1000;
        let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let who = |id| bench.incident().assignment(id).map_or("-", |a| a.code.0.as_str());
        let text = if let IncidentEvent::Escalated { step, cause, .. } = event {
            let about = cause.assignment().map_or("insiden", who);
            format!("{about}: {}", step.label_id())
        } else if let IncidentEvent::Assigned { assignment } = event {
            let asked_by_rule =
                *actor == Actor::System || assignment.because != dispatch_core::incident::Because::Dispatch;
            if !asked_by_rule {
                return None;
            }
            format!("{} diminta", assignment.code)
        } else if let IncidentEvent::ConsoleOff { assignment } = event {
            format!("{}: konsol tertutup, saluran kedua seketika", who(*assignment))
        } else if let IncidentEvent::PlanExhausted { .. } = event {
            "tidak ada lagi instansi dalam rencana".to_owned()
        } else {
            return None;
        };
        Some(format!("{clock} {text}"))
    });
    let status = bench.incident().status();
    let end = serde_json::to_value(status).unwrap().as_str().unwrap().to_owned();
    let seconds = bench.now.millis_since(midnight) / 1000;
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    lines.chain([format!("{clock} keadaan {end}")]).collect()
}

#[test]
fn every_scenario_happens_as_it_is_told() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    assert!(files.len() >= 8, "{}", files.len());
    let mut wrong = String::new();
    for file in files {
        let (told, expected) = play(&std::fs::read_to_string(&file).unwrap());
        if told != expected {
            let (told, expected) = (told.join("\n"), expected.join("\n"));
            wrong += &format!("{}\n--- happened\n{told}\n--- told\n{expected}\n", file.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
