//! What can be wrong with ladders and limits in time.

use super::{PolicyMistake, Rules};
use crate::category::Priority;
use crate::escalation::{Ladder, Rung, Step};
use crate::limits::{LADDER_RUNGS_MAX, RULE_TIME_MAX};
use crate::time::Seconds;

pub(super) fn check(rules: &Rules, mistakes: &mut Vec<PolicyMistake>) {
    for priority in Priority::ALL {
        match rules.ladders.get(&priority) {
            Some(ladder) => check_ladder(priority, ladder, mistakes),
            None => mistakes.push(PolicyMistake::NoLadder { priority }),
        }
        if !rules.dispatch_within.contains_key(&priority) {
            mistakes.push(PolicyMistake::NoDispatchLimit { priority });
        }
    }
    check_exceptions(rules, mistakes);
    let single = [
        ("welfare_check_after", rules.welfare_check_after),
        ("close_within", rules.close_within),
        ("call_back_within", rules.call_back_within),
    ];
    let listed = [
        ("dispatch_within", &rules.dispatch_within),
        ("en_route_within", &rules.en_route_within),
        ("neighbour_answer_within", &rules.neighbour_answer_within),
    ];
    let listed = listed.iter().flat_map(|(field, limits)| limits.values().map(move |limit| (*field, *limit)));
    for (field, limit) in single.into_iter().chain(listed) {
        check_time(field, limit, mistakes);
    }
}

fn check_ladder(priority: Priority, ladder: &Ladder, mistakes: &mut Vec<PolicyMistake>) {
    let Some(first) = ladder.rungs.first() else {
        mistakes.push(PolicyMistake::NoLadder { priority });
        return;
    };
    if !ladder.is_ascending() {
        mistakes.push(PolicyMistake::LadderOrder { priority });
    }
    if !is_of_a_ladder(ladder) {
        mistakes.push(PolicyMistake::LadderSteps { priority });
    }
    let field = format!("ladders.{priority}");
    check_time(&field, first.after, mistakes);
    if let Some(last) = ladder.rungs.last().filter(|last| last.after > RULE_TIME_MAX) {
        check_time(&field, last.after, mistakes);
    }
}

/// Whether its rungs are steps that a ladder can take, and one of them makes a person of the centre act: whatever a
/// screen has confirmed, because a screen that has it is no person who takes it.
fn is_of_a_ladder(ladder: &Ladder) -> bool {
    let passes_over_an_alarm = |rung: &Rung| rung.step.is_alarm() && rung.only_if_undelivered;
    ladder.rungs.len() <= LADDER_RUNGS_MAX
        && ladder.rungs.iter().any(|rung| rung.step.is_alarm())
        && !ladder.rungs.iter().any(|rung| rung.step == Step::WelfareCheck || passes_over_an_alarm(rung))
}

fn check_exceptions(rules: &Rules, mistakes: &mut Vec<PolicyMistake>) {
    let known = rules.function_codes();
    for (place, rule) in (1..).zip(&rules.ladder_exceptions) {
        let ladder = &rule.ladder;
        let too_long = ladder.rungs.iter().any(|rung| rung.after > RULE_TIME_MAX);
        let at_once = ladder.rungs.first().is_some_and(|first| first.after.0 == 0);
        let sound = ladder.is_ascending() && is_of_a_ladder(ladder) && !too_long && !at_once;
        if !sound || rule.because.trim().is_empty() {
            mistakes.push(PolicyMistake::LadderException { place });
        }
        for function in rule.functions.iter().filter(|function| !known.contains(function)) {
            let of = "ladder_exceptions".to_owned();
            mistakes.push(PolicyMistake::UnknownFunction { of, function: function.clone() });
        }
    }
}

fn check_time(field: &str, time: Seconds, mistakes: &mut Vec<PolicyMistake>) {
    if time.0 == 0 {
        mistakes.push(PolicyMistake::Zero { field: field.to_owned() });
    }
    if time > RULE_TIME_MAX {
        mistakes.push(PolicyMistake::TooLong { field: field.to_owned() });
    }
}
