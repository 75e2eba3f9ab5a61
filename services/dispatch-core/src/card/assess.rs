//! What answers come to.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, AnswerCode, Card, END, Flag, InstructionCode, Question, QuestionCode};
use crate::category::{Priority, TypeCode};

/// What was answered so far: one answer to a question, the last one that was given.
pub type Answers = BTreeMap<QuestionCode, AnswerCode>;

/// What the answers to one card come to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Assessment {
    /// The priority is at least this. Answers never lower it.
    pub priority: Option<Priority>,
    /// A less urgent priority that a person may choose. Never beside a raise.
    pub lower: Option<Priority>,
    /// Another type that fits better: that of the first question which says so.
    pub kind: Option<TypeCode>,
    /// What holds of the incident.
    pub flags: BTreeSet<Flag>,
    /// What the caller should be told: what the answers ask for first, then what always holds.
    pub instructions: Vec<InstructionCode>,
    /// The question to ask now; none when all of the path is answered.
    pub next_question: Option<QuestionCode>,
    /// The questions of the path that the answers lead along, up to the next one.
    pub path: Vec<QuestionCode>,
    /// Which answer made each effect, in the order of the card.
    pub because: Vec<Because>,
}

/// The answer that made an effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Because {
    /// To which question.
    pub question: QuestionCode,
    /// Which answer.
    pub answer: AnswerCode,
    /// What it made.
    pub effect: Effect,
}

/// One effect of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// At least this priority.
    Priority(Priority),
    /// This priority is proposed.
    Lower(Priority),
    /// This holds.
    Flag(Flag),
    /// This should be said.
    Instruction(InstructionCode),
    /// This type fits better.
    Kind(TypeCode),
}

/// What these answers to this card come to. Total: what does not belong to the card counts as passed over. Each answer
/// counts, also one to a question that the path leaves out: what somebody said stays said.
pub fn assess(card: &Card, answers: &Answers) -> Assessment {
    let mut assessment = Assessment::default();
    for question in &card.questions {
        if let Some(answer) = answers.get(&question.code).and_then(|code| question.answer(code)) {
            assessment.count(question, answer);
        }
    }
    for always in &card.first {
        assessment.tell(always);
    }
    if assessment.priority.is_some() {
        assessment.lower = None;
    }
    (assessment.path, assessment.next_question) = path(card, answers);
    assessment
}

impl Assessment {
    fn count(&mut self, question: &Question, answer: &Answer) {
        let mut because = |effect| {
            let (question, answer) = (question.code.clone(), answer.code.clone());
            self.because.push(Because { question, answer, effect });
        };
        if let Some(priority) = answer.priority {
            because(Effect::Priority(priority));
        }
        if let Some(priority) = answer.lower {
            because(Effect::Lower(priority));
        }
        answer.flags.iter().for_each(|flag| because(Effect::Flag(*flag)));
        answer.instructions.iter().for_each(|code| because(Effect::Instruction(code.clone())));
        if let Some(kind) = &answer.kind {
            because(Effect::Kind(kind.clone()));
        }
        // `Ord` of a priority: the most urgent is the least.
        self.priority = self.priority.into_iter().chain(answer.priority).min();
        self.lower = self.lower.into_iter().chain(answer.lower).min();
        self.flags.extend(&answer.flags);
        answer.instructions.iter().for_each(|code| self.tell(code));
        self.kind = self.kind.take().or_else(|| answer.kind.clone());
    }

    fn tell(&mut self, code: &InstructionCode) {
        if !self.instructions.contains(code) {
            self.instructions.push(code.clone());
        }
    }
}

/// The questions up to the first one that has no answer. A branch leads forward only, so this ends on any data.
fn path(card: &Card, answers: &Answers) -> (Vec<QuestionCode>, Option<QuestionCode>) {
    let mut path = Vec::new();
    let mut at = 0;
    while let Some(question) = card.questions.get(at) {
        path.push(question.code.clone());
        let Some(given) = answers.get(&question.code) else { return (path, Some(question.code.clone())) };
        let next = question.answer(given).and_then(|answer| answer.next.as_ref());
        let later = next.and_then(|code| card.questions.iter().position(|q| &q.code == code));
        at = match next {
            Some(code) if code.0 == END => card.questions.len(),
            Some(_) | None => later.unwrap_or(0).max(at + 1),
        };
    }
    (path, None)
}
