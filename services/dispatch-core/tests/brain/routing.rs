//! Who is sent, at a site that has seven agencies and not the thirty that the plans name.

use dispatch_core::category::{Category, TypeCode};
use dispatch_core::ids::{AgencyCode, AgencyId};
use dispatch_core::policy::{AgencyEntry, Directory, Policy, Rules};
use dispatch_core::routing::{Proposal, Role, Situation, next_agency, propose};
use proptest::prelude::*;

const SEVEN: [&str; 7] = ["damkar", "bpbd", "ambulans", "polres", "satpolpp", "basarnas", "pln"];

fn id(number: usize) -> AgencyId {
    format!("00000000-0000-7000-8000-{number:012}").parse().unwrap()
}

fn entry(number: usize, code: &str, functions: &[&str]) -> AgencyEntry {
    AgencyEntry {
        id: id(number),
        code: AgencyCode::new(code),
        name: code.to_uppercase(),
        functions: functions.iter().map(|function| AgencyCode::new(*function)).collect(),
        active: true,
    }
}

fn site(codes: &[&str]) -> Policy {
    let entries = codes.iter().enumerate().map(|(number, code)| entry(number, code, &[code]));
    Policy { rules: Rules::default_rules().unwrap(), directory: Directory::new(entries) }
}

fn for_type(policy: &Policy, code: &str) -> Proposal {
    let kind = TypeCode::new(code);
    let category = policy.rules.kind(&kind).unwrap().category;
    propose(policy, &Situation::of_kind(Some(&kind), category), &[])
}

fn roles(proposal: &Proposal) -> Vec<String> {
    proposal.targets.iter().map(|target| format!("{} {:?}", target.code, target.role)).collect()
}

#[test]
fn a_house_fire_goes_to_the_brigade_with_its_helpers() {
    let proposal = for_type(&site(&SEVEN), "kebakaran_bangunan");
    assert_eq!(
        roles(&proposal),
        ["damkar Lead", "ambulans Support", "polres Support", "pln Support", "bpbd Notify"]
    );
    assert_eq!(proposal.targets[0].because, "Instansi utama untuk Kebakaran bangunan");
    let missing: Vec<_> = proposal.missing.iter().map(|code| code.0.as_str()).collect();
    assert_eq!(missing, ["pdam", "camat", "desa"]);
}

#[test]
fn a_body_with_several_functions_is_sent_once_in_its_strongest_role() {
    let mut policy = site(&["ambulans", "polres"]);
    let satpolpp = entry(9, "satpolpp", &["satpolpp", "damkar", "bpbd"]);
    policy.directory.agencies.insert(satpolpp.id, satpolpp);
    let proposal = for_type(&policy, "kebakaran_bangunan");
    assert_eq!(roles(&proposal), ["satpolpp Lead", "ambulans Support", "polres Support"]);
    assert!(proposal.targets[0].because.ends_with("(fungsi damkar)"), "{}", proposal.targets[0].because);
}

#[test]
fn without_its_lead_a_plan_promotes_a_support_and_then_the_fallback() {
    assert_eq!(
        roles(&for_type(&site(&["polres", "pln"]), "kebakaran_bangunan")),
        ["polres Lead", "pln Support"]
    );
    assert_eq!(roles(&for_type(&site(&["bpbd"]), "air_padam")), ["bpbd Lead"]);
    assert_eq!(roles(&for_type(&site(&["dishub"]), "persalinan")), ["dishub Lead"]);
    assert_eq!(roles(&for_type(&site(&[]), "persalinan")), Vec::<String>::new());
}

#[test]
fn those_on_it_already_are_not_proposed_again_and_keep_the_lead() {
    let policy = site(&["polres", "ambulans"]);
    let kind = TypeCode::new("kebakaran_bangunan");
    let again = propose(&policy, &Situation::of_kind(Some(&kind), Category::A), &[id(1)]);
    assert_eq!(roles(&again), ["polres Support"]);
}

#[test]
fn without_a_type_the_category_decides_and_an_unknown_type_is_no_type() {
    let policy = site(&SEVEN);
    let by_category = propose(&policy, &Situation::of_kind(None, Category::A), &[]);
    assert_eq!(by_category.targets[0].code, AgencyCode::new("damkar"));
    let unknown = TypeCode::new("abolished");
    assert_eq!(propose(&policy, &Situation::of_kind(Some(&unknown), Category::A), &[]), by_category);
}

#[test]
fn after_a_decline_the_next_lead_then_a_support_then_the_fallback_is_asked() {
    let policy = site(&SEVEN);
    let kind = TypeCode::new("bangunan_roboh");
    let mut already = Vec::new();
    let mut asked = Vec::new();
    while let Some(target) = next_agency(&policy, &Situation::of_kind(Some(&kind), Category::B), &already) {
        already.push(target.agency);
        asked.push(format!("{} {:?}", target.code, target.role));
    }
    assert_eq!(
        asked,
        [
            "bpbd Lead",
            "basarnas Lead",
            "ambulans Support",
            "damkar Support",
            "polres Support",
            "satpolpp Lead"
        ]
    );
}

#[test]
fn an_inactive_body_gets_nothing() {
    let mut policy = site(&SEVEN);
    policy.directory.agencies.get_mut(&id(0)).unwrap().active = false;
    let proposal = for_type(&policy, "kebakaran_bangunan");
    assert!(proposal.targets.iter().all(|target| target.agency != id(0)));
    assert!(proposal.missing.contains(&AgencyCode::new("damkar")));
    assert!(policy.directory.by_code(&AgencyCode::new("damkar")).is_some());
}

proptest! {
    #[test]
    fn every_proposal_has_a_lead_and_names_nobody_twice(
        present in proptest::sample::subsequence(SEVEN.to_vec(), 1..=7),
        number in 0_usize..200,
    ) {
        let policy = site(&present);
        let kind = policy.rules.types[number % policy.rules.types.len()].clone();
        let proposal = propose(&policy, &Situation::of_kind(Some(&kind.code), kind.category), &[]);
        prop_assert_eq!(proposal.targets[0].role, Role::Lead);
        prop_assert!(proposal.targets.is_sorted_by_key(|target| target.role));
        let mut agencies: Vec<_> = proposal.targets.iter().map(|target| target.agency).collect();
        agencies.sort();
        agencies.dedup();
        prop_assert_eq!(agencies.len(), proposal.targets.len());
        let next = next_agency(&policy, &Situation::of_kind(Some(&kind.code), kind.category), &agencies);
        prop_assert!(next.is_none_or(|target| !agencies.contains(&target.agency)));
    }
}
