//! What a colleague with a good memory would say.

use dispatch_core::duplicate::{Because, CANDIDATES_MAX, Place, Sighting, comparable_number};
use dispatch_core::incident::{IncidentEvent, PaperEnd, PaperReport};
use dispatch_core::paper::FormNumber;
use dispatch_core::policy::Rules;
use dispatch_core::time::Seconds;

use crate::evening::{Evening, MARKET, at, by, id, named, of_kind, pin, rings, rules, typed};

const DESA: &str = "19.03.01.1001";
const OTHER_DESA: &str = "19.03.01.1002";
const OTHER_KECAMATAN: &str = "19.03.04";

#[test]
fn a_telephone_that_rings_beside_a_fire_is_proposed_with_its_distance() {
    let mut evening = Evening::new();
    let fire = evening.opens("kebakaran_bangunan", pin(MARKET, 30.0));
    evening.wait(4);
    let found = evening.index.candidates(&rings(at(0.0, 300.0), 800.0), &evening.rules, evening.now);
    assert_eq!(found.candidates.len(), 1);
    let first = &found.candidates[0];
    assert_eq!((first.incident, first.because.as_slice()), (id(fire), [Because::Near].as_slice()));
    assert!((first.distance_m.unwrap() - 300.0).abs() < 3.0);
    assert_eq!(evening.names(&rings(at(6_000.0, 0.0), 800.0)), [0; 0], "another place");
    assert_eq!(
        evening.names(&rings(at(0.0, 300.0), 9_000.0)),
        [0; 0],
        "a cell of nine kilometres says nothing"
    );
}

#[test]
fn near_but_another_thing_is_not_proposed_and_what_goes_with_it_is() {
    let mut evening = Evening::new();
    let fire = evening.opens("kebakaran_bangunan", pin(MARKET, 30.0));
    evening.wait(3);
    let here =
        || Sighting { scene: Place::new(Some((at(60.0, 0.0), 20.0)), None, []), ..Sighting::default() };
    assert_eq!(evening.names(&of_kind(here(), "persalinan")), [0; 0], "a birth next door");
    assert_eq!(evening.names(&of_kind(here(), "kebakaran_bangunan")), [fire]);
    let (_, because) = evening.proposed(&of_kind(here(), "gas_bocor")).remove(0);
    assert!(because.contains(&Because::RelatedKind), "{because:?}");
}

#[test]
fn the_scene_counts_and_not_where_the_caller_stands() {
    let mut evening = Evening::new();
    let here = evening.opens("kecelakaan_lalu_lintas", pin(MARKET, 30.0));
    let there = evening.opens("kecelakaan_lalu_lintas", pin(at(12_000.0, 0.0), 30.0));
    let mut sighting = rings(MARKET, 100.0);
    assert_eq!(evening.names(&sighting), [here]);
    sighting.scene = Place::new(Some((at(12_050.0, 0.0), 30.0)), None, []);
    assert_eq!(evening.names(&sighting), [there], "a daughter calls for her father");
}

#[test]
fn a_landmark_is_enough_in_other_spelling_too_but_not_in_another_desa() {
    let mut evening = Evening::new();
    let fire =
        evening.opens("kebakaran_bangunan", named("belakang Masjid Al-Ikhlas, Jl. Sudirman", Some(DESA)));
    evening.wait(6);
    let (first, because) = evening.proposed(&typed("mesjid al ikhlas sudirman", None)).remove(0);
    assert_eq!((first, because.as_slice()), (fire, [Because::SameLandmark].as_slice()));
    assert_eq!(evening.names(&typed("masjid al ikhlas", Some(OTHER_DESA))), [0; 0]);
    let fire_there = of_kind(typed("masjid al ikhlas", Some(DESA)), "kebakaran_bangunan");
    assert_eq!(evening.names(&fire_there), [fire]);
    assert_eq!(
        evening.names(&typed("depan rumah", None)),
        [0; 0],
        "nothing that tells one place from another"
    );
}

#[test]
fn the_same_area_and_type_is_proposed_and_the_border_is_one() {
    let mut evening = Evening::new();
    let flood = evening.opens("banjir", named("Gang Mawar", Some(DESA)));
    evening.wait(5);
    let again = of_kind(typed("dekat jembatan", Some("19.03.01")), "banjir");
    assert_eq!(evening.names(&again), [flood], "the kecamatan holds the desa");
    let across = of_kind(typed("dekat jembatan", Some(OTHER_KECAMATAN)), "banjir");
    assert_eq!(evening.names(&across), [0; 0]);
    // Two points on both sides of a border are near all the same.
    let pinned = evening.opens("karhutla", pin(at(5_000.0, 0.0), 50.0));
    let mut over = of_kind(typed("kebun sawit", Some(OTHER_KECAMATAN)), "karhutla");
    over.scene.spot = Some((at(5_200.0, 0.0), 100.0));
    assert_eq!(evening.names(&over), [pinned]);
}

#[test]
fn who_calls_again_is_recognised_whatever_the_number_looks_like() {
    let mut evening = Evening::new();
    let fire =
        evening.opens_by("kebakaran_bangunan", named("Gang Melati", Some(DESA)), Some("0812-7000 1111"));
    evening.calls(fire, "+6281270002222");
    evening.wait(12);
    for number in ["+62 812 7000 1111", "081270002222"] {
        let (first, because) = evening.proposed(&by(Sighting::default(), number)).remove(0);
        assert_eq!((first, because[0]), (fire, Because::SameNumber), "{number}");
    }
    assert_eq!(evening.names(&by(Sighting::default(), "+6281299999999")), [0; 0]);
    assert_eq!(comparable_number("112"), None, "too short to tell anybody from anybody");
}

#[test]
fn what_ended_is_proposed_for_a_while_and_says_so() {
    let mut evening = Evening::new();
    let fire = evening.opens("kebakaran_bangunan", pin(MARKET, 30.0));
    evening.wait(30);
    evening.closes(fire);
    evening.wait(10);
    let again = of_kind(rings(at(50.0, 0.0), 50.0), "kebakaran_bangunan");
    let (first, because) = evening.proposed(&again).remove(0);
    assert_eq!((first, because.contains(&Because::EndedLately)), (fire, true));
    evening.wait(51);
    assert_eq!(evening.names(&again), [0; 0], "an hour later it is another fire");
    evening.opens("banjir", pin(at(9_000.0, 0.0), 30.0));
    assert_eq!(evening.index.len(), 1, "and the old one is forgotten");
}

#[test]
fn what_comes_from_a_paper_form_is_as_old_as_the_form_says() {
    let mut evening = Evening::new();
    let hours = |hours: u32| evening.now.before(Seconds::minutes(60 * hours));
    let (four, two) = (hours(4), hours(2));
    let paper = |end: Option<PaperEnd>| IncidentEvent::PaperEntered {
        paper: Box::new(PaperReport {
            form: FormNumber::new(2026, 1).unwrap(),
            received_at: four,
            taken_by: None,
            tasks: Vec::new(),
            end,
        }),
    };
    let again = of_kind(rings(at(50.0, 0.0), 50.0), "kebakaran_bangunan");
    for at in [Some(two), None] {
        let over = evening.opens("kebakaran_bangunan", pin(MARKET, 30.0));
        evening.happens(over, &paper(Some(PaperEnd { at, note: None })));
        evening.closes(over);
        assert_eq!(evening.names(&again), [0; 0], "typed in this minute, over for hours: {at:?}");
    }
    let burns = evening.opens("kebakaran_bangunan", pin(MARKET, 30.0));
    evening.happens(burns, &paper(None));
    let called = evening.opens("kebakaran_bangunan", pin(MARKET, 30.0));
    assert_eq!(evening.names(&again), [called, burns], "what was told just now weighs more");
    evening.wait(1);
    evening.closes(burns);
    assert!(evening.names(&again).contains(&burns), "its end was measured");
}

#[test]
fn what_was_merged_is_proposed_no_more() {
    let mut evening = Evening::new();
    let one = evening.opens("kebakaran_bangunan", pin(MARKET, 30.0));
    let other = evening.opens("kebakaran_bangunan", pin(at(40.0, 0.0), 30.0));
    evening.happens(other, &IncidentEvent::Merged { into: id(one), number: "2026-000000".into() });
    assert_eq!(evening.names(&rings(MARKET, 100.0)), [one]);
}

#[test]
fn many_calls_make_a_mass_event_and_a_master_stands_first() {
    let mut evening = Evening::new();
    let blast = evening.opens("kebakaran_bangunan", pin(MARKET, 200.0));
    let near = evening.opens("kebakaran_bangunan", pin(at(900.0, 0.0), 20.0));
    let rules = evening.rules.clone();
    for n in 0..rules.mass_event.calls {
        assert!(!evening.index.has_mass_event(&rules, evening.now), "{n} calls are none");
        evening.calls(blast, &format!("+628127000{n:04}"));
    }
    let event = evening.index.mass_events(&rules, evening.now).next().unwrap();
    assert_eq!((event.incident, event.declared, event.calls), (id(blast), false, 5));
    let ringing = rings(at(850.0, 0.0), 100.0);
    assert_eq!(evening.names(&ringing)[0], near, "proposed, but not yet declared: the nearer one first");
    evening.happens(blast, &IncidentEvent::MassEventDeclared);
    let (first, because) = evening.proposed(&ringing).remove(0);
    assert_eq!((first, because[0]), (blast, Because::MassEvent));
    assert_eq!(evening.names(&of_kind(ringing.clone(), "persalinan")), [0; 0], "a birth is no part of it");
    evening.wait(61);
    assert!(
        evening.index.mass_events(&rules, evening.now).next().unwrap().declared,
        "it holds until it is ended"
    );
    evening.happens(blast, &IncidentEvent::MassEventEnded);
    assert!(!evening.index.has_mass_event(&rules, evening.now), "the last call is an hour old");
    evening.happens(blast, &IncidentEvent::MassEventDeclared);
    evening.closes(blast);
    assert!(!evening.index.has_mass_event(&rules, evening.now), "it ends with its incident");
}

#[test]
fn a_caller_who_asks_whether_it_is_known_is_heard() {
    let rules = rules();
    assert!(rules.says_known("Yang kebakaran dekat pasar itu sudah ada yang lapor belum?"));
    assert!(!rules.says_known("ada kebakaran dekat pasar"));
    let mut evening = Evening::new();
    let fire = evening.opens("kebakaran_bangunan", named("dekat pasar", Some(DESA)));
    let asking = Sighting { says_known: true, ..of_kind(typed("dekat pasar", None), "kebakaran_bangunan") };
    let (first, because) = evening.proposed(&asking).remove(0);
    assert_eq!((first, because.contains(&Because::SaidKnown)), (fire, true));
}

#[test]
fn where_nothing_is_known_nothing_is_proposed_and_never_more_than_one_can_read() {
    let mut evening = Evening::new();
    for n in 0..40 {
        evening.opens("kebakaran_bangunan", pin(at(f64::from(n), 0.0), 30.0));
    }
    assert_eq!(evening.names(&Sighting::default()), [0; 0]);
    assert_eq!(
        evening.names(&of_kind(Sighting::default(), "kebakaran_bangunan")),
        [0; 0],
        "a type alone is no place"
    );
    assert_eq!(evening.names(&rings(MARKET, 50.0)).len(), CANDIDATES_MAX);
}

#[test]
fn the_types_that_go_together_are_types_of_the_rules() {
    let rules = Rules::default_rules().unwrap();
    let unknown: Vec<_> =
        rules.duplicates.related.iter().flatten().filter(|code| rules.kind(code).is_none()).collect();
    assert_eq!(unknown, Vec::<&_>::new());
    assert!(rules.duplicates.related.len() > 10 && rules.duplicates.said_known.len() > 5);
    // Rules that were adopted before there was anything about it get the same.
    let mut older = serde_json::to_value(&rules).unwrap();
    older.as_object_mut().unwrap().remove("duplicates");
    assert_eq!(serde_json::from_value::<Rules>(older).unwrap().duplicates, rules.duplicates);
}
