//! Who is sent: from the plan of a type and the site's directory to agencies with a role.
//!
//! Plans name functions, the directory says which body fills them here. One body is sent once, in its
//! strongest role. A plan never ends without a lead as long as the site has any active body.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::category::{Category, TypeCode};
use crate::ids::{AgencyCode, AgencyId};
use crate::policy::{AgencyEntry, Policy, TypeRule};

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

/// Who should be sent to an incident of this kind, besides those that are on it already.
pub fn propose(
    policy: &Policy,
    kind: Option<&TypeCode>,
    category: Category,
    already: &[AgencyId],
) -> Proposal {
    let Some(plan) = policy.rules.plan(kind, category) else {
        return Proposal { targets: without(any_lead(policy), already), missing: Vec::new() };
    };
    let mut targets = Vec::new();
    let mut missing = Vec::new();
    let mut chosen = BTreeSet::new();
    for (role, function) in functions(plan) {
        match policy.directory.by_function(function) {
            Some(entry) if chosen.insert(entry.id) => targets.push(target(entry, function, role, plan)),
            Some(_) => {}
            None => missing.push(function.clone()),
        }
    }
    if !targets.iter().any(|target| target.role == Role::Lead) {
        promote(policy, plan, &mut targets);
    }
    Proposal { targets: without(targets, already), missing }
}

/// Who is asked next after a decline or a silence: the next lead, then a support, then the fallback. Never
/// one that only hears of the incident by plan, and never one in `already`.
pub fn next_agency(
    policy: &Policy,
    kind: Option<&TypeCode>,
    category: Category,
    already: &[AgencyId],
) -> Option<Target> {
    let plan = policy.rules.plan(kind, category);
    let planned = plan.into_iter().flat_map(functions).filter(|(role, _)| *role != Role::Notify);
    let fallback = policy.rules.fallback.iter().map(|function| (Role::Lead, function));
    planned
        .map(|(role, function)| (role, function, plan))
        .chain(fallback.map(|(role, f)| (role, f, None)))
        .find_map(|(role, function, plan)| {
            let entry =
                policy.directory.by_function(function).filter(|entry| !already.contains(&entry.id))?;
            Some(match plan {
                Some(plan) => target(entry, function, role, plan),
                None => Target {
                    agency: entry.id,
                    code: entry.code.clone(),
                    role,
                    because: format!("{} mengambil alih karena rencana habis", entry.name),
                },
            })
        })
}

fn functions(plan: &TypeRule) -> impl Iterator<Item = (Role, &AgencyCode)> {
    let leads = plan.lead.iter().map(|function| (Role::Lead, function));
    let supports = plan.support.iter().map(|function| (Role::Support, function));
    let notified = plan.notify.iter().map(|function| (Role::Notify, function));
    leads.chain(supports).chain(notified)
}

fn target(entry: &AgencyEntry, function: &AgencyCode, role: Role, plan: &TypeRule) -> Target {
    let role_id = match role {
        Role::Lead => "Instansi utama",
        Role::Support => "Instansi pendukung",
        Role::Notify => "Tembusan",
    };
    let because = if &entry.code == function {
        format!("{role_id} untuk {}", plan.label_id)
    } else {
        format!("{role_id} untuk {} (fungsi {function})", plan.label_id)
    };
    Target { agency: entry.id, code: entry.code.clone(), role, because }
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
