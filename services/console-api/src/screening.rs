//! Tells the trunk what is on record that helps it to judge a call: what earlier calls of a number turned out to be,
//! and whether many people call about one thing (`crate::duplicates` knows).
//!
//! The trunk works without it. A trunk that was restarted has forgotten everything; its number in the floor tells, and
//! it is told again.

use std::time::Duration;

use call_link::order::{CallOrders, NumberPast, Order, OrderError, PASTS_PER_ORDER_MAX};
use dispatch_core::call::Call;
use dispatch_core::private::Private;
use dispatch_core::screening::{LIFTED_FOR, NumberRuleKind, PASTS_MAX};
use dispatch_core::site::SiteEvent;
use dispatch_core::time::{Clock, Seconds, Timestamp};
use incident_store::{After, Change, Desk, DeskEvent, Record, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::duplicates::DuplicateBook;
use crate::floor::FloorReceiver;
use crate::names::NameBook;

/// Changes looked at in one go.
const CHANGES_AT_ONCE: usize = 512;
/// How often the trunk hears of mass events, and is looked at for whether it knows the numbers.
const SAID_EVERY: Duration = Duration::from_secs(3);
/// How long an outcome counts: a person who played pranks as a child is heard like anybody in the next season.
pub(crate) const OUTCOMES_COUNT_FOR_S: i64 = 90 * 86_400;
/// After such a time everything is told again, so that what is older runs out.
const TOLD_AGAIN_AFTER: Seconds = Seconds(86_400);
/// The task's means.
pub struct Screening {
    /// What happens.
    pub desk: Desk,
    /// What is on record.
    pub store: Store,
    /// The way to the trunk.
    pub orders: CallOrders,
    /// Which trunk process answers.
    pub floor: FloorReceiver,
    /// What many call about.
    pub duplicates: DuplicateBook,
    /// Whose rules say how many are many.
    pub names: NameBook,
    /// Whom to ask for the time.
    pub clock: Clock,
}

/// What the trunk was told.
#[derive(Default)]
struct Told {
    /// The trunk process that knows the numbers, and since when.
    to: Option<(u64, Timestamp)>,
    /// That the disaster mode is on.
    disaster: bool,
}

/// Why something could not be told now.
#[derive(Debug, thiserror::Error)]
enum NotTold {
    #[error("the store does not answer")]
    Store(#[from] StoreError),
    #[error("the trunk does not take it")]
    Trunk(#[from] OrderError),
}

impl Screening {
    /// Runs until `stop`; `from` is the log's head from before anything was read.
    pub async fn run(self, from: u64, stop: CancellationToken) {
        let feed = self.desk.feed();
        let (mut seen, mut told) = (from, Told::default());
        let mut again = tokio::time::interval(SAID_EVERY);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = feed.changed(seen) => match feed.after(seen, CHANGES_AT_ONCE) {
                    After::Changes(changes) => {
                        seen = changes.last().map_or(seen, |change| change.index);
                        for change in &changes {
                            self.follow(change, &mut told).await;
                        }
                    }
                    After::TooFarBehind => {
                        seen = feed.head();
                        told = Told::default();
                    }
                },
                _ = again.tick() => self.say(&mut told).await,
            }
        }
    }

    async fn follow(&self, change: &Change, told: &mut Told) {
        let said = if let DeskEvent::Site(SiteEvent::NumberRuled { number, .. }) = &change.event {
            self.say_number(number).await
        } else {
            match change.record.as_ref() {
                Some(Record::Call(call)) if says_something(call) => self.say_call(call).await,
                Some(Record::Call(_) | Record::Incident(_) | Record::Duty(_) | Record::Unit(_)) | None => {
                    Ok(())
                }
            }
        };
        if let Err(error) = said {
            tracing::debug!(error = &error as &dyn std::error::Error, "An outcome was not told");
            // With all the others, then.
            told.to = None;
        }
    }

    async fn say(&self, told: &mut Told) {
        let run = self.floor.borrow().run;
        let now = self.clock.now();
        let known = told.to.is_some_and(|(to, at)| to == run && now < at.after(TOLD_AGAIN_AFTER));
        if run != 0 && !known {
            match self.say_all().await {
                Ok(numbers) => {
                    told.to = Some((run, now));
                    tracing::info!(numbers, "The trunk knows what earlier calls turned out to be");
                }
                // The next round tries again; the trunk goes on with what it knows.
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "The trunk does not know yet");
                }
            }
        }
        let open = self.duplicates.has_mass_event(&self.names.now(), now);
        match self.store.disaster().await {
            Ok(last) => told.disaster = last.is_some_and(|one| one.is_on()),
            // What held goes on: a store that is away ends no disaster.
            Err(error) => tracing::debug!(error = &error as &dyn std::error::Error, "Disaster mode not read"),
        }
        self.orders.carry_out(Order::MassEvent { open, disaster: told.disaster }).await.ok();
    }

    /// Everything, in pages; who called last is told last, and is so forgotten last.
    async fn say_all(&self) -> Result<usize, NotTold> {
        let limit = u32::try_from(PASTS_MAX).unwrap_or(u32::MAX);
        let mut pasts = self.store.number_pasts(self.since(), limit).await?;
        pasts.reverse();
        let count = pasts.len();
        let mut pasts = pasts.into_iter().map(past_of).peekable();
        let mut begins = true;
        while begins || pasts.peek().is_some() {
            let numbers = pasts.by_ref().take(PASTS_PER_ORDER_MAX).collect();
            self.orders.carry_out(Order::Learn { numbers, begins }).await?;
            begins = false;
        }
        Ok(count)
    }

    async fn say_call(&self, call: &Call) -> Result<(), NotTold> {
        if call.arrival.caller.is_none() || call.arrival.test {
            return Ok(());
        }
        let found = self.store.number_past_of(call, self.since()).await?;
        let numbers = found.into_iter().map(past_of).collect();
        self.orders.carry_out(Order::Learn { numbers, begins: false }).await?;
        Ok(())
    }

    async fn say_number(&self, number: &Private<String>) -> Result<(), NotTold> {
        let found = self.store.number_past(number, self.since()).await?;
        self.orders.carry_out(Order::Learn { numbers: vec![past_of(found)], begins: false }).await?;
        Ok(())
    }

    fn since(&self) -> Timestamp {
        outcomes_count_from(self.clock.now())
    }
}

/// Since when outcomes count.
pub(crate) const fn outcomes_count_from(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.as_micros() - OUTCOMES_COUNT_FOR_S * 1_000_000)
}

fn says_something(call: &Call) -> bool {
    (call.disposition.is_some() || call.restriction_lifted.is_some()) && call.arrival.direction.is_in()
}

pub(crate) fn past_of(found: incident_store::NumberPast) -> NumberPast {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let (pranks, ghosts, incidents) = (count(found.pranks), count(found.ghosts), count(found.incidents));
    let ruled = |kind| found.rule.as_ref().filter(|rule| rule.rule == kind).map(|rule| rule.until);
    let lifted_until = found.lifted_at.map(|at| at.after(LIFTED_FOR)).max(ruled(NumberRuleKind::Lifted));
    let restricted_until = ruled(NumberRuleKind::Restricted);
    NumberPast { number: found.number, pranks, ghosts, incidents, lifted_until, restricted_until }
}
