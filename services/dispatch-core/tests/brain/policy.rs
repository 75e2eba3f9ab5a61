//! The default rules, and what is found in edited ones.

use std::collections::BTreeSet;

use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::classification::{Classifier, Lexicon, LexiconError, Model};
use dispatch_core::escalation::Step;
use dispatch_core::ids::{AgencyCode, AreaCode};
use dispatch_core::policy::{Measure, PolicyError, PolicyMistake, Rules};

fn rules() -> Rules {
    Rules::default_rules().unwrap()
}

#[test]
fn both_readings_of_the_regulations_are_there() {
    let rules = rules();
    let b = rules.category(Category::B).unwrap();
    assert_eq!((b.label_local.as_str(), b.label_national.as_str()), ("Kerusakan", "Kerusuhan"));
    assert!(b.national_note.as_ref().unwrap().contains("Permenkominfo 10/2016"));
    for code in ["jalan_jembatan_rusak", "kerusuhan"] {
        assert_eq!(rules.kind(&TypeCode::new(code)).unwrap().category, Category::B);
    }
    let f = rules.category(Category::F).unwrap();
    assert!(f.label_local.ends_with("ketertiban hukum") && f.label_national.ends_with("ketertiban umum"));
    assert!(!rules.other_emergencies.decree.is_empty());
}

#[test]
fn the_ladders_are_those_of_the_plan() {
    let rules = rules();
    let rungs = |priority| {
        let rungs = &rules.ladders[&priority].rungs;
        rungs.iter().map(|rung| (rung.after.0, rung.only_if_undelivered, rung.step)).collect::<Vec<_>>()
    };
    assert_eq!(
        rungs(Priority::P1),
        [
            (15, true, Step::SecondChannel),
            (60, false, Step::RenotifyAndCallDuty),
            (120, false, Step::SupervisorAndNextAgency),
            (300, false, Step::AgencyHead),
            (600, false, Step::HeadAndSekda),
        ]
    );
    assert_eq!(rungs(Priority::P2).iter().map(|rung| rung.0).collect::<Vec<_>>(), [60, 120, 300, 600, 1800]);
    assert_eq!(rungs(Priority::P3), rungs(Priority::P0));
    assert_eq!(rungs(Priority::P3).last().unwrap(), &(86_400, false, Step::NextDayList));
}

#[test]
fn danger_at_home_is_never_called_back() {
    let rules = rules();
    let quiet: BTreeSet<_> =
        rules.types.iter().filter(|rule| rule.no_call_back).map(|rule| rule.code.0.as_str()).collect();
    assert_eq!(quiet, BTreeSet::from(["kdrt", "kekerasan_anak", "kekerasan_seksual"]));
}

#[test]
fn rules_survive_being_written_and_read() {
    let rules = rules();
    let text = serde_json::to_string(&rules).unwrap();
    assert_eq!(Rules::from_json(&text).unwrap(), rules);
}

#[test]
fn every_mistake_is_found_at_once() {
    let mut edited = rules();
    edited.effective_from = "4 Mei 2021".to_owned();
    edited.decree.clear();
    edited.categories.retain(|rule| rule.category != Category::D);
    edited.types[0].lead = vec![AgencyCode::new("super_squad")];
    edited.types[1].lead.clear();
    let lead = edited.types[2].lead[0].clone();
    edited.types[2].support.push(lead);
    edited.types.push(edited.types[3].clone());
    edited.other_emergencies.types.pop();
    edited.ladders.get_mut(&Priority::P2).unwrap().rungs.reverse();
    edited.ladders.remove(&Priority::P0);
    edited.dispatch_within.remove(&Priority::P3);
    edited.call_back_within.0 = 0;
    edited.fallback.clear();
    edited.objectives[0].measure = Measure::PercentWithin(101);
    edited.objectives[1].source = " ".to_owned();
    let code = |position: usize| edited.types[position].code.clone();
    let expected = [
        PolicyMistake::NotADate { field: "effective_from", value: "4 Mei 2021".to_owned() },
        PolicyMistake::NoDecree { field: "decree" },
        PolicyMistake::NoFallback,
        PolicyMistake::CategoryTimes { category: Category::D, times: 0 },
        PolicyMistake::UnknownFunction { of: code(0).0, function: AgencyCode::new("super_squad") },
        PolicyMistake::NoLead { code: code(1) },
        PolicyMistake::FunctionTwice { code: code(2), function: edited.types[2].lead[0].clone() },
        PolicyMistake::TypeTwice { code: code(3) },
        PolicyMistake::OtherEmergencies { code: TypeCode::new("darurat_lainnya") },
        PolicyMistake::LadderOrder { priority: Priority::P2 },
        PolicyMistake::NoDispatchLimit { priority: Priority::P3 },
        PolicyMistake::NoLadder { priority: Priority::P0 },
        PolicyMistake::Zero { field: "call_back_within".to_owned() },
        PolicyMistake::Percent { percent: 101 },
        PolicyMistake::NoSource,
    ];
    assert_eq!(edited.check(), expected);
    let text = serde_json::to_string(&edited).unwrap();
    assert!(matches!(Rules::from_json(&text), Err(PolicyError::Mistaken(found)) if found == expected));
    assert!(matches!(Rules::from_json("{}"), Err(PolicyError::Unreadable(_))));
}

#[test]
fn the_lexicon_speaks_of_every_type_and_of_no_other() {
    let rules = rules();
    let lexicon = Lexicon::from_json(include_str!("../../policy/lexicon.json")).unwrap();
    let spoken: BTreeSet<_> = lexicon.rules.iter().map(|rule| rule.kind.clone()).collect();
    let known: BTreeSet<_> = rules.types.iter().map(|rule| rule.code.clone()).collect();
    // "Other security" and its like are found by their own words, too: no type without a way to reach it.
    assert_eq!(known.symmetric_difference(&spoken).collect::<Vec<_>>(), Vec::<&TypeCode>::new());
}

fn classifier(lexicon: Lexicon) -> Result<Classifier, LexiconError> {
    Classifier::new(lexicon, Model::default_model().unwrap())
}

#[test]
fn a_broken_lexicon_is_refused_by_name() {
    let good = Lexicon::from_json(include_str!("../../policy/lexicon.json")).unwrap();
    let mut broken = good.clone();
    broken.rules[0].all.push("flying_saucer".to_owned());
    let refused = classifier(broken).unwrap_err();
    assert!(matches!(refused, LexiconError::UnknownConcept { concept, .. } if concept == "flying_saucer"));
    let mut broken = good.clone();
    broken.concepts.insert("empty".to_owned(), vec!["api| ~ ".to_owned()]);
    assert!(matches!(classifier(broken).unwrap_err(), LexiconError::BadPhrase { .. }));
    let mut broken = good;
    broken.rules[0].weight = 1.5;
    assert!(matches!(classifier(broken).unwrap_err(), LexiconError::BadRule { .. }));
    assert!(matches!(Lexicon::from_json("[]").unwrap_err(), LexiconError::Unreadable(_)));
}

#[test]
fn every_mistake_of_a_plan_and_of_the_rules_about_units_is_named() {
    let mut edited = rules();
    let plan = &mut edited.plans[0];
    (plan.from_level, plan.areas) = (4, vec![AreaCode("pulau".into())]);
    plan.types = vec![TypeCode::new("abolished")];
    plan.support = vec![AgencyCode::new("satgas")];
    (edited.plans[1].support, edited.plans[1].notify) = (vec![], vec![]);
    edited.plans[1].source = " ".into();
    edited.plans[2].code = edited.plans[1].code.clone();
    (edited.units.jobs_max, edited.units.needs[0].kinds, edited.units.needs[0].crew) = (0, vec![], 0);
    edited.units.cover[0].within_m = 0;
    let of = || "plan terjebak".to_owned();
    let expected = vec![
        PolicyMistake::UnknownFunction { of: of(), function: AgencyCode::new("satgas") },
        PolicyMistake::UnknownType { of: of(), code: TypeCode::new("abolished") },
        PolicyMistake::NotAnArea { of: of(), code: AreaCode("pulau".into()) },
        PolicyMistake::UnitFigure { of: of(), field: "from_level" },
        PolicyMistake::PlanEmpty { code: "bahan_berbahaya".into() },
        PolicyMistake::PlanSource { of: "plan bahan_berbahaya".into() },
        PolicyMistake::PlanTwice { code: "bahan_berbahaya".into() },
        PolicyMistake::UnitFigure { of: "units".into(), field: "jobs_max" },
        PolicyMistake::NeedEmpty { place: 1 },
        PolicyMistake::UnitFigure { of: "units.cover".into(), field: "within_m, kinds" },
    ];
    assert_eq!(edited.check(), expected);
    // Rules that were adopted before there were plans and units hold as they are.
    let mut old = serde_json::to_value(rules()).unwrap();
    for field in ["plans", "units"] {
        old.as_object_mut().unwrap().remove(field);
    }
    let old = Rules::from_json(&old.to_string()).unwrap();
    assert!(old.plans.is_empty() && old.units.needs.is_empty() && old.units.cover.is_empty());
}
