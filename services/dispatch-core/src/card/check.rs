//! What can be wrong with cards that somebody edited. All mistakes are found at once, each by its field.

use std::collections::BTreeSet;

use super::{Answer, Card, CardSet, END, Instruction, Question, SKIP, Words};
use crate::category::{Priority, TypeCode};
use crate::policy::Rules;

/// Questions of one card: fewer say too little, more take too long.
const QUESTIONS: std::ops::RangeInclusive<usize> = 3..=8;
/// Answers to one question.
const ANSWERS: std::ops::RangeInclusive<usize> = 2..=5;
/// Steps of one instruction.
const STEPS: std::ops::RangeInclusive<usize> = 1..=12;
/// Seconds for a whole card.
const SECONDS: std::ops::RangeInclusive<u32> = 5..=600;
/// Beats a minute: what resuscitation is taught with.
const BEATS: std::ops::RangeInclusive<u32> = 100..=120;
/// Characters of a text: one breath of reading out.
const TEXT_MAX: usize = 240;
/// Keys that do something else while a card is answered: metronome and instructions.
const RESERVED_KEYS: [&str; 2] = ["M", "P"];

/// One mistake, and the field that it is in: `card.questions[1].answers[0].key`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
#[error("{field}: {fault}")]
pub struct CardMistake {
    /// Which field.
    pub field: String,
    /// What is wrong with it.
    pub fault: CardFault,
}

/// What can be wrong with a field.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum CardFault {
    /// Nothing stands there.
    #[error("empty")]
    Empty,
    /// Longer than one reads out in a breath.
    #[error("longer than {TEXT_MAX} characters")]
    TooLong,
    /// Not small letters, digits and `_`.
    #[error("not a code: small letters, digits and _ only")]
    NotACode,
    /// It stands there twice.
    #[error("there twice")]
    Twice,
    /// The rules have no such type.
    #[error("no such type: {0}")]
    UnknownType(TypeCode),
    /// A type has no card.
    #[error("type {0} has no card")]
    TypeWithoutCard(TypeCode),
    /// A type is on more than one card.
    #[error("type {0} is on another card")]
    TypeOnTwoCards(TypeCode),
    /// Too few or too many of something.
    #[error("{min} to {max} are needed")]
    Count {
        /// At least.
        min: usize,
        /// At most.
        max: usize,
    },
    /// Not one free letter.
    #[error("not a free letter A to Z (M and P have a meaning of their own)")]
    NotAKey,
    /// No such instruction.
    #[error("no such instruction: {0}")]
    UnknownInstruction(String),
    /// A branch does not lead to a later question.
    #[error("not a later question of this card")]
    NotLater,
    /// A figure is out of range.
    #[error("out of range: {min} to {max}")]
    Range {
        /// At least.
        min: u32,
        /// At most.
        max: u32,
    },
    /// The rules say when the type is more urgent, and no answer makes it so.
    #[error("no answer raises type {0}, although its rule says when it is raised")]
    NothingRaises(TypeCode),
    /// One answer raises and lowers.
    #[error("raises and lowers at once")]
    RaisesAndLowers,
    /// Not `YYYY-MM-DD`.
    #[error("not a date YYYY-MM-DD")]
    NotADate,
}

/// Collects mistakes under field names.
struct Finder<'a> {
    set: &'a CardSet,
    rules: &'a Rules,
    found: Vec<CardMistake>,
}

impl CardSet {
    /// Every mistake of this set under these rules, in the order of the fields; none when it can be used.
    pub fn check(&self, rules: &Rules) -> Vec<CardMistake> {
        let mut finder = Finder { set: self, rules, found: Vec::new() };
        finder.text("decree", &self.decree);
        let is_day = self.effective_from.len() == "YYYY-MM-DD".len();
        if !is_day || self.effective_from.parse::<jiff::civil::Date>().is_err() {
            finder.report("effective_from", CardFault::NotADate);
        }
        let mut seen = BTreeSet::new();
        for (place, instruction) in self.instructions.iter().enumerate() {
            let field = format!("instructions[{place}]");
            finder.instruction(&field, instruction);
            finder.once(&mut seen, &format!("{field}.code"), &instruction.code.0);
        }
        let mut seen = BTreeSet::new();
        for (place, card) in self.cards.iter().enumerate() {
            let field = format!("cards[{place}]");
            finder.card(&field, card);
            finder.once(&mut seen, &format!("{field}.code"), &card.code.0);
        }
        for rule in &rules.types {
            if !self.cards.iter().any(|card| card.types.contains(&rule.code)) {
                finder.report("cards", CardFault::TypeWithoutCard(rule.code.clone()));
            }
        }
        finder.found
    }

    /// The mistakes of one card and of some instructions within this set, which holds them already.
    pub(super) fn check_parts(&self, card: &Card, parts: &[Instruction], rules: &Rules) -> Vec<CardMistake> {
        let mut finder = Finder { set: self, rules, found: Vec::new() };
        finder.card("card", card);
        let mut seen = BTreeSet::new();
        for (place, instruction) in parts.iter().enumerate() {
            let field = format!("instructions[{place}]");
            finder.instruction(&field, instruction);
            finder.once(&mut seen, &format!("{field}.code"), &instruction.code.0);
        }
        finder.found
    }
}

impl Finder<'_> {
    fn report(&mut self, field: &str, fault: CardFault) {
        self.found.push(CardMistake { field: field.to_owned(), fault });
    }

    fn text(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.report(field, CardFault::Empty);
        }
        if text.chars().count() > TEXT_MAX {
            self.report(field, CardFault::TooLong);
        }
    }

    fn words(&mut self, field: &str, words: &Words) {
        self.text(&format!("{field}.id"), &words.id);
        self.text(&format!("{field}.en"), &words.en);
    }

    fn code(&mut self, field: &str, code: &str) {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if code.is_empty() || code.len() > 40 || !code.chars().all(fits) || [SKIP, END].contains(&code) {
            self.report(field, CardFault::NotACode);
        }
    }

    fn once(&mut self, seen: &mut BTreeSet<String>, field: &str, what: &str) {
        if !seen.insert(what.to_owned()) {
            self.report(field, CardFault::Twice);
        }
    }

    fn count(&mut self, field: &str, count: usize, range: std::ops::RangeInclusive<usize>) {
        if !range.contains(&count) {
            self.report(field, CardFault::Count { min: *range.start(), max: *range.end() });
        }
    }

    fn range(&mut self, field: &str, value: u32, range: std::ops::RangeInclusive<u32>) {
        if !range.contains(&value) {
            self.report(field, CardFault::Range { min: *range.start(), max: *range.end() });
        }
    }

    fn instruction(&mut self, field: &str, instruction: &Instruction) {
        self.code(&format!("{field}.code"), &instruction.code.0);
        self.words(&format!("{field}.title"), &instruction.title);
        self.text(&format!("{field}.owner"), &instruction.owner);
        self.count(&format!("{field}.steps"), instruction.steps.len(), STEPS);
        for (place, step) in instruction.steps.iter().enumerate() {
            self.words(&format!("{field}.steps[{place}]"), step);
        }
        if let Some(rhythm) = &instruction.rhythm {
            self.range(&format!("{field}.rhythm.per_minute"), rhythm.per_minute, BEATS);
            self.range(&format!("{field}.rhythm.beats"), rhythm.beats, 0..=60);
            self.range(&format!("{field}.rhythm.breaths"), rhythm.breaths, 0..=5);
        }
        for (place, mark) in instruction.marks.iter().enumerate() {
            self.range(&format!("{field}.marks[{place}].every_s"), mark.every_s, 10..=1_800);
            self.words(&format!("{field}.marks[{place}].text"), &mark.text);
        }
    }

    fn card(&mut self, field: &str, card: &Card) {
        self.code(&format!("{field}.code"), &card.code.0);
        self.words(&format!("{field}.title"), &card.title);
        self.text(&format!("{field}.owner"), &card.owner);
        self.text(&format!("{field}.decree"), &card.decree);
        self.range(&format!("{field}.within_s"), card.within_s, SECONDS);
        self.types(field, card);
        for (place, code) in card.first.iter().enumerate() {
            self.known(&format!("{field}.first[{place}]"), code);
        }
        self.count(&format!("{field}.questions"), card.questions.len(), QUESTIONS);
        let mut seen = BTreeSet::new();
        for (place, question) in card.questions.iter().enumerate() {
            let field = format!("{field}.questions[{place}]");
            self.once(&mut seen, &format!("{field}.code"), &question.code.0);
            self.question(&field, card, place, question);
        }
    }

    fn types(&mut self, field: &str, card: &Card) {
        let field = format!("{field}.types");
        self.count(&field, card.types.len(), 1..=self.rules.types.len());
        for code in &card.types {
            let Some(rule) = self.rules.kind(code) else {
                self.report(&field, CardFault::UnknownType(code.clone()));
                continue;
            };
            if self.set.cards.iter().filter(|other| other.types.contains(code)).count() > 1 {
                self.report(&field, CardFault::TypeOnTwoCards(code.clone()));
            }
            let raises = |answer: &Answer| answer.priority.is_some_and(|raised| raised < rule.priority);
            let can_be_raised = rule.raise_when.is_some() && rule.priority != Priority::P1;
            if can_be_raised && !card.questions.iter().flat_map(|q| &q.answers).any(raises) {
                self.report(&field, CardFault::NothingRaises(code.clone()));
            }
        }
    }

    fn question(&mut self, field: &str, card: &Card, place: usize, question: &Question) {
        self.code(&format!("{field}.code"), &question.code.0);
        self.words(&format!("{field}.text"), &question.text);
        if let Some(say) = &question.say {
            self.words(&format!("{field}.say"), say);
        }
        self.count(&format!("{field}.answers"), question.answers.len(), ANSWERS);
        let (mut codes, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for (nth, answer) in question.answers.iter().enumerate() {
            let field = format!("{field}.answers[{nth}]");
            self.once(&mut codes, &format!("{field}.code"), &answer.code.0);
            self.once(&mut keys, &format!("{field}.key"), &answer.key);
            self.answer(&field, &card.questions[place + 1..], answer);
        }
    }

    fn answer(&mut self, field: &str, later: &[Question], answer: &Answer) {
        self.code(&format!("{field}.code"), &answer.code.0);
        self.words(&format!("{field}.label"), &answer.label);
        let is_letter = answer.key.len() == 1 && answer.key.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_letter || RESERVED_KEYS.contains(&answer.key.as_str()) {
            self.report(&format!("{field}.key"), CardFault::NotAKey);
        }
        if answer.priority.is_some() && answer.lower.is_some() {
            self.report(&format!("{field}.lower"), CardFault::RaisesAndLowers);
        }
        for (place, code) in answer.instructions.iter().enumerate() {
            self.known(&format!("{field}.instructions[{place}]"), code);
        }
        if let Some(kind) = answer.kind.as_ref().filter(|kind| self.rules.kind(kind).is_none()) {
            self.report(&format!("{field}.type"), CardFault::UnknownType(kind.clone()));
        }
        let leads_on =
            |next: &super::QuestionCode| next.0 == END || later.iter().any(|question| &question.code == next);
        if answer.next.as_ref().is_some_and(|next| !leads_on(next)) {
            self.report(&format!("{field}.next"), CardFault::NotLater);
        }
    }

    fn known(&mut self, field: &str, code: &super::InstructionCode) {
        if self.set.instruction(code).is_none() {
            self.report(field, CardFault::UnknownInstruction(code.0.clone()));
        }
    }
}
