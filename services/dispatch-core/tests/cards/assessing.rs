//! What answers come to.

use std::collections::BTreeSet;

use dispatch_core::card::{
    Answer, AnswerCode, Answers, Assessment, Card, CardCode, CardSet, Effect, Flag, InstructionCode,
    QuestionCode, SKIP, assess,
};
use dispatch_core::category::{Priority, TypeCode};
use proptest::prelude::*;
use serde_json::{Value, json};

fn card(code: &str) -> Card {
    CardSet::default_set().unwrap().card(&CardCode::new(code)).unwrap().clone()
}

fn answers(given: &[(&str, &str)]) -> Answers {
    given.iter().map(|(q, a)| (QuestionCode::new(*q), AnswerCode::new(*a))).collect()
}

#[test]
fn a_father_who_does_not_breathe() {
    let card = card("henti_jantung");
    let found = assess(&card, &answers(&[]));
    assert_eq!((found.priority, found.next_question.unwrap().0.as_str()), (None, "sadar"));

    let found = assess(&card, &answers(&[("sadar", "tidak"), ("napas", "tidak")]));
    assert_eq!(found.priority, Some(Priority::P1));
    assert_eq!(found.flags, BTreeSet::from([Flag::NotBreathing, Flag::Unconscious]));
    assert_eq!(found.next_question, Some(QuestionCode::new("umur")));
    let breath = found.because.iter().find(|one| one.effect == Effect::Flag(Flag::NotBreathing)).unwrap();
    assert_eq!((breath.question.0.as_str(), breath.answer.0.as_str()), ("napas", "tidak"));

    let found = assess(&card, &answers(&[("sadar", "tidak"), ("napas", "tidak"), ("umur", "bayi")]));
    assert_eq!(found.instructions, [InstructionCode::new("rjp_bayi")]);
    assert!(found.flags.contains(&Flag::Child));
}

#[test]
fn a_branch_leaves_questions_out_and_an_end_ends() {
    let card = card("henti_jantung");
    let found = assess(&card, &answers(&[("sadar", "ya")]));
    assert_eq!((found.next_question, found.path.len()), (None, 1));
    assert_eq!((found.lower, found.kind), (Some(Priority::P2), Some(TypeCode::new("sakit_mendadak"))));
    let found = assess(&card, &answers(&[("sadar", "tidak"), ("napas", "ya")]));
    assert_eq!(found.next_question, Some(QuestionCode::new("sebab")), "the age is not asked");
    assert_eq!(found.lower, None, "a raise stands against any proposal to lower");
}

#[test]
fn passing_over_a_question_changes_nothing_but_the_next_one() {
    let card = card("kebakaran_bangunan");
    let skipped = assess(&card, &answers(&[("di_dalam", SKIP)]));
    assert_eq!(skipped.next_question, Some(QuestionCode::new("meluas")));
    assert_eq!((skipped.priority, skipped.flags, skipped.because), (None, BTreeSet::new(), vec![]));
    assert_eq!(skipped.instructions, card.first);
}

/// The console counts in its own language; both are held to the same examples.
#[test]
fn the_console_counts_by_the_same_examples() {
    let examples: Vec<Value> = serde_json::from_str(include_str!("examples.json")).unwrap();
    assert!(examples.len() >= 8);
    for example in examples {
        let given: Answers = serde_json::from_value(example["answers"].clone()).unwrap();
        let found = assess(&card(example["card"].as_str().unwrap()), &given);
        assert_eq!(shown(&found), example["comes_to"], "{} {}", example["card"], example["answers"]);
    }
}

fn shown(found: &Assessment) -> Value {
    json!({
        "priority": found.priority,
        "lower": found.lower,
        "type": found.kind,
        "flags": found.flags,
        "instructions": found.instructions,
        "next": found.next_question,
        "path": found.path,
    })
}

fn some_answers() -> impl Strategy<Value = (Card, Vec<(QuestionCode, AnswerCode)>)> {
    let set = CardSet::default_set().unwrap();
    (0..set.cards.len(), prop::collection::vec((any::<usize>(), any::<usize>()), 0..12)).prop_map(
        move |(card, picks)| {
            let card = set.cards[card].clone();
            let pick = |(question, answer): (usize, usize)| {
                let question = &card.questions[question % card.questions.len()];
                // One in ten is passed over or makes no sense.
                let code = match answer % 10 {
                    0 => AnswerCode::new(SKIP),
                    1 => AnswerCode::new("entah"),
                    _ => question.answers[answer % question.answers.len()].code.clone(),
                };
                (question.code.clone(), code)
            };
            let given: Answers = picks.into_iter().map(pick).collect();
            (card, given.into_iter().collect())
        },
    )
}

fn chosen<'a>(card: &'a Card, given: &'a Answers) -> impl Iterator<Item = &'a Answer> {
    given.iter().filter_map(|(question, answer)| card.question(question)?.answer(answer))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_answers_does_not_matter(
        (card, given) in some_answers(),
        seed in any::<u64>(),
    ) {
        let mut shuffled = given.clone();
        // A rotation and a swap reach every order of a few answers often enough.
        if !shuffled.is_empty() {
            let by = usize::try_from(seed % shuffled.len() as u64).unwrap();
            shuffled.rotate_left(by);
            shuffled.reverse();
        }
        let (one, other): (Answers, Answers) = (given.into_iter().collect(), shuffled.into_iter().collect());
        prop_assert_eq!(assess(&card, &one), assess(&card, &other));
    }

    #[test]
    fn answers_only_raise_and_everything_has_a_reason((card, given) in some_answers()) {
        let given: Answers = given.into_iter().collect();
        let found = assess(&card, &given);
        let most_urgent = chosen(&card, &given).filter_map(|answer| answer.priority).min();
        prop_assert_eq!(found.priority, most_urgent, "at least what any answer asks for");
        prop_assert!(found.priority.is_none() || found.lower.is_none());
        for flag in &found.flags {
            prop_assert!(found.because.iter().any(|one| one.effect == Effect::Flag(*flag)));
        }
        let mut more = given.clone();
        for question in &card.questions {
            more.entry(question.code.clone()).or_insert_with(|| question.answers[0].code.clone());
        }
        let more = assess(&card, &more);
        prop_assert!(more.flags.is_superset(&found.flags));
        prop_assert!(found.priority.is_none() || more.priority <= found.priority, "no answer lowers");
        prop_assert_eq!(more.next_question, None);
    }
}
