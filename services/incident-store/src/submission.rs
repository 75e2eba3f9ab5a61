//! What is handed in, and what comes back.

use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::alarm::AlarmWindow;
use dispatch_core::area::Area;
use dispatch_core::call::{Call, CallCommand};
use dispatch_core::card::CardSet;
use dispatch_core::card::draft::CardChange;
use dispatch_core::disaster::DisasterStep;
use dispatch_core::draft::DraftStep;
use dispatch_core::duty::{Duty, SetDuty};
use dispatch_core::ids::{
    AgencyCode, AgencyId, BroadcastId, CallId, CardDraftId, DisasterId, FormBatchId, IncidentId, ReferralId,
    RulesDraftId, ShiftHandoverId, UnitId, UserId,
};
use dispatch_core::incident::{Incident, IncidentCommand, Origin, Report};
use dispatch_core::paper::{FormNumber, FormStep};
use dispatch_core::place::Place;
use dispatch_core::policy::{Rules, RulesChange};
use dispatch_core::private::Private;
use dispatch_core::referral::Referral;
use dispatch_core::roster::handover::ShiftHandover;
use dispatch_core::roster::{Reach, RosterCommand};
use dispatch_core::screening::NumberRuleKind;
use dispatch_core::site::{ChannelTest, RecapKind, UserRole};
use dispatch_core::time::Timestamp;
use dispatch_core::trunk::TrunkSetup;
use dispatch_core::unit::{Unit, UnitCommand};
use serde::{Deserialize, Serialize};

/// Bytes of an idempotency key. Ours are under 100; a UUID has 36.
const KEY_BYTES_MAX: usize = 200;

/// Names one wish of one sender. A wish that is sent twice under one key is carried out once.
///
/// Two senders never share a key as long as each puts its own name in front (`user:<id>:<their key>`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct IdempotencyKey(String);

/// A text cannot be an idempotency key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("an idempotency key has 1 to {KEY_BYTES_MAX} visible ASCII characters")]
pub struct KeyError;

impl IdempotencyKey {
    /// A key from its text: 1 to 200 visible ASCII characters.
    pub fn new(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        let fits = (1..=KEY_BYTES_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text)) } else { Err(KeyError) }
    }

    /// A key that this crate makes itself, out of ids and numbers.
    pub(crate) fn made(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Several commands that happen together or not at all.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Under which it is carried out once.
    pub key: IdempotencyKey,
    /// A hash of what was asked for. The same key with another one is [`crate::SubmitError::KeyReused`].
    pub fingerprint: Option<[u8; 32]>,
    /// Who asks.
    pub actor: Actor,
    /// What for, in this order; each sees the result of the one before.
    pub commands: Vec<DeskCommand>,
    /// Where the fact stands in a trunk's journal; the cursor moves with it.
    pub journal: Option<JournalPosition>,
    /// The outbox item that this reports on; it is done with it.
    pub completes: Option<OutboxId>,
    /// Whether a repeat gets the first answer word for word (24 hours long) instead of the present state.
    pub keep_answer: bool,
}

impl Submission {
    /// One command, with nothing special about it.
    pub fn new(key: IdempotencyKey, actor: Actor, command: DeskCommand) -> Self {
        Self {
            key,
            fingerprint: None,
            actor,
            commands: vec![command],
            journal: None,
            completes: None,
            keep_answer: false,
        }
    }
}

/// A place in the journal of a trunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JournalPosition {
    /// Which journal.
    pub journal: [u8; 16],
    /// Which record of it.
    pub index: u64,
}

/// Something that a courier has to do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OutboxId(pub String);

/// One command.
#[derive(Clone, Debug)]
pub enum DeskCommand {
    /// Of a call.
    Call(CallId, CallCommand),
    /// Open an incident. An empty number is filled from the counter of the year where the centre is.
    OpenIncident(IncidentId, Box<Report>),
    /// Of an incident.
    Incident(IncidentId, IncidentCommand),
    /// Take in what a neighbouring centre hands over, as one of our incidents with a number of our own.
    ReceiveIncident(IncidentId, Box<Report>, Box<Origin>),
    /// Merge an incident into another one. The outcome is the one that goes on.
    Merge {
        /// The one that ends.
        from: IncidentId,
        /// The one that goes on.
        into: IncidentId,
    },
    /// Split a merged incident out of the one that it was merged into. The outcome is the one that was split out.
    Unmerge {
        /// The merged one.
        incident: IncidentId,
        /// The one that it was merged into.
        from: IncidentId,
    },
    /// Of a person's duty.
    Duty(UserId, SetDuty),
    /// Of a unit. Booking and releasing follow from commands on incidents.
    Unit(UnitId, UnitCommand),
    /// Of the site.
    Site(SiteCommand),
}

/// A command on the site itself.
#[derive(Clone, Debug)]
pub enum SiteCommand {
    /// Make the store one that serves. The first event of every log.
    Found {
        /// Whether it is a demo store.
        demo: bool,
    },
    /// Let a person log in.
    AddUser {
        /// Who.
        user: UserId,
        /// The name to log in with; compared without regard to case.
        username: Private<String>,
        /// The name to show.
        name: Private<String>,
        /// As what.
        role: UserRole,
        /// For which agency, when a dispatcher.
        agency: Option<AgencyId>,
        /// The Argon2 hash of the password; never in the log.
        password_hash: String,
        /// Whether the person has to choose another one first.
        temporary: bool,
        /// By which decree or letter, where one was named.
        decree: Option<String>,
    },
    /// Change a person's name, role, agency or state. Absent means as it is.
    ChangeUser {
        /// Who.
        user: UserId,
        /// A new name.
        name: Option<Private<String>>,
        /// A new role.
        role: Option<UserRole>,
        /// A new agency; a role that has none loses it.
        agency: Option<AgencyId>,
        /// Whether the account may be used.
        active: Option<bool>,
        /// By which decree or letter, where one was named.
        decree: Option<String>,
    },
    /// Set a password.
    SetPassword {
        /// Whose.
        user: UserId,
        /// Its Argon2 hash; never in the log.
        hash: String,
        /// Whether the person has to choose another one first.
        temporary: bool,
    },
    /// A person logged in.
    OpenSession {
        /// Who.
        user: UserId,
        /// SHA-256 of the token; never in the log.
        token_hash: [u8; 32],
        /// Until when.
        expires_at: Timestamp,
    },
    /// A person logged out. Nothing happens when there is no such session.
    CloseSession {
        /// SHA-256 of the token.
        token_hash: [u8; 32],
    },
    /// Log a person out everywhere.
    CloseSessionsOf {
        /// Whom.
        user: UserId,
    },
    /// Somebody failed to log in.
    LogInFailed {
        /// Whose account, if there is such a one.
        user: Option<UserId>,
    },
    /// Add an agency.
    AddAgency {
        /// Its id.
        agency: AgencyId,
        /// Its code.
        code: AgencyCode,
        /// Its name.
        name: String,
        /// The functions it fills; its own code is added when it is missing.
        functions: Vec<AgencyCode>,
        /// By which decree or letter, where one was named.
        decree: Option<String>,
    },
    /// Change an agency. Absent means as it is.
    ChangeAgency {
        /// Which.
        agency: AgencyId,
        /// A new name.
        name: Option<String>,
        /// The functions it fills from now on; its own code is added when it is missing.
        functions: Option<Vec<AgencyCode>>,
        /// Whether it gets anything new.
        active: Option<bool>,
        /// By which decree or letter, where one was named.
        decree: Option<String>,
    },
    /// The trunks are configured like this. Nothing happens when that is known.
    NoteTrunks {
        /// All of them.
        trunks: Vec<TrunkSetup>,
    },
    /// Weigh a number differently until then, or end the rule that holds for it.
    RuleNumber {
        /// The number.
        number: Private<String>,
        /// What shall hold; nothing ends the rule that holds.
        rule: Option<NumberRuleKind>,
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: Private<String>,
        /// By which decree or letter, where one was named.
        decree: Option<String>,
    },
    /// Take over areas; one with a known code replaces the old one.
    ImportAreas {
        /// The areas.
        areas: Vec<Area>,
        /// SHA-256 of the file, hex.
        sha256: String,
        /// By which decree or letter, where one was named.
        decree: Option<String>,
    },
    /// Take over places of one list; one with a known id replaces the old one.
    ImportPlaces {
        /// The list.
        source: String,
        /// The places; all of this list.
        places: Vec<Place>,
        /// Whether places of this list that are not among them go.
        replace: bool,
        /// SHA-256 of the file, hex.
        sha256: String,
        /// By which decree or letter, where one was named.
        decree: Option<String>,
    },
    /// Write at a change of a question card.
    SaveCardDraft {
        /// Which draft; a new id begins a new one.
        draft: CardDraftId,
        /// The revision that the person saw; none for a new one.
        revision: Option<u32>,
        /// The change as it shall be.
        change: Box<CardChange>,
        /// The set that the person saw when the writing began; the one that holds when absent.
        began: Option<Arc<CardSet>>,
    },
    /// Hand a change of a question card in, approve it, reject it or give it up.
    StepCardDraft {
        /// Which draft.
        draft: CardDraftId,
        /// The revision that the person read.
        revision: u32,
        /// What to do with it.
        step: DraftStep,
    },
    /// Change a duty roster.
    ChangeRoster {
        /// Whose rosters the person may plan.
        reach: Reach,
        /// What is asked.
        command: RosterCommand,
    },
    /// Leave, and say what is open.
    HandShiftOver {
        /// As it is handed over, not yet taken.
        handover: Box<ShiftHandover>,
    },
    /// Take a shift over.
    TakeShiftOver {
        /// Which.
        handover: ShiftHandoverId,
        /// The office of whoever takes it: an agency, or none for the centre.
        office: Option<AgencyId>,
        /// What they say to it.
        note: Private<String>,
    },
    /// Hand on what is no emergency. An empty number is filled from the counter of the day where the centre is.
    Refer {
        /// As it is handed on.
        referral: Box<Referral>,
    },
    /// Say that a referral reached its service.
    ForwardReferral {
        /// Which.
        referral: ReferralId,
        /// Under which number the service keeps it.
        reference: Private<String>,
    },
    /// Give paper forms out, under the next numbers of the year where the centre is.
    GiveOutForms {
        /// What is printed together.
        batch: FormBatchId,
        /// How many.
        count: u32,
    },
    /// Use a paper form for an incident that an earlier command of this submission opened.
    UseForm {
        /// Which form.
        form: FormNumber,
        /// The incident.
        incident: IncidentId,
    },
    /// Say what became of a paper form that is not used.
    SettleForm {
        /// Which form.
        form: FormNumber,
        /// What.
        step: FormStep,
        /// Why.
        reason: Private<String>,
    },
    /// Touch the switch of the disaster mode.
    StepDisaster {
        /// Which one; a new id for a proposal.
        disaster: DisasterId,
        /// What is done.
        step: DisasterStep,
    },
    /// Say something to agencies; to all that are in use when none is named.
    Broadcast {
        /// A new id.
        broadcast: BroadcastId,
        /// What is said.
        text: Private<String>,
        /// Whether it sounds.
        urgent: bool,
        /// To whom.
        agencies: Vec<AgencyId>,
    },
    /// Say that a person of an agency read a word.
    ReadBroadcast {
        /// Which.
        broadcast: BroadcastId,
        /// For which agency.
        agency: AgencyId,
    },
    /// Write down a test of a channel; one with a known id replaces the earlier word.
    NoteChannelTest {
        /// How far it is.
        test: Box<ChannelTest>,
    },
    /// Write down whether a person heard the alarms at the start of the shift.
    NoteSoundTest {
        /// Whether they did.
        heard: bool,
    },
    /// Write down that a recap with personal data was given out.
    NoteRecap {
        /// Of what.
        what: RecapKind,
        /// From this time.
        from: Timestamp,
        /// Until before this one.
        to: Timestamp,
        /// How many lines it has.
        lines: u32,
    },
    /// Write down what sounded at a person's console in ten minutes.
    CountAlarms {
        /// Whose.
        user: UserId,
        /// How often.
        window: AlarmWindow,
    },
    /// Write at a change of the rules.
    SaveRulesDraft {
        /// Which draft; a new id begins a new one.
        draft: RulesDraftId,
        /// The revision that the person saw; none for a new one.
        revision: Option<u32>,
        /// The change as it shall be.
        change: Box<RulesChange>,
        /// The rules that the person saw when the writing began; those that hold when absent.
        began: Option<Box<Rules>>,
    },
    /// Hand a change of the rules in, approve it, reject it or give it up.
    StepRulesDraft {
        /// Which draft.
        draft: RulesDraftId,
        /// The revision that the person read.
        revision: u32,
        /// What to do with it.
        step: DraftStep,
    },
}

/// What became of a submission.
#[derive(Clone, PartialEq, Debug)]
pub struct Receipt {
    /// The log index of its first event. Greater than `last_index` when nothing needed to happen.
    pub first_index: u64,
    /// The log index of its last event.
    pub last_index: u64,
    /// Whether it was carried out before, under the same key.
    pub repeated: bool,
    /// The state after each command, in their order.
    pub outcomes: Vec<Outcome>,
}

/// The state after a command.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The call.
    Call(Box<Call>),
    /// The incident.
    Incident(Box<Incident>),
    /// The duty.
    Duty(Duty),
    /// The unit.
    Unit(Box<Unit>),
    /// The site has no single state.
    Site,
}
