//! What a supervisor may change of the rules: times, routing and response plans.
//!
//! What belongs to the regulation or to the program (categories, types, functions, ringing, units) is not here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{PolicyMistake, Rules};
use crate::category::{Priority, TypeCode};
use crate::escalation::{Ladder, LadderException};
use crate::ids::AgencyCode;
use crate::limits::{LADDER_EXCEPTIONS_MAX, PLANS_MAX, SHORT_TEXT_BYTES_MAX};
use crate::routing::PlanRule;
use crate::time::{Seconds, Timestamp};

/// A change of the rules. What is not in it stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulesChange {
    /// The decree that orders it. Empty in what a change replaces.
    pub decree: String,
    /// Who answers for it. Empty in what a change replaces.
    pub owner: String,
    /// Ladders, each as a whole.
    pub ladders: BTreeMap<Priority, Ladder>,
    /// All ladders for single agencies or hours.
    pub ladder_exceptions: Option<Vec<LadderException>>,
    /// Within how long somebody must be sent.
    pub dispatch_within: BTreeMap<Priority, Seconds>,
    /// Within how long an acknowledged agency must be on its way; none for no limit.
    pub en_route_within: BTreeMap<Priority, Option<Seconds>>,
    /// After how long a silent crew on scene is asked how it is.
    pub welfare_check_after: Option<Seconds>,
    /// Within how long an incident must be closed after the last agency finished.
    pub close_within: Option<Seconds>,
    /// Within how long a lost caller must be called back.
    pub call_back_within: Option<Seconds>,
    /// Types with their routing, each as a whole.
    pub routing: Vec<RoutingRule>,
    /// Response plans, each as a whole; one with a new code is added.
    pub plans: Vec<PlanRule>,
    /// Codes of response plans that end.
    pub plans_gone: Vec<String>,
    /// Who is asked next when a plan is exhausted.
    pub fallback: Option<Vec<AgencyCode>>,
}

/// The routing of a type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// Which type.
    pub code: TypeCode,
    /// Its priority unless something raises it.
    pub priority: Priority,
    /// The functions that lead; the first is the first asked.
    pub lead: Vec<AgencyCode>,
    /// The functions that help.
    #[serde(default)]
    pub support: Vec<AgencyCode>,
    /// The functions that only hear of it.
    #[serde(default)]
    pub notify: Vec<AgencyCode>,
}

impl RulesChange {
    fn is_empty(&self) -> bool {
        let (decree, owner) = (self.decree.clone(), self.owner.clone());
        *self == Self { decree, owner, ..Self::default() }
    }
}

impl Rules {
    /// Everything that can be changed, as it is.
    pub fn parts(&self) -> RulesChange {
        let routing = |rule: &super::TypeRule| RoutingRule {
            code: rule.code.clone(),
            priority: rule.priority,
            lead: rule.lead.clone(),
            support: rule.support.clone(),
            notify: rule.notify.clone(),
        };
        let en_route = |priority| (priority, self.en_route_within.get(&priority).copied());
        RulesChange {
            decree: self.decree.clone(),
            owner: self.owner.clone(),
            ladders: self.ladders.clone(),
            ladder_exceptions: Some(self.ladder_exceptions.clone()),
            dispatch_within: self.dispatch_within.clone(),
            en_route_within: Priority::ALL.into_iter().map(en_route).collect(),
            welfare_check_after: Some(self.welfare_check_after),
            close_within: Some(self.close_within),
            call_back_within: Some(self.call_back_within),
            routing: self.types.iter().map(routing).collect(),
            plans: self.plans.clone(),
            plans_gone: Vec::new(),
            fallback: Some(self.fallback.clone()),
        }
    }

    /// These rules with a change that is put into force at `at`, as the next version.
    pub fn with(&self, change: &RulesChange, at: Timestamp) -> Self {
        let mut rules = self.clone();
        rules.version += 1;
        rules.decree.clone_from(&change.decree);
        rules.owner.clone_from(&change.owner);
        rules.effective_from = at.date_here();
        rules.ladders.extend(change.ladders.clone());
        rules.dispatch_within.extend(change.dispatch_within.clone());
        for (priority, limit) in &change.en_route_within {
            match limit {
                Some(limit) => rules.en_route_within.insert(*priority, *limit),
                None => rules.en_route_within.remove(priority),
            };
        }
        rules.ladder_exceptions = change.ladder_exceptions.clone().unwrap_or(rules.ladder_exceptions);
        rules.welfare_check_after = change.welfare_check_after.unwrap_or(rules.welfare_check_after);
        rules.close_within = change.close_within.unwrap_or(rules.close_within);
        rules.call_back_within = change.call_back_within.unwrap_or(rules.call_back_within);
        rules.fallback = change.fallback.clone().unwrap_or(rules.fallback);
        for routing in &change.routing {
            if let Some(rule) = rules.types.iter_mut().find(|rule| rule.code == routing.code) {
                rule.priority = routing.priority;
                rule.lead.clone_from(&routing.lead);
                rule.support.clone_from(&routing.support);
                rule.notify.clone_from(&routing.notify);
            }
        }
        rules.plans.retain(|plan| !change.plans_gone.contains(&plan.code));
        for plan in &change.plans {
            match rules.plans.iter_mut().find(|known| known.code == plan.code) {
                Some(known) => known.clone_from(plan),
                None => rules.plans.push(plan.clone()),
            }
        }
        rules.remember(self, at);
        rules
    }

    /// What a change replaces: the same parts as they are.
    pub(super) fn replaced_by(&self, change: &RulesChange) -> RulesChange {
        let mut parts = self.parts();
        parts.decree.clear();
        parts.owner.clear();
        parts.ladders.retain(|priority, _| change.ladders.contains_key(priority));
        parts.dispatch_within.retain(|priority, _| change.dispatch_within.contains_key(priority));
        parts.en_route_within.retain(|priority, _| change.en_route_within.contains_key(priority));
        parts.ladder_exceptions = parts.ladder_exceptions.filter(|_| change.ladder_exceptions.is_some());
        parts.welfare_check_after =
            parts.welfare_check_after.filter(|_| change.welfare_check_after.is_some());
        parts.close_within = parts.close_within.filter(|_| change.close_within.is_some());
        parts.call_back_within = parts.call_back_within.filter(|_| change.call_back_within.is_some());
        parts.fallback = parts.fallback.filter(|_| change.fallback.is_some());
        parts.routing.retain(|rule| change.routing.iter().any(|changed| changed.code == rule.code));
        let named: BTreeSet<&String> =
            change.plans.iter().map(|plan| &plan.code).chain(&change.plans_gone).collect();
        parts.plans.retain(|plan| named.contains(&plan.code));
        parts
    }

    /// Every mistake of a change: of itself, and those that these rules would have with it and have not now.
    pub fn check_change(&self, change: &RulesChange) -> Vec<PolicyMistake> {
        let mut mistakes = Vec::new();
        if change.is_empty() {
            mistakes.push(PolicyMistake::Nothing);
        }
        if change.owner.trim().is_empty() {
            mistakes.push(PolicyMistake::NoOwner);
        }
        for routing in change.routing.iter().filter(|routing| self.kind(&routing.code).is_none()) {
            let of = "routing".to_owned();
            mistakes.push(PolicyMistake::UnknownType { of, code: routing.code.clone() });
        }
        for code in &change.plans_gone {
            if !self.plans.iter().any(|plan| plan.code == *code) {
                mistakes.push(PolicyMistake::UnknownPlan { code: code.clone() });
            }
        }
        check_sizes(change, &mut mistakes);
        let before = self.check();
        let with = self.with(change, Timestamp::from_micros(0)).check();
        mistakes.extend(with.into_iter().filter(|mistake| !before.contains(mistake)));
        mistakes
    }
}

fn check_sizes(change: &RulesChange, mistakes: &mut Vec<PolicyMistake>) {
    let exceptions = change.ladder_exceptions.as_deref().unwrap_or_default();
    if exceptions.len() > LADDER_EXCEPTIONS_MAX {
        mistakes.push(PolicyMistake::TooMany { of: "ladder_exceptions".to_owned() });
    }
    if change.plans.len() > PLANS_MAX {
        mistakes.push(PolicyMistake::TooMany { of: "plans".to_owned() });
    }
    let own = [("decree", &change.decree), ("owner", &change.owner)];
    let because = exceptions.iter().map(|rule| ("ladder_exceptions", &rule.because));
    let plans = change.plans.iter();
    let plans = plans.flat_map(|plan| [&plan.code, &plan.label_id, &plan.label_en, &plan.source]);
    for (of, text) in own.into_iter().chain(because).chain(plans.map(|text| ("plans", text))) {
        if text.len() > SHORT_TEXT_BYTES_MAX {
            mistakes.push(PolicyMistake::TextTooLong { of: of.to_owned() });
        }
    }
}
