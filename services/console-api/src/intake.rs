//! From a handler to the one way in: keys, fingerprints, waiting times, and names for the refusals.

use std::time::Instant;

use dispatch_core::actor::Actor;
use dispatch_core::call::Call;
use dispatch_core::duty::Duty;
use dispatch_core::incident::Incident;
use dispatch_core::unit::Unit;
use incident_store::{Desk, DeskCommand, IdempotencyKey, Outcome, Receipt, Submission};
use sha2::{Digest as _, Sha256};

use crate::authority::Authority;
use crate::input::Written;
use crate::metrics::Metrics;
use crate::names::NameBook;
use crate::problem::{Code, Problem};
use crate::session::Crew;

/// Hands commands to the desk. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    desk: Desk,
    names: NameBook,
    metrics: Metrics,
}

impl Intake {
    /// An intake of this desk.
    pub const fn new(desk: Desk, names: NameBook, metrics: Metrics) -> Self {
        Self { desk, names, metrics }
    }

    /// Carries out what a person wrote, once per idempotency key; a repeat gets the first answer.
    ///
    /// # Errors
    /// What the desk refused, in words.
    pub async fn write<P, T>(
        &self,
        may: &Authority<P>,
        written: &Written<T>,
        commands: Vec<DeskCommand>,
    ) -> Result<Answer, Problem> {
        let key = kept_key(&format!("user:{}", may.user_id()), &written.key)?;
        let submission = Submission {
            key,
            fingerprint: Some(written.fingerprint),
            actor: may.actor(),
            commands,
            journal: None,
            completes: None,
            keep_answer: true,
        };
        self.submit(submission).await
    }

    /// The same for what the crew of a unit wrote.
    ///
    /// # Errors
    /// What the desk refused, in words.
    pub async fn write_for<T>(
        &self,
        crew: &Crew,
        written: &Written<T>,
        commands: Vec<DeskCommand>,
    ) -> Result<Answer, Problem> {
        let submission = Submission {
            key: kept_key(&format!("unit:{}", crew.unit().id), &written.key)?,
            fingerprint: Some(written.fingerprint),
            actor: crew.actor(),
            commands,
            journal: None,
            completes: None,
            keep_answer: true,
        };
        self.submit(submission).await
    }

    /// Carries out what the program itself does for somebody, under a key of its own.
    ///
    /// # Errors
    /// What the desk refused, in words.
    pub async fn note(&self, key: String, actor: Actor, command: DeskCommand) -> Result<Answer, Problem> {
        let key = IdempotencyKey::new(key).map_err(|_| Problem::new(Code::InvalidIdempotencyKey))?;
        self.submit(Submission::new(key, actor, command)).await
    }

    async fn submit(&self, submission: Submission) -> Result<Answer, Problem> {
        let begun = Instant::now();
        let result = self.desk.submit(submission).await;
        self.metrics.submitted(begun.elapsed(), result.is_ok());
        result.map(Answer).map_err(|error| Problem::submit(error, &self.names.now()))
    }
}

/// The store takes keys up to its own length, and puts all senders into one space: the id of the person or unit goes
/// in front, and a long key is replaced by its hash.
fn kept_key(sender: &str, key: &str) -> Result<IdempotencyKey, Problem> {
    const KEPT_AS_IT_IS: usize = 120;
    let key = if key.len() <= KEPT_AS_IT_IS {
        key.to_owned()
    } else {
        format!("sha256.{}", hex::encode(Sha256::digest(key.as_bytes())))
    };
    let key = IdempotencyKey::new(format!("{sender}:{key}"));
    key.map_err(|_| Problem::new(Code::InvalidIdempotencyKey))
}

/// What became of commands.
#[derive(Debug)]
pub struct Answer(Receipt);

impl Answer {
    /// The log index up to which the answer holds.
    pub fn index(&self) -> u64 {
        self.0.last_index
    }

    /// The last incident among the outcomes.
    ///
    /// # Errors
    /// When there is none: a handler asked for what it did not submit.
    pub fn incident(self) -> Result<Incident, Problem> {
        self.find(|outcome| match outcome {
            Outcome::Incident(incident) => Some(*incident),
            Outcome::Call(_) | Outcome::Duty(_) | Outcome::Unit(_) | Outcome::Site => None,
        })
    }

    /// The last incident among the outcomes, if there is one.
    pub fn maybe_incident(self) -> Option<Incident> {
        self.incident().ok()
    }

    /// The last call among the outcomes.
    ///
    /// # Errors
    /// As for [`Answer::incident`].
    pub fn call(self) -> Result<Call, Problem> {
        self.find(|outcome| match outcome {
            Outcome::Call(call) => Some(*call),
            Outcome::Incident(_) | Outcome::Duty(_) | Outcome::Unit(_) | Outcome::Site => None,
        })
    }

    /// The last duty among the outcomes.
    ///
    /// # Errors
    /// As for [`Answer::incident`].
    pub fn duty(self) -> Result<Duty, Problem> {
        self.find(|outcome| match outcome {
            Outcome::Duty(duty) => Some(duty),
            Outcome::Call(_) | Outcome::Incident(_) | Outcome::Unit(_) | Outcome::Site => None,
        })
    }

    /// The last unit among the outcomes.
    ///
    /// # Errors
    /// As for [`Answer::incident`].
    pub fn unit(self) -> Result<Unit, Problem> {
        self.find(|outcome| match outcome {
            Outcome::Unit(unit) => Some(*unit),
            Outcome::Call(_) | Outcome::Incident(_) | Outcome::Duty(_) | Outcome::Site => None,
        })
    }

    fn find<T>(self, pick: impl Fn(Outcome) -> Option<T>) -> Result<T, Problem> {
        self.0.outcomes.into_iter().rev().find_map(pick).ok_or(Problem::new(Code::Internal))
    }
}
