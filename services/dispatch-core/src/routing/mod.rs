//! Who is sent: from the plan of a type and the site's directory to agencies with a role.
//!
//! Plans name functions, the directory says which body fills them here. One body is sent once, in its
//! strongest role. A plan never ends without a lead as long as the site has any active body.
//!
//! The type says who always comes; response plans ([`PlanRule`]) add to it by flags, area, sea or land, and alarm level.
//! They never take anybody away: an agency that the type names hears of it whatever a card was answered.

mod plan;
mod situation;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{AgencyCode, AgencyId};
use crate::policy::{AgencyEntry, Policy, TypeRule};

pub use plan::{PlanRule, UnitsWanted, matching_plans};
pub use situation::{ALARM_LEVEL_MAX, Situation};

/// What an agency does on an incident, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instansi utama.
    Lead,
    /// Instansi pendukung.
    Support,
    /// Tembusan: hears of it.
    Notify,
}

/// One agency to be sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Target {
    /// Which body.
    pub agency: AgencyId,
    /// Its own code.
    pub code: AgencyCode,
    /// What it is to do.
    pub role: Role,
    /// Why, in Indonesian, for the person who confirms the proposal.
    pub because: String,
}

/// Who should be sent.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Proposal {
    /// The agencies, leads first.
    pub targets: Vec<Target>,
    /// Functions of the plan that no active body of this site fills.
    pub missing: Vec<AgencyCode>,
}

/// Who should be sent to an incident like this, besides those that are on it already: whom the type names, and whom the
/// response plans add.
pub fn propose(policy: &Policy, situation: &Situation, already: &[AgencyId]) -> Proposal {
    let Some(rule) = policy.rules.plan(situation.kind.as_ref(), situation.category) else {
        return Proposal { targets: without(any_lead(policy), already), missing: Vec::new() };
    };
    let mut targets = Vec::new();
    let mut missing = Vec::new();
    let mut chosen = BTreeSet::new();
    for wish in wishes(policy, rule, situation) {
        match policy.directory.by_function(wish.function) {
            Some(entry) if chosen.insert(entry.id) => targets.push(wish.target(entry)),
            Some(_) => {}
            None if missing.contains(wish.function) => {}
            None => missing.push(wish.function.clone()),
        }
    }
    if !targets.iter().any(|target| target.role == Role::Lead) {
        promote(policy, rule, &mut targets);
    }
    Proposal { targets: without(targets, already), missing }
}

/// Which functions this agency fills on an incident like this: those of its type, of the response plans that hold, and of
/// the units that these want. None, when no plan names one of them.
pub fn functions_of(policy: &Policy, situation: &Situation, agency: AgencyId) -> BTreeSet<AgencyCode> {
    let rule = policy.rules.plan(situation.kind.as_ref(), situation.category);
    let named = rule.map(|rule| wishes(policy, rule, situation)).unwrap_or_default();
    let wanted = matching_plans(&policy.rules, situation).flat_map(|plan| &plan.units);
    let functions = named.iter().map(|wish| wish.function).chain(wanted.map(|units| &units.function));
    let is_its_own = |function: &&AgencyCode| {
        policy.directory.by_function(function).is_some_and(|entry| entry.id == agency)
    };
    functions.filter(is_its_own).cloned().collect()
}

/// Who is asked next after a decline or a silence: the next lead, then a support, then the fallback. Never
/// one that only hears of the incident by plan, and never one in `already`.
pub fn next_agency(policy: &Policy, situation: &Situation, already: &[AgencyId]) -> Option<Target> {
    let is_free = |function| {
        policy.directory.by_function(function).filter(|entry: &&AgencyEntry| !already.contains(&entry.id))
    };
    let rule = policy.rules.plan(situation.kind.as_ref(), situation.category);
    let planned = rule.map(|rule| wishes(policy, rule, situation)).unwrap_or_default();
    let mut planned = planned.iter().filter(|wish| wish.role != Role::Notify);
    if let Some(target) = planned.find_map(|wish| is_free(wish.function).map(|entry| wish.target(entry))) {
        return Some(target);
    }
    policy.rules.fallback.iter().find_map(|function| {
        let entry = is_free(function)?;
        let because = format!("{} mengambil alih karena rencana habis", entry.name);
        Some(Target { agency: entry.id, code: entry.code.clone(), role: Role::Lead, because })
    })
}

/// A function that is wanted in a role.
struct Wish<'a> {
    role: Role,
    function: &'a AgencyCode,
    /// The type that names it, or the plan that adds it, in words.
    label_id: &'a str,
    by_type: bool,
}

/// Leads first; in each role those of the type first, then those of the plans in their order.
fn wishes<'a>(policy: &'a Policy, rule: &'a TypeRule, situation: &'a Situation) -> Vec<Wish<'a>> {
    let wish = |role, label_id: &'a str, by_type| {
        move |function: &'a AgencyCode| Wish { role, function, label_id, by_type }
    };
    let plans: Vec<&PlanRule> = matching_plans(&policy.rules, situation).collect();
    let mut wishes = Vec::new();
    for role in [Role::Lead, Role::Support, Role::Notify] {
        let of_type = match role {
            Role::Lead => &rule.lead,
            Role::Support => &rule.support,
            Role::Notify => &rule.notify,
        };
        wishes.extend(of_type.iter().map(wish(role, &rule.label_id, true)));
        for plan in &plans {
            let added = match role {
                Role::Lead => &plan.lead,
                Role::Support => &plan.support,
                Role::Notify => &plan.notify,
            };
            wishes.extend(added.iter().map(wish(role, &plan.label_id, false)));
        }
    }
    wishes
}

impl Wish<'_> {
    fn target(&self, entry: &AgencyEntry) -> Target {
        let role_id = match self.role {
            Role::Lead => "Instansi utama",
            Role::Support => "Instansi pendukung",
            Role::Notify => "Tembusan",
        };
        let joint = if self.by_type { " untuk " } else { ": " };
        let by_function = match &entry.code == self.function {
            true => String::new(),
            false => format!(" (fungsi {})", self.function),
        };
        let because = format!("{role_id}{joint}{}{by_function}", self.label_id);
        Target { agency: entry.id, code: entry.code.clone(), role: self.role, because }
    }
}

/// Makes somebody the lead of a plan whose leads do not exist here: the first support, else the fallback,
/// else any active body.
fn promote(policy: &Policy, plan: &TypeRule, targets: &mut Vec<Target>) {
    let because = format!("Memimpin karena instansi utama untuk {} tidak ada di sini", plan.label_id);
    if let Some(support) = targets.iter_mut().find(|target| target.role == Role::Support) {
        support.role = Role::Lead;
        support.because = because;
        targets.sort_by_key(|target| target.role);
        return;
    }
    let Some(mut lead) = any_lead(policy).into_iter().next() else { return };
    lead.because = because;
    targets.retain(|target| target.agency != lead.agency);
    targets.insert(0, lead);
}

/// The fallback's first present body, else the first active one by code.
fn any_lead(policy: &Policy) -> Vec<Target> {
    let fallback = policy.rules.fallback.iter().find_map(|function| policy.directory.by_function(function));
    let any = || {
        let active = policy.directory.agencies.values().filter(|entry| entry.active);
        active.min_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)))
    };
    let because = "Memimpin karena tidak ada rencana untuk kategori ini".to_owned();
    fallback
        .or_else(any)
        .map(|entry| Target { agency: entry.id, code: entry.code.clone(), role: Role::Lead, because })
        .into_iter()
        .collect()
}

fn without(targets: Vec<Target>, already: &[AgencyId]) -> Vec<Target> {
    targets.into_iter().filter(|target| !already.contains(&target.agency)).collect()
}
