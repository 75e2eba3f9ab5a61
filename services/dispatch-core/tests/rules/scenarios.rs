//! Incidents as a shift report tells them: one text file each in `tests/scenarios`, which says how to read it.

use dispatch_core::actor::Actor;
use dispatch_core::card::{AnswerCode, CardAnswer, CardCode, Chosen, Flag, QuestionCode, Words};
use dispatch_core::category::{Priority, TypeCode};
use dispatch_core::ids::{AgencyCode, AreaCode, CallId, IncidentId, UnitId};
use dispatch_core::incident::{
    self, Assignment, Change, Edit, IncidentCommand, IncidentEvent, IncidentRefusal, Neighbour, ReportSource,
    Returned, TransferAnswer, TransferCommand,
};
use dispatch_core::private::Private;
use dispatch_core::routing::{self, Role, Situation, Target};
use dispatch_core::time::{Seconds, Timestamp};
use dispatch_core::unit::{UnitTag, holders};
use uuid::Uuid;

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

/// Before what concerns the second report.
const SECOND: &str = "kedua: ";

/// Plays a scenario; what it did of its own accord, as lines, and what the file says it does.
fn play(text: &str) -> (Vec<String>, Vec<String>) {
    let lines: Vec<Line<'_>> = text.lines().filter_map(line).collect();
    let first = lines.first().expect("a line").seconds;
    let mut bench = Bench::new();
    // 17.00 UTC of the day before is midnight in WIB.
    let midnight: Timestamp = "2026-11-21T17:00:00Z".parse().unwrap();
    bench.now = midnight.after(Seconds(first));
    // Another report of the shift: an incident of its own, until somebody merges it.
    let mut second = Bench::new();
    second.id = IncidentId(Uuid::from_u64_pair(0x0193_5A00_0000_7ABD, 0x8123_4567_89AB_CDEF));
    let mut expected = Vec::new();
    for Line { seconds, clock, text } in lines {
        let at = midnight.after(Seconds(seconds));
        if let Some(what) = text.strip_prefix("> ") {
            expected.push(format!("{clock} {what}"));
        }
        for bench in [&mut bench, &mut second] {
            if bench.incident.is_some() {
                let span = at.millis_since(bench.now) / 1000;
                bench.wait(Seconds(u32::try_from(span).expect("lines are in the order of time")));
            } else {
                bench.now = at;
            }
        }
        if let Some(codes) = text.strip_prefix("usulan ") {
            let proposed: Vec<String> = proposed(&bench).iter().map(|t| t.code.to_string()).collect();
            assert_eq!(proposed.join(" "), codes, "{clock} {text}");
        } else if !text.starts_with("> ") {
            let (wish, refusal) = text.split_once(" => ").map_or((text, None), |(w, r)| (w, Some(r)));
            let result = match (wish.strip_prefix(SECOND), wish.split_once(' ')) {
                (Some(wish), _) => act(&mut second, wish),
                (None, Some((_, how @ ("menggabungkan kedua" | "memisahkan kedua")))) => {
                    merge_or_split(&mut bench, &mut second, how == "menggabungkan kedua")
                }
                (None, _) => act(&mut bench, wish),
            };
            let refused = result.err().map(|refusal| refused(&refusal));
            assert_eq!(refused.as_deref(), refusal, "{clock} {text}");
        }
    }
    let mut told = told(&bench, midnight, "");
    if second.incident.is_some() {
        told.extend(self::told(&second, midnight, SECOND));
        // In the order of time, the first one's before the second one's; how they stand comes last.
        told.sort_by_key(|(at, is_end, _)| (*is_end, *at));
    }
    (told.into_iter().map(|(.., line)| line).collect(), expected)
}

/// Merges the second report into the first, or splits it out again: both commands or none, as the desk does.
fn merge_or_split(first: &mut Bench, second: &mut Bench, merges: bool) -> Result<(), IncidentRefusal> {
    let commands = if merges {
        incident::merge(second.incident(), first.incident())
    } else {
        incident::unmerge(second.incident(), first.incident())
    };
    for (id, command) in commands {
        let bench = if id == first.id { &mut *first } else { &mut *second };
        bench.give(person(9), command)?;
    }
    Ok(())
}

fn refused(refusal: &IncidentRefusal) -> String {
    if let IncidentRefusal::AgenciesUnfinished { agencies } = refusal {
        let codes: Vec<_> = agencies.iter().map(ToString::to_string).collect();
        return format!("belum melapor: {}", codes.join(" "));
    }
    if let IncidentRefusal::TransferStands { to } = refusal {
        return format!("masih di {to}");
    }
    if let IncidentRefusal::Merged { .. } = refusal {
        return "sudah digabung".to_owned();
    }
    if let IncidentRefusal::NotInThisState { from, to } = refusal {
        return format!("tidak dari {from} ke {to}");
    }
    let words = [
        (IncidentRefusal::ReasonMissing, "alasan harus ada"),
        (IncidentRefusal::Ended, "sudah berakhir"),
        (IncidentRefusal::NobodyToSend, "tidak ada yang dikirim"),
        (IncidentRefusal::NameMissing, "nama harus ada"),
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
        (_, "alarm") => IncidentCommand::RaiseAlarm { to: rest[0].parse().expect("a level"), reason: None },
        (_, "menjawab") => IncidentCommand::AnswerCard { answers: vec![answer(rest[0])] },
        (_, "mengaitkan") => {
            let call = rest[1].parse().expect("a number");
            IncidentCommand::AttachCall { call: CallId(Uuid::from_u128(call)) }
        }
        (_, "menyatakan") => IncidentCommand::DeclareMassEvent,
        (_, "mengakhiri") => IncidentCommand::EndMassEvent,
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
        ("petugas" | "pengawas", "menyerahkan") => {
            IncidentCommand::Transfer(TransferCommand::Offer { to: neighbour(rest[0]) })
        }
        ("petugas" | "pengawas", "menarik") => {
            let id = bench.incident().transfers.last().expect("an offer").id;
            IncidentCommand::Transfer(TransferCommand::Withdraw { id })
        }
        ("tetangga", code) => return neighbour_says(bench, code, rest),
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
            let id = bench.assignment_of(code);
            match step {
                "mengerahkan" => {
                    let unit = unit(rest);
                    return bench.give(by, IncidentCommand::JoinUnit { assignment: id, unit });
                }
                "menarik" => {
                    let unit = unit(rest).id;
                    return bench.give(by, IncidentCommand::LeaveUnit { assignment: id, unit });
                }
                _ => {}
            }
            let change = change(step, rest);
            let by =
                person(100 + AGENCIES.iter().position(|known| *known == code).expect("an agency") as u128);
            let by = if source == ReportSource::Console { by } else { person(1) };
            return bench.give(by, IncidentCommand::Assignment { id, change, source });
        }
    };
    bench.give(by, command)
}

/// A neighbouring centre by its code.
fn neighbour(code: &str) -> Neighbour {
    Neighbour { code: AreaCode(code.to_owned()), name: format!("112 {code}") }
}

/// What the neighbouring centre answers to the latest offer to it: by its own system, or `(telepon)` to the call-taker.
fn neighbour_says(bench: &mut Bench, code: &str, words: &[&str]) -> Result<(), IncidentRefusal> {
    let (words, told) = match words.split_last() {
        Some((&"(telepon)", words)) => (words, true),
        _ => (words, false),
    };
    let from = AreaCode(code.to_owned());
    let offer = bench.incident().transfers.iter().rev().find(|transfer| transfer.to.code == from);
    let id = offer.expect("an offer to it").id;
    let said = Private::new(words[1..].join(" "));
    let answer = match words[0] {
        "menerima" => TransferAnswer::Accepted { name: said, reference: Some("2026-000777".into()) },
        "menolak" => TransferAnswer::Refused { name: Private::new("Rina".into()), reason: said },
        other => panic!("{other} is no answer"),
    };
    let (by, command) = if told {
        (Actor::User(person(1)), TransferCommand::Heard { id, answer })
    } else {
        (Actor::System, TransferCommand::Answered { id, from, answer })
    };
    bench.run(by, IncidentCommand::Transfer(command))
}

/// A registered unit by its callsign.
fn unit(words: &[&str]) -> UnitTag {
    let callsign = words.join(" ");
    let number = callsign.bytes().fold(0, |all, byte| all * 256 + u128::from(byte));
    UnitTag { id: UnitId(Uuid::from_u128(number)), callsign }
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

/// The answer to a card that sets this flag.
fn answer(code: &str) -> CardAnswer {
    let flag = Flag::ALL.iter().find(|flag| flag.code() == code).expect("a flag");
    let words = |(id, en): (&str, &str)| Words { id: id.to_owned(), en: en.to_owned() };
    let (label, flags) = (words(flag.words()), vec![*flag]);
    let chosen = Chosen { code: AnswerCode::new("ya"), label, priority: None, flags };
    CardAnswer {
        card: CardCode::new("uji"),
        set_version: 1,
        question: QuestionCode::new(code),
        asked: words(("Apakah begitu?", "Is it so?")),
        answer: Some(chosen),
    }
}

/// Whom the plan proposes besides those on it.
fn proposed(bench: &Bench) -> Vec<Target> {
    let incident = bench.incident();
    let already: Vec<_> = incident.assignments.iter().map(|a| a.agency).collect();
    routing::propose(&bench.policy, &Situation::of(incident), &already).targets
}

/// `rencana`: whom the plan proposes; else codes, the first leads.
fn targets(bench: &Bench, words: &[&str]) -> Vec<Target> {
    if words == ["rencana"] {
        return proposed(bench);
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

/// What happened of its own accord: when, whether it is how it stands at the end, and the line.
fn told(bench: &Bench, midnight: Timestamp, which: &str) -> Vec<(Timestamp, bool, String)> {
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
        } else if let IncidentEvent::AlarmRaised { to, .. } = event {
            format!("alarm tingkat {to}")
        } else if let IncidentEvent::TransferAccepted { .. } = event {
            "serah terima diterima tetangga".to_owned()
        } else if let IncidentEvent::TransferReturned { why, .. } = event {
            let why = match why {
                Returned::Refused { .. } => "ditolak",
                Returned::Unanswered => "tidak dijawab",
                Returned::Withdrawn => "ditarik",
                Returned::Reopened { .. } => "dibuka kembali",
            };
            format!("serah terima kembali: {why}")
        } else if let IncidentEvent::TakenOver { assignment, .. } = event {
            format!("{} ikut ({})", assignment.code, assignment.progress.state().name())
        } else if let IncidentEvent::Merged { number, .. } = event {
            format!("digabung ke {number}")
        } else if let IncidentEvent::Unmerged { .. } = event {
            "berdiri sendiri lagi".to_owned()
        } else if let IncidentEvent::PlanExhausted { .. } = event {
            "tidak ada lagi instansi dalam rencana".to_owned()
        } else {
            return None;
        };
        Some((*at, false, format!("{clock} {which}{text}")))
    });
    let status = bench.incident().status();
    let end = serde_json::to_value(status).unwrap().as_str().unwrap().to_owned();
    let seconds = bench.now.millis_since(midnight) / 1000;
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let calls = match bench.incident().calls.len() {
        0 => String::new(),
        calls => format!(", {calls} panggilan"),
    };
    let mass = if bench.incident().master.is_some() { ", kejadian massal" } else { "" };
    let crews = crews(bench);
    lines.chain([(bench.now, true, format!("{clock} {which}keadaan {end}{calls}{mass}{crews}"))]).collect()
}

/// Whose registered units are on it.
fn crews(bench: &Bench) -> String {
    let of = |a: &Assignment| {
        let units: Vec<_> = a.units.iter().map(|unit| unit.callsign.clone()).collect();
        let on_it = holders(bench.incident()).into_iter().any(|(_, held)| held == a.id);
        on_it.then(|| format!(", {}: {}", a.code, units.join(" + ")))
    };
    bench.incident().assignments.iter().filter_map(of).collect()
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
