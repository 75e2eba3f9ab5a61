//! What can be wrong with response plans and with the rules about units.

use std::collections::BTreeSet;

use super::check::{check_code, check_labels};
use super::{PolicyMistake, Rules};
use crate::area::Level;
use crate::category::TypeCode;
use crate::ids::{AgencyCode, AreaCode};
use crate::routing::{ALARM_LEVEL_MAX, PlanRule};

pub(super) fn check(rules: &Rules, mistakes: &mut Vec<PolicyMistake>) {
    let mut seen = BTreeSet::new();
    for plan in &rules.plans {
        check_code(&plan.code, mistakes);
        let of = format!("plan {}", plan.code);
        check_labels(&of, [&plan.label_id, &plan.label_en], mistakes);
        if !seen.insert(&plan.code) {
            mistakes.push(PolicyMistake::PlanTwice { code: plan.code.clone() });
        }
        check_plan(rules, plan, &of, mistakes);
    }
    check_units(rules, mistakes);
}

fn check_plan(rules: &Rules, plan: &PlanRule, of: &str, mistakes: &mut Vec<PolicyMistake>) {
    let added: Vec<&AgencyCode> = plan.lead.iter().chain(&plan.support).chain(&plan.notify).collect();
    let wanted: Vec<&AgencyCode> = plan.units.iter().map(|units| &units.function).collect();
    if added.is_empty() && wanted.is_empty() {
        mistakes.push(PolicyMistake::PlanEmpty { code: plan.code.clone() });
    }
    check_functions(rules, of, added.into_iter().chain(wanted), mistakes);
    check_types(rules, of, &plan.types, mistakes);
    check_areas(of, &plan.areas, mistakes);
    if !(1..=ALARM_LEVEL_MAX).contains(&plan.from_level) {
        mistakes.push(PolicyMistake::UnitFigure { of: of.to_owned(), field: "from_level" });
    }
    if plan.units.iter().any(|units| units.count == 0) {
        mistakes.push(PolicyMistake::UnitFigure { of: of.to_owned(), field: "units.count" });
    }
    check_source(of, &plan.source, mistakes);
}

fn check_units(rules: &Rules, mistakes: &mut Vec<PolicyMistake>) {
    let (units, of) = (&rules.units, "units");
    let figures = [
        ("fresh_within", units.fresh_within.0),
        ("rest_after", units.rest_after.0),
        ("jobs_max", units.jobs_max),
    ];
    for (field, _) in figures.into_iter().filter(|(_, figure)| *figure == 0) {
        mistakes.push(PolicyMistake::UnitFigure { of: of.to_owned(), field });
    }
    check_source(of, &units.source, mistakes);
    check_areas("units.sea_areas", &units.sea_areas, mistakes);
    for (place, need) in (1..).zip(&units.needs) {
        if need.kinds.is_empty() && need.skills.is_empty() && need.crew == 0 {
            mistakes.push(PolicyMistake::NeedEmpty { place });
        }
        check_functions(rules, "units.needs", need.functions.iter(), mistakes);
        check_types(rules, "units.needs", &need.types, mistakes);
    }
    for cover in &units.cover {
        check_labels("units.cover", [&cover.label_id, &cover.label_en], mistakes);
        check_source("units.cover", &cover.source, mistakes);
        if cover.within_m == 0 || cover.kinds.is_empty() {
            mistakes
                .push(PolicyMistake::UnitFigure { of: "units.cover".to_owned(), field: "within_m, kinds" });
        }
    }
}

fn check_functions<'a>(
    rules: &Rules,
    of: &str,
    named: impl Iterator<Item = &'a AgencyCode>,
    mistakes: &mut Vec<PolicyMistake>,
) {
    let known = rules.function_codes();
    for function in named.filter(|function| !known.contains(function)) {
        mistakes.push(PolicyMistake::UnknownFunction { of: of.to_owned(), function: function.clone() });
    }
}

fn check_types(rules: &Rules, of: &str, named: &[TypeCode], mistakes: &mut Vec<PolicyMistake>) {
    for code in named.iter().filter(|code| rules.kind(code).is_none()) {
        mistakes.push(PolicyMistake::UnknownType { of: of.to_owned(), code: code.clone() });
    }
}

fn check_areas(of: &str, named: &[AreaCode], mistakes: &mut Vec<PolicyMistake>) {
    for code in named.iter().filter(|code| Level::of_code(code).is_none()) {
        mistakes.push(PolicyMistake::NotAnArea { of: of.to_owned(), code: code.clone() });
    }
}

fn check_source(of: &str, source: &str, mistakes: &mut Vec<PolicyMistake>) {
    if source.trim().is_empty() {
        mistakes.push(PolicyMistake::PlanSource { of: of.to_owned() });
    }
}
