//! What a batch works on in memory: the records as they were, as they are now, and all that is to be written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dispatch_core::actor::Actor;
use dispatch_core::alarm::AlarmWindow;
use dispatch_core::area::Area;
use dispatch_core::broadcast::Broadcast;
use dispatch_core::call::Call;
use dispatch_core::card::CardSet;
use dispatch_core::card::draft::CardDraft;
use dispatch_core::disaster::Disaster;
use dispatch_core::duty::Duty;
use dispatch_core::ids::{
    BroadcastId, CallId, CardDraftId, IncidentId, ReferralId, RulesDraftId, ShiftHandoverId, UnitId, UserId,
};
use dispatch_core::incident::{Effect, Incident};
use dispatch_core::paper::{FormNumber, PaperForm};
use dispatch_core::place::Place;
use dispatch_core::policy::draft::RulesDraft;
use dispatch_core::policy::{AgencyEntry, Policy, Rules};
use dispatch_core::private::Private;
use dispatch_core::referral::Referral;
use dispatch_core::roster::handover::ShiftHandover;
use dispatch_core::roster::{Roster, RosterEvent};
use dispatch_core::screening::NumberRule;
use dispatch_core::site::ChannelTest;
use dispatch_core::time::Timestamp;
use dispatch_core::trunk::TrunkSetup;
use dispatch_core::unit::Unit;
use serde_json::Value;

use super::late_offers::{OfferName, TakenBack};
use crate::change::{Change, DeskEvent, Record, StreamId};
use crate::error::SubmitError;
use crate::records::{LogHead, UserRecord};
use crate::submission::OutboxId;

/// Bytes of one event. The largest sensible one is an INVITE with 64 kB of headers.
const EVENT_BYTES_MAX: usize = 1024 * 1024;

/// One stream within a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    pub(super) version: u64,
    pub(super) version_before: u64,
    pub(super) before: Option<Record>,
    pub(super) now: Option<Record>,
    pub(super) is_touched: bool,
}

/// An event on its way into the log.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) change: Change,
    pub(super) key: String,
    pub(super) json: Value,
    pub(super) kind: String,
}

/// Something for the couriers.
#[derive(Clone, Debug)]
pub(super) struct NewEffect {
    pub(super) id: OutboxId,
    pub(super) incident: IncidentId,
    pub(super) effect: Effect,
}

/// A change of the site's own tables.
#[derive(Clone, Debug)]
pub(super) enum SiteWrite {
    Founded { demo: bool },
    UserAdded { user: UserRecord, password_hash: String },
    UserChanged { user: UserRecord },
    Password { user: UserId, hash: String, temporary: bool },
    SessionOpened { user: UserId, token_hash: [u8; 32], expires_at: Timestamp },
    SessionClosed { token_hash: [u8; 32] },
    SessionsClosed { user: UserId },
    Agency { entry: AgencyEntry },
    Areas { areas: Vec<Area> },
    Places { source: String, places: Vec<Place>, replace: bool },
    Rules { rules: Box<Rules> },
    RulesDraft { draft: Box<RulesDraft> },
    Cards { set: Arc<CardSet> },
    CardDraft { draft: Box<CardDraft> },
    Roster { event: RosterEvent },
    ShiftHandover { handover: Box<ShiftHandover> },
    Referral { referral: Box<Referral> },
    Forms { forms: Vec<PaperForm> },
    ChannelTest { test: Box<ChannelTest> },
    TakenBack { name: OfferName, what: TakenBack },
    Alarms { user: UserId, window: AlarmWindow },
    Disaster { disaster: Box<Disaster> },
    Broadcast { broadcast: Box<Broadcast> },
    Trunks { trunks: Vec<TrunkSetup> },
    NumberRule { number: Private<String>, rule: Option<Box<NumberRule>> },
}

/// A call-taker who is ready and has no call.
#[derive(Clone, Copy, Debug)]
pub(super) struct FreeCallTaker {
    pub(super) user: UserId,
    pub(super) since: Timestamp,
    /// Call-backs that are theirs.
    pub(super) owed: u64,
}

/// What a receipt says once it is written.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) fingerprint: Option<[u8; 32]>,
    pub(super) first_index: u64,
    pub(super) last_index: u64,
    pub(super) answer: Option<String>,
}

/// The site as far as this batch asks about it.
#[derive(Clone, Debug, Default)]
pub(super) struct SiteImage {
    pub(super) is_founded: bool,
    pub(super) users: BTreeMap<UserId, UserRecord>,
    /// Folded user names in use, of those asked about.
    pub(super) usernames: BTreeSet<String>,
    pub(super) sessions: BTreeMap<[u8; 32], UserId>,
    /// The question cards that hold, when this batch speaks of them.
    pub(super) cards: Option<Arc<CardSet>>,
    /// Changes of question cards, of those asked about.
    pub(super) drafts: BTreeMap<CardDraftId, CardDraft>,
    /// Changes of the rules, of those asked about.
    pub(super) rules_drafts: BTreeMap<RulesDraftId, RulesDraft>,
    /// How the trunks were configured last, when this batch speaks of them.
    pub(super) trunks: Option<Vec<TrunkSetup>>,
    /// The duty rosters, when this batch speaks of them.
    pub(super) roster: Roster,
    /// Referrals, of those asked about.
    pub(super) referrals: BTreeMap<ReferralId, Referral>,
    /// How many referrals the day (where the centre is) of this batch has.
    pub(super) referrals_of_day: u64,
    /// The disaster mode that was touched last, when this batch speaks of it.
    pub(super) disaster: Option<Disaster>,
    /// Words to agencies, of those asked about.
    pub(super) broadcasts: BTreeMap<BroadcastId, Broadcast>,
    /// Paper forms, of those asked about.
    pub(super) forms: BTreeMap<FormNumber, PaperForm>,
    /// How many paper forms the year (where the centre is) of this batch has.
    pub(super) forms_of_year: u64,
    /// Hand-overs of shifts, of those asked about.
    pub(super) handovers: BTreeMap<ShiftHandoverId, ShiftHandover>,
    /// Offers that were taken back before they came, of those asked about.
    pub(super) taken_back: BTreeMap<OfferName, TakenBack>,
}

/// Everything of one batch.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) head: LogHead,
    pub(super) now: Timestamp,
    pub(super) policy: Arc<Policy>,
    pub(super) directory_changed: bool,
    pub(super) streams: BTreeMap<StreamId, Slot>,
    pub(super) site: SiteImage,
    /// How many incidents the year (where the centre is) of this batch has.
    pub(super) incidents_of_year: u64,
    pub(super) known: BTreeMap<String, Answered>,
    pub(super) journals: BTreeMap<[u8; 16], u64>,
    /// Keys the HMAC under which numbers are found again.
    pub(super) number_key: [u8; 32],
    /// Calls that owe a call-back, by number: those of the store that this batch asks about, and those that began
    /// to owe one in it. What they owe by now, their record says.
    pub(super) owing: BTreeMap<Vec<u8>, BTreeSet<CallId>>,
    /// Who may be given a call-back, as this batch found them.
    pub(super) free_call_takers: Vec<FreeCallTaker>,
    pub(super) events: Vec<Decided>,
    pub(super) effects: Vec<NewEffect>,
    pub(super) site_writes: Vec<SiteWrite>,
    pub(super) receipts: Vec<(String, Answered)>,
    pub(super) completed: Vec<OutboxId>,
    /// Slots as they were before the submission in hand.
    undo: Vec<(StreamId, Slot)>,
}

/// Where a submission began, to come back to when it is refused.
pub(super) struct Mark {
    events: usize,
    effects: usize,
    site_writes: usize,
    completed: usize,
    incidents_of_year: u64,
    policy: Arc<Policy>,
    directory_changed: bool,
    site: Option<SiteImage>,
}

impl Book {
    pub(super) fn new(head: LogHead, now: Timestamp, policy: Arc<Policy>, number_key: [u8; 32]) -> Self {
        Self {
            head,
            now,
            policy,
            directory_changed: false,
            streams: BTreeMap::new(),
            site: SiteImage::default(),
            incidents_of_year: 0,
            known: BTreeMap::new(),
            journals: BTreeMap::new(),
            number_key,
            owing: BTreeMap::new(),
            free_call_takers: Vec::new(),
            events: Vec::new(),
            effects: Vec::new(),
            site_writes: Vec::new(),
            receipts: Vec::new(),
            completed: Vec::new(),
            undo: Vec::new(),
        }
    }

    /// Begins a submission. `with_site`: whether it may change the site.
    pub(super) fn begin(&mut self, with_site: bool) -> Mark {
        self.undo.clear();
        Mark {
            events: self.events.len(),
            effects: self.effects.len(),
            site_writes: self.site_writes.len(),
            completed: self.completed.len(),
            incidents_of_year: self.incidents_of_year,
            policy: Arc::clone(&self.policy),
            directory_changed: self.directory_changed,
            site: with_site.then(|| self.site.clone()),
        }
    }

    /// As if the submission had never been: nothing of it stays.
    pub(super) fn undo(&mut self, mark: Mark) {
        for (stream, slot) in std::mem::take(&mut self.undo).into_iter().rev() {
            self.streams.insert(stream, slot);
        }
        self.events.truncate(mark.events);
        self.effects.truncate(mark.effects);
        self.site_writes.truncate(mark.site_writes);
        self.completed.truncate(mark.completed);
        self.incidents_of_year = mark.incidents_of_year;
        self.policy = mark.policy;
        self.directory_changed = mark.directory_changed;
        if let Some(site) = mark.site {
            self.site = site;
        }
    }

    /// The index of the newest event, those of this batch included.
    pub(super) fn last_index(&self) -> u64 {
        self.head.index + self.events.len() as u64
    }

    pub(super) fn call(&self, id: CallId) -> Option<Arc<Call>> {
        match self.streams.get(&StreamId::Call(id))?.now.as_ref()? {
            Record::Call(call) => Some(Arc::clone(call)),
            Record::Incident(_) | Record::Duty(_) | Record::Unit(_) => None,
        }
    }

    pub(super) fn incident(&self, id: IncidentId) -> Option<Arc<Incident>> {
        match self.streams.get(&StreamId::Incident(id))?.now.as_ref()? {
            Record::Incident(incident) => Some(Arc::clone(incident)),
            Record::Call(_) | Record::Duty(_) | Record::Unit(_) => None,
        }
    }

    pub(super) fn duty(&self, user: UserId) -> Option<Arc<Duty>> {
        match self.streams.get(&StreamId::Duty(user))?.now.as_ref()? {
            Record::Duty(duty) => Some(Arc::clone(duty)),
            Record::Call(_) | Record::Incident(_) | Record::Unit(_) => None,
        }
    }

    pub(super) fn unit(&self, id: UnitId) -> Option<Arc<Unit>> {
        match self.streams.get(&StreamId::Unit(id))?.now.as_ref()? {
            Record::Unit(unit) => Some(Arc::clone(unit)),
            Record::Call(_) | Record::Incident(_) | Record::Duty(_) => None,
        }
    }

    /// Since when the unit had been on a task when the submission in hand came, if it was on one.
    pub(super) fn booked_since(&self, id: UnitId) -> Option<Timestamp> {
        let touched = self.undo.iter().find(|(stream, _)| *stream == StreamId::Unit(id));
        let slot = touched.map(|(_, before)| before).or_else(|| self.streams.get(&StreamId::Unit(id)))?;
        match slot.now.as_ref()? {
            Record::Unit(unit) => unit.booking.as_ref().map(|booking| booking.since),
            Record::Call(_) | Record::Incident(_) | Record::Duty(_) => None,
        }
    }

    /// Takes events of one stream into the log, and the state that they lead to.
    pub(super) fn append(
        &mut self,
        stream: StreamId,
        events: Vec<DeskEvent>,
        now: Option<Record>,
        actor: Actor,
        key: &str,
    ) -> Result<(), SubmitError> {
        let slot = self.streams.entry(stream).or_default();
        self.undo.push((stream, slot.clone()));
        slot.is_touched = true;
        slot.now = now;
        for event in events {
            slot.version += 1;
            let json = storable(stream, &event)?;
            self.events.push(Decided {
                kind: event.kind(&json),
                json,
                key: key.to_owned(),
                change: Change {
                    index: self.head.index + self.events.len() as u64 + 1,
                    at: self.now,
                    actor,
                    stream,
                    version: slot.version,
                    policy: self.policy.rules.version,
                    event,
                    record: None,
                },
            });
        }
        Ok(())
    }
}

/// The event's JSON, if it is of a sensible size and reads back as the very same event. A number that is none
/// (NaN) would not, and the log could never be replayed.
fn storable(stream: StreamId, event: &DeskEvent) -> Result<Value, SubmitError> {
    let json = event.to_json().map_err(|_| SubmitError::Unstorable)?;
    let text = serde_json::to_vec(&json).map_err(|_| SubmitError::Unstorable)?;
    let same = serde_json::from_slice(&text).and_then(|json| DeskEvent::from_json(stream, json));
    let fits = text.len() <= EVENT_BYTES_MAX && same.is_ok_and(|same| &same == event);
    if fits { Ok(json) } else { Err(SubmitError::Unstorable) }
}
