//! What can be wrong with rules that somebody edited. All mistakes are found at once.

use std::collections::BTreeSet;

use crate::category::{Category, Priority, TypeCode};
use crate::ids::{AgencyCode, AreaCode};
use crate::policy::{Measure, Rules, plans, times};

/// One mistake in a set of rules.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum PolicyMistake {
    /// `effective_from` or the date of the list of letter g is not `YYYY-MM-DD`.
    #[error("{field}: {value:?} is not a date YYYY-MM-DD")]
    NotADate {
        /// Which field.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// No decree is named.
    #[error("{field}: no decree is named")]
    NoDecree {
        /// Which field.
        field: &'static str,
    },
    /// A category is missing or there twice.
    #[error("category {category} is there {times} times instead of once")]
    CategoryTimes {
        /// Which one.
        category: Category,
        /// How often it is there.
        times: usize,
    },
    /// A category has no type.
    #[error("category {category} has no type")]
    NoType {
        /// Which one.
        category: Category,
    },
    /// The general type of a category is unknown or belongs to another category.
    #[error("category {category}: its general type {code} is not one of its types")]
    WrongGeneralType {
        /// Which category.
        category: Category,
        /// What stands there.
        code: TypeCode,
    },
    /// A type is there twice.
    #[error("type {code} is there twice")]
    TypeTwice {
        /// Which one.
        code: TypeCode,
    },
    /// A code that is not snake_case.
    #[error("{code:?} is not a code: small letters, digits and _ only")]
    NotACode {
        /// What stands there.
        code: String,
    },
    /// A label is empty.
    #[error("{of}: a label is empty")]
    NoLabel {
        /// Whose label.
        of: String,
    },
    /// A type has no lead.
    #[error("type {code} has no lead")]
    NoLead {
        /// Which one.
        code: TypeCode,
    },
    /// A plan, the fallback or an objective names a function that the rules do not list.
    #[error("{of}: function {function} is not listed")]
    UnknownFunction {
        /// Who names it.
        of: String,
        /// What is named.
        function: AgencyCode,
    },
    /// A plan names one function more than once.
    #[error("type {code}: function {function} is named more than once")]
    FunctionTwice {
        /// Which type.
        code: TypeCode,
        /// Which function.
        function: AgencyCode,
    },
    /// The list of letter g and the types of category g differ.
    #[error("type {code} is not on both the list of letter g and among the types of category g")]
    OtherEmergencies {
        /// Which type.
        code: TypeCode,
    },
    /// A priority has no ladder, or an empty one.
    #[error("priority {priority} has no ladder")]
    NoLadder {
        /// Which one.
        priority: Priority,
    },
    /// A ladder's rungs do not ascend in time.
    #[error("the ladder of priority {priority} does not ascend")]
    LadderOrder {
        /// Which one.
        priority: Priority,
    },
    /// A ladder has more rungs than [`LADDER_RUNGS_MAX`](crate::limits::LADDER_RUNGS_MAX), asks a crew for its welfare
    /// that is not on its way yet, or never alarms the supervisor: silence could stay unnoticed.
    #[error(
        "the ladder of priority {priority} has too many rungs, one of another kind, or never alarms the supervisor"
    )]
    LadderSteps {
        /// Which one.
        priority: Priority,
    },
    /// An exception has a ladder that is empty, does not ascend, takes too long or never alarms the supervisor, or it does
    /// not say why it is there.
    #[error("ladder_exceptions: number {place} (from 1) has no ladder that can be climbed, or no reason")]
    LadderException {
        /// Its place in the list, from 1.
        place: usize,
    },
    /// A priority has no limit for dispatching: an incident without an owner could wait for ever.
    #[error("priority {priority} has no limit for dispatching")]
    NoDispatchLimit {
        /// Which one.
        priority: Priority,
    },
    /// A limit of zero seconds would raise an alarm before anybody could act.
    #[error("{field}: zero seconds")]
    Zero {
        /// Which field.
        field: String,
    },
    /// A time is longer than [`RULE_TIME_MAX`](crate::limits::RULE_TIME_MAX).
    #[error("{field}: longer than seven days")]
    TooLong {
        /// Which field.
        field: String,
    },
    /// The fallback is empty: a declined incident could end with nobody.
    #[error("fallback: nobody is named")]
    NoFallback,
    /// An objective's percentage is not between 1 and 100.
    #[error("objectives: {percent} percent")]
    Percent {
        /// What stands there.
        percent: u8,
    },
    /// An objective names no source.
    #[error("objectives: one names no source")]
    NoSource,
    /// A response plan has the code of another one.
    #[error("plan {code} is there twice")]
    PlanTwice {
        /// Which one.
        code: String,
    },
    /// A response plan adds nobody and wants no units.
    #[error("plan {code} changes nothing")]
    PlanEmpty {
        /// Which one.
        code: String,
    },
    /// A rule names a type that there is not.
    #[error("{of}: there is no type {code}")]
    UnknownType {
        /// Who names it.
        of: String,
        /// What is named.
        code: TypeCode,
    },
    /// An area code that has no such form.
    #[error("{of}: {code} is not an area code")]
    NotAnArea {
        /// Who names it.
        of: String,
        /// What stands there.
        code: AreaCode,
    },
    /// A figure of a plan, or of the rules about units, is out of range.
    #[error("{of}: {field} is out of range")]
    UnitFigure {
        /// Whose.
        of: String,
        /// Which figure.
        field: &'static str,
    },
    /// A rule about units asks for nothing.
    #[error("units.needs: number {place} (from 1) asks for nothing")]
    NeedEmpty {
        /// Its place in the list, from 1.
        place: usize,
    },
    /// A plan or a rule about units names no source.
    #[error("{of}: no source is named")]
    PlanSource {
        /// Whose.
        of: String,
    },
    /// A figure of the ringing rules is out of range, or an overflow has no target or a target no time.
    #[error("acd: a figure is out of range, or overflow_after_s and overflow_target are not both there")]
    Ringing,
    /// A change names nobody who answers for it.
    #[error("owner: nobody is named")]
    NoOwner,
    /// A change changes nothing.
    #[error("nothing is changed")]
    Nothing,
    /// A change ends a response plan that there is not.
    #[error("there is no plan {code}")]
    UnknownPlan {
        /// Which one.
        code: String,
    },
    /// A list of a change is longer than it may be.
    #[error("{of}: too many")]
    TooMany {
        /// Which list.
        of: String,
    },
    /// A text of a change is longer than it may be.
    #[error("{of}: a text is too long")]
    TextTooLong {
        /// Whose text.
        of: String,
    },
}

impl Rules {
    /// Every mistake in these rules, in a stable order; empty when they can be used.
    pub fn check(&self) -> Vec<PolicyMistake> {
        let mut mistakes = Vec::new();
        self.check_decrees(&mut mistakes);
        self.check_functions(&mut mistakes);
        self.check_categories(&mut mistakes);
        self.check_types(&mut mistakes);
        self.check_other_emergencies(&mut mistakes);
        times::check(self, &mut mistakes);
        self.check_objectives(&mut mistakes);
        plans::check(self, &mut mistakes);
        if !self.acd.is_sound() {
            mistakes.push(PolicyMistake::Ringing);
        }
        mistakes
    }

    fn check_decrees(&self, mistakes: &mut Vec<PolicyMistake>) {
        let dates = [
            ("effective_from", &self.effective_from),
            ("other_emergencies.from", &self.other_emergencies.from),
        ];
        for (field, value) in dates {
            if value.parse::<jiff::civil::Date>().is_err() || value.len() != "YYYY-MM-DD".len() {
                mistakes.push(PolicyMistake::NotADate { field, value: value.clone() });
            }
        }
        let decrees =
            [("decree", &self.decree), ("other_emergencies.decree", &self.other_emergencies.decree)];
        for (field, value) in decrees {
            if value.trim().is_empty() {
                mistakes.push(PolicyMistake::NoDecree { field });
            }
        }
    }

    fn check_functions(&self, mistakes: &mut Vec<PolicyMistake>) {
        for function in &self.functions {
            check_code(&function.code.0, mistakes);
            check_labels(&function.code.0, [&function.label_id, &function.label_en], mistakes);
        }
        let known = self.function_codes();
        for function in &self.fallback {
            if !known.contains(function) {
                let of = "fallback".to_owned();
                mistakes.push(PolicyMistake::UnknownFunction { of, function: function.clone() });
            }
        }
        if self.fallback.is_empty() {
            mistakes.push(PolicyMistake::NoFallback);
        }
    }

    fn check_categories(&self, mistakes: &mut Vec<PolicyMistake>) {
        for category in Category::ALL {
            let times = self.categories.iter().filter(|rule| rule.category == category).count();
            if times != 1 {
                mistakes.push(PolicyMistake::CategoryTimes { category, times });
            }
            if !self.types.iter().any(|rule| rule.category == category) {
                mistakes.push(PolicyMistake::NoType { category });
            }
        }
        for rule in &self.categories {
            let labels = [&rule.label_local, &rule.label_national, &rule.label_en];
            check_labels(rule.category.letter(), labels, mistakes);
            if self.kind(&rule.general).is_none_or(|general| general.category != rule.category) {
                let (category, code) = (rule.category, rule.general.clone());
                mistakes.push(PolicyMistake::WrongGeneralType { category, code });
            }
        }
    }

    fn check_types(&self, mistakes: &mut Vec<PolicyMistake>) {
        let known = self.function_codes();
        let mut seen = BTreeSet::new();
        for rule in &self.types {
            check_code(&rule.code.0, mistakes);
            check_labels(&rule.code.0, [&rule.label_id, &rule.label_en], mistakes);
            if !seen.insert(&rule.code) {
                mistakes.push(PolicyMistake::TypeTwice { code: rule.code.clone() });
            }
            if rule.lead.is_empty() {
                mistakes.push(PolicyMistake::NoLead { code: rule.code.clone() });
            }
            let mut named = BTreeSet::new();
            for function in rule.lead.iter().chain(&rule.support).chain(&rule.notify) {
                if !known.contains(function) {
                    let of = rule.code.0.clone();
                    mistakes.push(PolicyMistake::UnknownFunction { of, function: function.clone() });
                }
                if !named.insert(function) {
                    let (code, function) = (rule.code.clone(), function.clone());
                    mistakes.push(PolicyMistake::FunctionTwice { code, function });
                }
            }
        }
    }

    fn check_other_emergencies(&self, mistakes: &mut Vec<PolicyMistake>) {
        let listed: BTreeSet<_> = self.other_emergencies.types.iter().collect();
        let typed: BTreeSet<_> =
            self.types.iter().filter(|rule| rule.category == Category::G).map(|rule| &rule.code).collect();
        for code in listed.symmetric_difference(&typed) {
            mistakes.push(PolicyMistake::OtherEmergencies { code: (*code).clone() });
        }
    }

    fn check_objectives(&self, mistakes: &mut Vec<PolicyMistake>) {
        let known = self.function_codes();
        for objective in &self.objectives {
            match objective.measure {
                Measure::PercentWithin(percent) if !(1..=100).contains(&percent) => {
                    mistakes.push(PolicyMistake::Percent { percent });
                }
                Measure::PercentWithin(_) | Measure::Mean => {}
            }
            if objective.source.trim().is_empty() {
                mistakes.push(PolicyMistake::NoSource);
            }
            if objective.within.0 == 0 {
                mistakes.push(PolicyMistake::Zero { field: "objectives.within".to_owned() });
            }
            if let Some(function) = objective.function.as_ref().filter(|function| !known.contains(function)) {
                let of = "objectives".to_owned();
                mistakes.push(PolicyMistake::UnknownFunction { of, function: function.clone() });
            }
        }
    }
}

pub(super) fn check_code(code: &str, mistakes: &mut Vec<PolicyMistake>) {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if code.is_empty() || !code.chars().all(fits) {
        mistakes.push(PolicyMistake::NotACode { code: code.to_owned() });
    }
}

pub(super) fn check_labels<const N: usize>(
    of: &str,
    labels: [&String; N],
    mistakes: &mut Vec<PolicyMistake>,
) {
    if labels.iter().any(|label| label.trim().is_empty()) {
        mistakes.push(PolicyMistake::NoLabel { of: of.to_owned() });
    }
}
