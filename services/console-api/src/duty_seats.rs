//! Tells the trunk who is on duty and by what they hear calls, and closes the audio of those who leave.
//!
//! The store is the truth; the trunk only remembers. What it was told is said again every few seconds, so that a
//! trunk that was restarted, or an order that was lost, is made good without anybody noticing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use call_link::order::{CallOrders, ConsoleWord, Order};
use dispatch_core::acd::AcdPolicy;
use dispatch_core::actor::Actor;
use dispatch_core::duty::{Duty, DutyState, SetDuty};
use dispatch_core::ids::UserId;
use dispatch_core::site::{SiteEvent, UserRole};
use incident_store::{After, Change, Desk, DeskCommand, DeskEvent, Record, Store};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::intake::Intake;
use crate::names::NameBook;
use crate::presence::Presence;

/// Changes looked at in one go.
const CHANGES_AT_ONCE: usize = 512;
/// How often everything is said again. A seat that the trunk does not know of waits this long at most.
const SAID_AGAIN_EVERY: Duration = Duration::from_secs(3);

/// A trunk that is away is not waited for longer: the next round tells it.
const TOLD_WITHIN: Duration = Duration::from_secs(1);

/// Up to which change the trunk was told who is on duty.
#[derive(Clone, Debug)]
pub struct SeatsTold(watch::Receiver<u64>);

impl SeatsTold {
    /// Returns once the trunk was told of a change, or does not listen: who answers a call right after a change of
    /// their telephone must not ring the old one.
    pub async fn of(mut self, index: u64) {
        let told = self.0.wait_for(|told| *told >= index);
        // Without the task there is no trunk to tell either.
        tokio::time::timeout(TOLD_WITHIN, told).await.ok();
    }
}

/// The task's means.
pub struct DutySeats {
    /// What happens.
    pub desk: Desk,
    /// What holds.
    pub store: Store,
    /// The way to the trunk.
    pub orders: CallOrders,
    /// Who is a supervisor.
    pub names: NameBook,
    /// The way to the desk.
    pub intake: Intake,
    /// Who has a console open.
    pub presence: Presence,
    /// By which rules waiting calls ring.
    pub ring_rules: AcdPolicy,
}

/// Everybody's duty, and of whom the trunk knows that they are off.
#[derive(Default)]
struct Known {
    duties: BTreeMap<UserId, Duty>,
    /// Who has a console open.
    open: BTreeSet<UserId>,
    read: bool,
}

impl DutySeats {
    /// The task, which runs until `stop`, and how far it is. `from` is the log's head from before anything was read.
    pub fn tell(self, from: u64, stop: CancellationToken) -> (SeatsTold, impl Future<Output = ()>) {
        let (told, seen) = watch::channel(from);
        (SeatsTold(seen), self.run(from, told, stop))
    }

    async fn run(self, from: u64, told: watch::Sender<u64>, stop: CancellationToken) {
        let feed = self.desk.feed();
        let mut consoles = self.presence.watched();
        let (mut seen, mut known) = (from, Known::default());
        known.open.clone_from(&consoles.borrow_and_update());
        let mut again = tokio::time::interval(SAID_AGAIN_EVERY);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = feed.changed(seen) => match feed.after(seen, CHANGES_AT_ONCE) {
                    After::Changes(changes) => {
                        seen = changes.last().map_or(seen, |change| change.index);
                        for change in &changes {
                            self.follow(change, &mut known).await;
                        }
                        told.send_replace(seen);
                    }
                    After::TooFarBehind => {
                        seen = feed.head();
                        known.read = false;
                    }
                },
                Ok(()) = consoles.changed() => {
                    let open = consoles.borrow_and_update().clone();
                    self.say_consoles(&open, &mut known).await;
                }
                _ = again.tick() => self.say_all(&mut known).await,
            }
        }
    }

    async fn follow(&self, change: &Change, known: &mut Known) {
        if let Some(Record::Duty(duty)) = &change.record {
            self.say(duty, known).await;
            known.duties.insert(duty.user, (**duty).clone());
            return;
        }
        let DeskEvent::Site(event) = &change.event else { return };
        match event {
            SiteEvent::SessionClosed { user } => self.ends(*user, change.index, known).await,
            SiteEvent::UserChanged { user, role, active, .. } if role.is_some() || *active == Some(false) => {
                self.ends(*user, change.index, known).await;
            }
            SiteEvent::Founded { .. }
            | SiteEvent::UserAdded { .. }
            | SiteEvent::UserChanged { .. }
            | SiteEvent::PasswordSet { .. }
            | SiteEvent::SessionOpened { .. }
            | SiteEvent::LogInFailed { .. }
            | SiteEvent::AgencyAdded { .. }
            | SiteEvent::AgencyChanged { .. }
            | SiteEvent::NumberRuled { .. }
            | SiteEvent::TrunksConfigured { .. }
            | SiteEvent::AreasImported { .. }
            | SiteEvent::PlacesImported { .. }
            | SiteEvent::CardDraftSaved { .. }
            | SiteEvent::RosterChanged(_)
            | SiteEvent::Referred { .. }
            | SiteEvent::ReferralForwarded { .. }
            | SiteEvent::PaperFormsGivenOut { .. }
            | SiteEvent::PaperFormUsed { .. }
            | SiteEvent::PaperFormSettled { .. }
            | SiteEvent::ShiftHandedOver { .. }
            | SiteEvent::ShiftTakenOver { .. }
            | SiteEvent::CardDraftMoved { .. }
            | SiteEvent::CardSetAdopted { .. }
            | SiteEvent::ChannelTested { .. }
            | SiteEvent::UnseenOfferTakenBack { .. }
            | SiteEvent::LateOfferTurnedAway { .. }
            | SiteEvent::SoundTested { .. }
            | SiteEvent::RecapGiven { .. }
            | SiteEvent::DisasterStepped { .. }
            | SiteEvent::BroadcastSent { .. }
            | SiteEvent::BroadcastRead { .. }
            | SiteEvent::AlarmsCounted { .. }
            | SiteEvent::RulesDraftSaved { .. }
            | SiteEvent::RulesDraftMoved { .. }
            | SiteEvent::PolicyAdopted { .. } => {}
        }
    }

    /// Whoever logs out, or may not do what they did, takes no more calls: the audio is closed and the duty is
    /// over. Any number of desks may say so; it happens once.
    async fn ends(&self, user: UserId, index: u64, known: &Known) {
        self.orders.carry_out(Order::CloseSeat { user }).await.ok();
        if known.duties.get(&user).is_none_or(|duty| duty.state == DutyState::Off) {
            return;
        }
        let off = SetDuty { state: DutyState::Off, audio: None, skills: None };
        let key = format!("duty-ends:{index}");
        if let Err(problem) = self.intake.note(key, Actor::System, DeskCommand::Duty(user, off)).await {
            tracing::warn!(user.id = %user, code = problem.code().entry().code, "A duty could not be ended");
        }
    }

    async fn say_all(&self, known: &mut Known) {
        if !known.read {
            match self.store.duties().await {
                Ok(duties) => {
                    known.duties = duties.into_iter().map(|duty| (duty.user, duty)).collect();
                    known.read = true;
                }
                // The next round asks again; the trunk goes on with what it knows.
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "The duties cannot be read yet");
                }
            }
        }
        let rules = Box::new(self.ring_rules.clone());
        self.orders.carry_out(Order::SetRingRules { rules }).await.ok();
        for duty in known.duties.values() {
            self.say(duty, known).await;
        }
    }

    /// Whoever opened their first console or closed their last one.
    async fn say_consoles(&self, open: &BTreeSet<UserId>, known: &mut Known) {
        let changed: Vec<UserId> = known.open.symmetric_difference(open).copied().collect();
        known.open.clone_from(open);
        for duty in changed.iter().filter_map(|user| known.duties.get(user)) {
            self.say(duty, known).await;
        }
    }

    async fn say(&self, duty: &Duty, known: &Known) {
        let role = self.names.now().user(duty.user).map(|user| user.role);
        let supervisor = role == Some(UserRole::Supervisor);
        if !supervisor && role != Some(UserRole::CallTaker) {
            // Agencies and auditors take no calls; whoever was made one of them is off duty already.
            return;
        }
        let order = Order::SetSeat {
            user: duty.user,
            state: duty.state,
            audio: duty.audio.clone(),
            skills: duty.skills.iter().cloned().collect(),
            supervisor,
            console: Some(ConsoleWord { desk: self.presence.desk(), open: known.open.contains(&duty.user) }),
        };
        // A trunk that is busy or away hears it in the next round.
        self.orders.carry_out(order).await.ok();
    }
}
