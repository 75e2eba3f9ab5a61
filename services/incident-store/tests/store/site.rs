//! People, sessions, agencies, areas, policy.

use dispatch_core::actor::Actor;
use dispatch_core::area::bangka_selatan;
use dispatch_core::draft::DraftStep;
use dispatch_core::duty::{Audio, DutyState, SetDuty};
use dispatch_core::ids::{AgencyCode, RulesDraftId};
use dispatch_core::place::csv;
use dispatch_core::policy::{Rules, RulesChange};
use dispatch_core::private::Private;
use dispatch_core::site::UserRole;
use dispatch_core::time::Seconds;
use incident_store::{DeskCommand, SiteCommand, SiteRefusal, Submission, SubmitError, polygon_geojson};

use crate::support::on_both;
use crate::support::words::*;

fn refusal(result: Result<incident_store::Receipt, SubmitError>) -> SiteRefusal {
    match result {
        Err(SubmitError::Site(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_store_is_founded_once() {
    on_both(|place| async move {
        let desk = place.desk().await;
        assert!(!desk.store().is_founded().await.unwrap());
        on_site(&desk, SiteCommand::Found { demo: true }).await.unwrap();
        let founding = desk.store().founding().await.unwrap().unwrap();
        assert_eq!((founding.demo, founding.at), (true, place.clock.now()));
        assert_eq!(refusal(on_site(&desk, SiteCommand::Found { demo: false }).await), SiteRefusal::Founded);
        desk.stop().await;
    });
}

#[test]
fn people_are_added_changed_and_found_by_name() {
    on_both(|place| async move {
        let desk = place.desk().await;
        on_site(&desk, add_agency(1)).await.unwrap();
        on_site(&desk, add_user(1, "Petugas1", UserRole::CallTaker, None)).await.unwrap();
        let taken = on_site(&desk, add_user(2, " petugas1", UserRole::CallTaker, None)).await;
        assert_eq!(refusal(taken), SiteRefusal::UsernameTaken);
        let homeless = on_site(&desk, add_user(3, "damkar", UserRole::Dispatcher, None)).await;
        assert_eq!(refusal(homeless), SiteRefusal::AgencyMismatch);
        let stranger = on_site(&desk, add_user(3, "damkar", UserRole::Dispatcher, Some(9))).await;
        assert_eq!(refusal(stranger), SiteRefusal::UnknownAgency);
        let nameless = on_site(&desk, add_user(3, "  ", UserRole::Admin, None)).await;
        assert_eq!(refusal(nameless), SiteRefusal::Text { field: "username" });
        on_site(&desk, add_user(3, "damkar", UserRole::Dispatcher, Some(1))).await.unwrap();

        let (found, hash) = desk.store().user_by_name("PETUGAS1").await.unwrap().unwrap();
        assert_eq!(
            (found.id, found.username.reveal().as_str(), hash.as_str()),
            (user(1), "Petugas1", "hash-1")
        );
        let change = SiteCommand::ChangeUser {
            user: user(3),
            name: Some(Private::new("Siti".into())),
            role: Some(UserRole::Supervisor),
            agency: None,
            active: None,
            decree: None,
        };
        on_site(&desk, change).await.unwrap();
        on_site(&desk, SiteCommand::SetPassword { user: user(3), hash: "baru".into(), temporary: true })
            .await
            .unwrap();
        let (siti, hash) = desk.store().user_by_name("damkar").await.unwrap().unwrap();
        assert_eq!(
            (siti.role, siti.agency, siti.name.reveal().as_str()),
            (UserRole::Supervisor, None, "Siti")
        );
        assert_eq!(hash, "baru");
        let unknown =
            on_site(&desk, SiteCommand::SetPassword { user: user(8), hash: String::new(), temporary: false })
                .await;
        assert_eq!(refusal(unknown), SiteRefusal::UnknownUser);
        let all = desk.store().users().await.unwrap();
        assert_eq!(all.iter().map(|user| user.id).collect::<Vec<_>>(), [user(3), user(1)]);
        assert_eq!(desk.store().user(user(3)).await.unwrap(), Some(siti));
        desk.stop().await;
    });
}

#[test]
fn a_session_ends_by_log_out_by_time_and_with_the_account() {
    on_both(|place| async move {
        let desk = place.desk().await;
        on_site(&desk, add_user(1, "petugas1", UserRole::CallTaker, None)).await.unwrap();
        let expires_at =
            dispatch_core::time::Timestamp::from_micros(place.clock.now().as_micros() + 3_600_000_000);
        for n in 1..=3 {
            let open = SiteCommand::OpenSession { user: user(1), token_hash: [n; 32], expires_at };
            on_site(&desk, open).await.unwrap();
        }
        let session = desk.store().session(&[1; 32]).await.unwrap().unwrap();
        assert_eq!(
            (session.user.id, session.opened_at, session.expires_at),
            (user(1), place.clock.now(), expires_at)
        );
        assert_eq!(desk.store().session(&[9; 32]).await.unwrap(), None);

        on_site(&desk, SiteCommand::CloseSession { token_hash: [1; 32] }).await.unwrap();
        assert_eq!(desk.store().session(&[1; 32]).await.unwrap(), None);
        let again = on_site(&desk, SiteCommand::CloseSession { token_hash: [1; 32] }).await.unwrap();
        assert!(again.first_index > again.last_index, "nothing needed to happen");
        assert!(desk.store().session(&[2; 32]).await.unwrap().is_some());
        on_site(&desk, SiteCommand::CloseSessionsOf { user: user(1) }).await.unwrap();
        assert_eq!(desk.store().session(&[2; 32]).await.unwrap(), None);

        let open = SiteCommand::OpenSession { user: user(1), token_hash: [4; 32], expires_at };
        on_site(&desk, open.clone()).await.unwrap();
        let off = SiteCommand::ChangeUser {
            user: user(1),
            name: None,
            role: None,
            agency: None,
            active: Some(false),
            decree: None,
        };
        on_site(&desk, off).await.unwrap();
        assert_eq!(desk.store().session(&[4; 32]).await.unwrap(), None);
        assert_eq!(refusal(on_site(&desk, open).await), SiteRefusal::Inactive);
        let on = SiteCommand::ChangeUser {
            user: user(1),
            name: None,
            role: None,
            agency: None,
            active: Some(true),
            decree: None,
        };
        on_site(&desk, on).await.unwrap();
        assert!(desk.store().session(&[4; 32]).await.unwrap().is_some());
        place.clock.pass(3_600);
        assert_eq!(desk.store().session(&[4; 32]).await.unwrap(), None);
        on_site(&desk, SiteCommand::LogInFailed { user: None }).await.unwrap();
        desk.stop().await;
    });
}

#[test]
fn agencies_and_rules_are_used_at_once() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let rules = Rules::default_rules().unwrap();
        assert_eq!(desk.policy().rules, rules);
        on_site(&desk, add_agency(1)).await.unwrap();
        assert_eq!(refusal(on_site(&desk, add_agency(1)).await), SiteRefusal::AgencyCodeTaken);
        assert_eq!(desk.policy().directory.agencies.len(), 1);

        let draft = RulesDraftId(uuid());
        let change = RulesChange {
            decree: "Keputusan Bupati 1/2027".into(),
            owner: "Diskominfo".into(),
            close_within: Some(Seconds::minutes(30)),
            ..RulesChange::default()
        };
        let step = |revision, step| DeskCommand::Site(SiteCommand::StepRulesDraft { draft, revision, step });
        let save = SiteCommand::SaveRulesDraft {
            draft,
            revision: None,
            change: Box::new(change.clone()),
            began: None,
        };
        desk.submit(by(1, DeskCommand::Site(save))).await.unwrap();
        desk.submit(by(1, step(1, DraftStep::Submit))).await.unwrap();
        desk.submit(by(2, step(1, DraftStep::Approve))).await.unwrap();
        let next = rules.with(&change, place.clock.now());
        let current = rules.version;
        assert_eq!(desk.policy().rules, next);
        assert_eq!(desk.store().policy().await.unwrap(), desk.policy());
        assert_eq!(desk.store().agencies().await.unwrap().len(), 1);
        let last = desk.store().changes_after(0, 100).await.unwrap().pop().unwrap();
        assert_eq!(last.policy, current + 1);
        desk.stop().await;
        let desk = place.desk().await;
        assert_eq!(desk.policy().rules, next);
        desk.stop().await;
    });
}

#[test]
fn an_agency_is_changed_and_the_last_one_stays() {
    on_both(|place| async move {
        let desk = place.desk().await;
        on_site(&desk, add_agency(1)).await.unwrap();
        let change = |n: u64, functions: Option<&[&str]>, active| SiteCommand::ChangeAgency {
            agency: agency(n),
            name: Some(" Dinas Damkar ".trim().to_owned()),
            functions: functions.map(|list| list.iter().map(|code| AgencyCode::new(*code)).collect()),
            active,
            decree: Some("Perbup 5/2026".into()),
        };
        assert_eq!(refusal(on_site(&desk, change(1, None, Some(false))).await), SiteRefusal::LastAgency);
        assert_eq!(refusal(on_site(&desk, change(7, None, None)).await), SiteRefusal::UnknownAgency);
        on_site(&desk, change(1, Some(&["rescue"]), None)).await.unwrap();
        let entry = desk.policy().directory.agencies[&agency(1)].clone();
        let rescue = AgencyCode::new("rescue");
        assert_eq!((entry.name.as_str(), entry.functions.len(), entry.active), ("Dinas Damkar", 2, true));
        assert_eq!(desk.policy().directory.by_function(&rescue).map(|one| one.id), Some(agency(1)));
        on_site(&desk, add_agency(2)).await.unwrap();
        on_site(&desk, change(1, None, Some(false))).await.unwrap();
        assert_eq!(desk.policy().directory.by_function(&rescue), None);
        assert_eq!(desk.store().agencies().await.unwrap().iter().filter(|one| one.active).count(), 1);
        let known = desk.policy();
        desk.stop().await;
        let desk = place.desk().await;
        assert_eq!(desk.policy(), known);
        desk.stop().await;
    });
}

#[test]
fn areas_come_back_with_their_outlines() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let mut areas = bangka_selatan::areas();
        let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kode":"19.03.01","nama":"Toboali"},
            "geometry":{"type":"Polygon","coordinates":[[[106.4,-3.1],[106.6,-3.1],[106.6,-2.9],[106.4,-3.1]]]}}]}"#;
        let (outlined, _) = dispatch_core::area::geojson::parse(text).unwrap();
        let import = |areas: Vec<dispatch_core::area::Area>| SiteCommand::ImportAreas {
            areas,
            sha256: "ab".into(),
            decree: None,
        };
        on_site(&desk, import(areas.clone())).await.unwrap();
        on_site(&desk, import(outlined.clone())).await.unwrap();
        areas.retain(|area| area.code != outlined[0].code);
        areas.extend(outlined.clone());
        areas.sort_by(|a, b| a.code.cmp(&b.code));
        let stored = desk.store().areas().await.unwrap();
        assert_eq!(stored, areas);
        assert_eq!(
            polygon_geojson(&outlined[0]).unwrap()["coordinates"][0][0][1],
            serde_json::json!([106.6, -3.1])
        );
        desk.stop().await;
    });
}

#[test]
fn places_are_taken_over_by_source_and_id() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let import = |source: &str, rows: &str, replace: bool| {
            let read = csv::parse(&format!("id,nama,jenis,lat,lon,alias,km,akurasi_m\n{rows}"), source);
            assert_eq!(read.mistakes, []);
            let (source, places) = (source.to_owned(), read.places);
            SiteCommand::ImportPlaces { source, places, replace, sha256: "ab".into(), decree: None }
        };
        let names = async || {
            let stored = desk.store().places().await.unwrap();
            stored
                .into_iter()
                .map(|place| format!("{}:{} {}", place.source, place.id, place.name))
                .collect::<Vec<_>>()
        };
        let two = "1,Pasar,pasar,-3,106,Pekan|Pajak,,50\n2,Jalan Sadai,jalan,-3.1,106.6,,7+600,\n";
        on_site(&desk, import("dinas", two, false)).await.unwrap();
        on_site(&desk, import("dinas", two, false)).await.unwrap();
        on_site(&desk, import("desa", "1,Balai,kantor,-3,106,,,\n", false)).await.unwrap();
        on_site(&desk, import("dinas", "1,Pasar Baru,pasar,-3,106,Pekan,,50\n", false)).await.unwrap();
        assert_eq!(names().await, ["desa:1 Balai", "dinas:1 Pasar Baru", "dinas:2 Jalan Sadai"]);
        let stored = desk.store().places().await.unwrap();
        assert_eq!(
            (stored[1].aliases.as_slice(), stored[1].accuracy_m),
            (&["Pekan".to_owned()][..], Some(50.0))
        );
        assert_eq!(stored[2].kilometre.unwrap().to_string(), "KM 7+600");
        on_site(&desk, import("dinas", "3,Dermaga,pelabuhan,-3,106,,,\n", true)).await.unwrap();
        assert_eq!(names().await, ["desa:1 Balai", "dinas:3 Dermaga"]);
        let counted = desk.store().places_by_source().await.unwrap();
        assert_eq!(counted, [("desa".to_owned(), 1), ("dinas".to_owned(), 1)]);

        let SiteCommand::ImportPlaces { places, .. } = import("lain", two, false) else { unreachable!() };
        let mixed = SiteCommand::ImportPlaces {
            source: "dinas".into(),
            places,
            replace: false,
            sha256: String::new(),
            decree: None,
        };
        assert_eq!(refusal(on_site(&desk, mixed).await), SiteRefusal::Text { field: "source" });
        desk.stop().await;
    });
}

#[test]
fn a_duty_is_set_once_and_kept() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let ready = || {
            let wish = SetDuty {
                state: DutyState::Ready,
                audio: Some(Audio::Phone { uri: "sip:21@10.0.0.9".into() }),
                skills: None,
            };
            Submission::new(new_key(), Actor::User(user(1)), DeskCommand::Duty(user(1), wish))
        };
        desk.submit(ready()).await.unwrap();
        let again = desk.submit(ready()).await.unwrap();
        assert!(again.first_index > again.last_index);
        let duty = desk.store().duty(user(1)).await.unwrap().unwrap();
        assert_eq!((duty.state, duty.since), (DutyState::Ready, place.clock.now()));
        assert_eq!(desk.store().duties().await.unwrap(), [duty]);
        assert_eq!(desk.store().duty(user(2)).await.unwrap(), None);
        desk.stop().await;
    });
}
