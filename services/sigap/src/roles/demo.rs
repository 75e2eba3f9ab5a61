//! The demo: Kabupaten Bangka Selatan, seven agencies, and the users of the contract. Its neighbour, Kabupaten Bangka
//! Tengah, has the same agencies and users, and neither places nor units: it is there to answer.

use std::net::SocketAddr;

use anyhow::bail;
use dispatch_core::actor::Actor;
use dispatch_core::area::bangka_selatan;
use dispatch_core::ids::{AgencyCode, AgencyId, RosterPersonId, UserId};
use dispatch_core::place;
use dispatch_core::private::Private;
use dispatch_core::roster::{Person, Post, Reach, RosterCommand};
use dispatch_core::site::UserRole;
use incident_store::{Desk, DeskCommand, IdempotencyKey, SiteCommand, Submission};
use uuid::Uuid;

use super::demo_units;
use crate::config::{Config, DemoCentre};

/// The password of every demo user.
pub const PASSWORD: &str = "sigap-demo";

/// Code, name, and the functions that the body fills beside its own (domain: Damkar and disaster tasks sit
/// inside Satpol PP in Bangka Selatan; the demo keeps them apart so that each has a console).
const AGENCIES: [(&str, &str, &[&str]); 7] = [
    ("damkar", "Pemadam Kebakaran", &[]),
    ("bpbd", "BPBD / Pusdalops", &[]),
    ("ambulans", "Ambulans RSUD", &["puskesmas"]),
    ("polres", "Polres Bangka Selatan", &["polairud"]),
    ("satpolpp", "Satuan Polisi Pamong Praja", &[]),
    ("basarnas", "Unit Siaga SAR Toboali", &[]),
    ("pln", "PLN ULP Toboali", &[]),
];

/// User name, name to show, role.
const STAFF: [(&str, &str, UserRole); 7] = [
    ("petugas1", "Petugas Satu", UserRole::CallTaker),
    ("petugas2", "Petugas Dua", UserRole::CallTaker),
    ("petugas3", "Petugas Tiga", UserRole::CallTaker),
    ("pengawas", "Pengawas Piket", UserRole::Supervisor),
    ("admin", "Admin Sistem", UserRole::Admin),
    ("auditor", "Auditor", UserRole::Auditor),
    ("dinding", "Layar Dinding", UserRole::Wall),
];

/// Fills an empty store; does nothing to a demo store; refuses any other.
pub async fn prepare(desk: &Desk, centre: DemoCentre) -> anyhow::Result<()> {
    match desk.store().founding().await? {
        Some(founding) if founding.demo => return people_to_ring(desk, centre).await,
        Some(_) => bail!("--demo refuses this store: it holds real data; choose another --data-dir"),
        None => {}
    }
    let hash = console_api::hash_password(PASSWORD)?;
    // One submission: either the whole demo is there or nothing of it.
    let mut commands = vec![SiteCommand::Found { demo: true }];
    commands.extend(land(centre));
    let mut units = Vec::new();
    for (code, name, functions) in AGENCIES {
        let name = named(name, centre);
        let agency = AgencyId(Uuid::now_v7());
        let functions = functions.iter().map(|f| AgencyCode::new(*f)).collect();
        commands.push(SiteCommand::AddAgency {
            agency,
            code: AgencyCode::new(code),
            name: name.clone(),
            functions,
            decree: None,
        });
        if centre == DemoCentre::South {
            units.extend(demo_units::of(code, agency));
        }
        commands.push(user(code, &format!("Petugas {name}"), UserRole::Dispatcher, Some(agency), &hash));
    }
    for (username, name, role) in STAFF {
        commands.push(user(username, name, role, None, &hash));
    }
    let commands = commands.into_iter().map(DeskCommand::Site).chain(units).collect();
    let key = IdempotencyKey::new("demo")?;
    let submission = Submission {
        key,
        fingerprint: None,
        actor: Actor::System,
        commands,
        journal: None,
        completes: None,
        keep_answer: false,
    };
    desk.submit(submission).await?;
    people_to_ring(desk, centre).await
}

/// Where the centre is, and what it has a name for there.
fn land(centre: DemoCentre) -> Vec<SiteCommand> {
    let areas = |areas| SiteCommand::ImportAreas { areas, sha256: String::new(), decree: None };
    match centre {
        DemoCentre::Middle => vec![areas(bangka_selatan::areas_of_bangka_tengah())],
        DemoCentre::South => vec![
            areas(bangka_selatan::areas()),
            SiteCommand::ImportPlaces {
                source: place::bangka_selatan::SOURCE.to_owned(),
                places: place::bangka_selatan::places(),
                replace: false,
                sha256: String::new(),
                decree: None,
            },
        ],
    }
}

/// An agency's name in this kabupaten and its capital.
fn named(name: &str, centre: DemoCentre) -> String {
    match centre {
        DemoCentre::South => name.to_owned(),
        DemoCentre::Middle => name.replace("Bangka Selatan", centre.kabupaten()).replace("Toboali", "Koba"),
    }
}

/// Whom a supervisor of the demo rings when an agency is silent. The numbers belong to nobody who could answer. One
/// key: what was changed since stays as it is.
async fn people_to_ring(desk: &Desk, centre: DemoCentre) -> anyhow::Result<()> {
    let Some((admin, _)) = desk.store().user_by_name("admin").await? else { return Ok(()) };
    let policy = desk.policy();
    let mut people = vec![(None, Post::Sekda, "Piket Sekda".to_owned())];
    for (code, name, _) in AGENCIES {
        let Some(agency) = policy.directory.by_code(&AgencyCode::new(code)).map(|entry| entry.id) else {
            continue;
        };
        let name = named(name, centre);
        people.push((Some(agency), Post::DutyOfficer, format!("Piket {name}")));
        people.push((Some(agency), Post::AgencyHead, format!("Kabid {name}")));
        people.push((Some(agency), Post::ServiceHead, format!("Kepala {name}")));
    }
    let person = |(place, (agency, post, name)): (usize, (Option<AgencyId>, Post, String))| {
        let person = Person {
            id: RosterPersonId(Uuid::now_v7()),
            agency,
            post,
            name: Private::new(name),
            phone: Some(Private::new(format!("+6281100000{place:02}"))),
            email: None,
            user: None,
            standing: true,
            active: true,
            decree: None,
        };
        let command = RosterCommand::SetPerson(Box::new(person));
        DeskCommand::Site(SiteCommand::ChangeRoster { reach: Reach::All, command })
    };
    let commands: Vec<DeskCommand> = people.into_iter().enumerate().map(person).collect();
    let [first, rest @ ..] = commands.as_slice() else { return Ok(()) };
    let mut submission =
        Submission::new(IdempotencyKey::new("demo-roster")?, Actor::User(admin.id), first.clone());
    submission.commands.extend(rest.iter().cloned());
    desk.submit(submission).await?;
    Ok(())
}

fn user(username: &str, name: &str, role: UserRole, agency: Option<AgencyId>, hash: &str) -> SiteCommand {
    SiteCommand::AddUser {
        user: UserId(Uuid::now_v7()),
        username: Private::new(username.to_owned()),
        name: Private::new(name.to_owned()),
        role,
        agency,
        password_hash: hash.to_owned(),
        temporary: false,
        decree: None,
    }
}

/// What the first screen of a newcomer needs to know; on standard error, beside the log.
/// Without `sip` the calls come in at another process.
pub fn greet(config: &Config, centre: DemoCentre, http: SocketAddr, sip: Option<SocketAddr>) {
    eprintln!("\nSigap 112 – DEMO, Kabupaten {}\n  konsol   http://{http}", centre.kabupaten());
    if let Some(sip) = sip {
        eprintln!("  telepon  sip:112@{sip} (UDP dan TCP)");
    }
    eprintln!("  sandi    {PASSWORD}");
    eprintln!("  petugas  petugas1 petugas2 petugas3 · pengawas · admin · auditor");
    eprintln!("  instansi damkar bpbd ambulans polres satpolpp basarnas pln");
    for neighbour in &config.neighbours {
        eprintln!("  tetangga {} {}", neighbour.who.code, neighbour.who.name);
    }
    eprintln!("  berhenti Ctrl+C\n");
}
