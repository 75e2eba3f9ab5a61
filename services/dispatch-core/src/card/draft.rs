//! How a card is changed: somebody writes, another one approves ([`crate::draft`]).
//!
//! A draft holds one card with the instructions that it leads to.

use serde::{Deserialize, Serialize};

use super::{Card, CardMistake, CardSet, Instruction};
use crate::draft::{DraftRefusal, DraftState, DraftStep, Progress};
use crate::ids::{CardDraftId, UserId};
use crate::policy::Rules;
use crate::time::Timestamp;

/// A card with instructions that change with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CardChange {
    /// The card as it shall be.
    pub card: Card,
    /// Instructions as they shall be; those that are not here stay as they are.
    pub instructions: Vec<Instruction>,
}

/// A change on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CardDraft {
    /// Its id.
    pub id: CardDraftId,
    /// The version of the set that it began from.
    pub base: u32,
    /// The card of that version, if it had one, and those of the changed instructions that it had.
    pub before: Option<Card>,
    /// See `before`.
    pub instructions_before: Vec<Instruction>,
    /// What it changes.
    pub change: CardChange,
    /// How far it is.
    #[serde(flatten)]
    pub progress: Progress,
}

/// Who does it, when, and what holds meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The set that holds.
    pub holding: &'a CardSet,
    /// The rules that hold.
    pub rules: &'a Rules,
    /// The set that its author saw when the writing began; the one that holds when they did not say.
    pub began: Option<&'a CardSet>,
}

impl Around<'_> {
    /// What somebody wrote without seeing what came in between is told to be outdated, not taken for the newest.
    fn began_from(&self) -> &CardSet {
        self.began.filter(|began| began.version < self.holding.version).unwrap_or(self.holding)
    }
}

impl CardSet {
    /// This set with a change in it. The card that changes is of the new version.
    pub fn with(&self, change: &CardChange, version: u32, day: &str) -> Self {
        let mut set = self.clone();
        set.version = version;
        set.decree.clone_from(&change.card.decree);
        day.clone_into(&mut set.effective_from);
        let card = Card { since: version, ..change.card.clone() };
        match set.cards.iter_mut().find(|known| known.code == card.code) {
            Some(known) => *known = card,
            None => set.cards.push(card),
        }
        for changed in &change.instructions {
            match set.instructions.iter_mut().find(|known| known.code == changed.code) {
                Some(known) => known.clone_from(changed),
                None => set.instructions.push(changed.clone()),
            }
        }
        set
    }

    /// Every mistake of a change, by its field; types that would lose their card are one.
    pub fn check_change(&self, change: &CardChange, rules: &Rules) -> Vec<CardMistake> {
        let with = self.with(change, self.version, &self.effective_from);
        let mut mistakes = with.check_parts(&change.card, &change.instructions, rules);
        let before = self.check(rules);
        for mistake in with.check(rules) {
            // Those of the card itself are named by their own fields above; what is left is what it does to others.
            let is_new = mistake.field == "cards" && !before.contains(&mistake);
            if is_new {
                mistakes.push(CardMistake { field: "card.types".to_owned(), fault: mistake.fault });
            }
        }
        mistakes
    }

    /// What a change replaces: the card, and those of its instructions that there are.
    fn replaced_by(&self, change: &CardChange) -> (Option<Card>, Vec<Instruction>) {
        let card = self.card(&change.card.code).cloned();
        let known = |changed: &Instruction| self.instruction(&changed.code).cloned();
        (card, change.instructions.iter().filter_map(known).collect())
    }
}

impl CardDraft {
    /// A draft that begins, from the set that its author saw.
    pub fn begin(id: CardDraftId, change: CardChange, around: &Around<'_>) -> Self {
        let began = around.began_from();
        let (before, instructions_before) = began.replaced_by(&change);
        let progress = Progress::begin(around.by, around.at);
        Self { id, base: began.version, before, instructions_before, change, progress }
    }

    /// The draft as somebody wrote it anew. One that was handed in is open again.
    ///
    /// # Errors
    /// When it has ended, or somebody wrote at it in between.
    pub fn written(
        &self,
        revision: u32,
        change: CardChange,
        around: &Around<'_>,
    ) -> Result<Self, DraftRefusal> {
        let progress = self.progress.written(revision, around.by, around.at)?;
        let mut draft = Self { progress, ..self.clone() };
        // What an outdated one replaces stays what it was: whoever writes on must see that it has changed.
        if !self.is_outdated(around.holding) {
            let began = around.began_from();
            (draft.before, draft.instructions_before) = began.replaced_by(&change);
            draft.base = began.version;
        }
        Ok(Self { change, ..draft })
    }

    /// The draft after a step, and the set that holds from now on when it was approved.
    ///
    /// # Errors
    /// See [`DraftRefusal`].
    pub fn stepped(
        &self,
        step: DraftStep,
        revision: u32,
        around: &Around<'_>,
    ) -> Result<(Self, Option<CardSet>), DraftRefusal> {
        let holding = around.holding;
        let sound = || self.must_be_sound(around).map(|()| u64::from(holding.version) + 1);
        let progress = self.progress.stepped(step, revision, (around.by, around.at), sound)?;
        let holds = progress.state == DraftState::Approved;
        let set = holds.then(|| holding.with(&self.change, holding.version + 1, &around.at.date_here()));
        Ok((Self { progress, ..self.clone() }, set))
    }

    /// Whether what it replaces is no longer what holds.
    pub fn is_outdated(&self, holding: &CardSet) -> bool {
        holding.replaced_by(&self.change) != (self.before.clone(), self.instructions_before.clone())
    }

    fn must_be_sound(&self, around: &Around<'_>) -> Result<(), DraftRefusal> {
        if self.is_outdated(around.holding) {
            return Err(DraftRefusal::Outdated);
        }
        let mistakes = around.holding.check_change(&self.change, around.rules);
        if mistakes.is_empty() { Ok(()) } else { Err(DraftRefusal::Mistaken(mistakes)) }
    }
}
