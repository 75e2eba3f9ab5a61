//! Tests of channels: a message that is marked as one, over every channel that is tested, each week or when somebody
//! asks. What comes of it stands in the log, channel by channel.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use agency_channels::{Notification, Outcome, deliver};
use console_api::channels::ReportRefused;
use dispatch_core::actor::Actor;
use dispatch_core::escalation::Step;
use dispatch_core::ids::{AgencyCode, RosterPersonId, UserId};
use dispatch_core::incident::{Called, ChannelState};
use dispatch_core::roster::Roster;
use dispatch_core::site::ChannelTest;
use dispatch_core::time::{Timestamp, zone};
use futures_util::StreamExt;
use futures_util::stream;
use incident_store::{DeskCommand, IdempotencyKey, SiteCommand, Submission};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::book::{Way, net};
use super::reports::{self, Word, hashed};
use super::{Couriers, Shared, Work, address, voice};

/// How often it is looked whether the weekly test is due.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// A test that is later than this waits for the next week: nobody expects it at another hour.
const LATE_MAX_MILLIS: i64 = 3_600_000;
/// Channels that are tried at once, those that wait for a report included.
const AT_ONCE: usize = 8;
/// A test that finds no place to spare looks again after this, and gives up in the end.
const NO_ROOM_PAUSE: Duration = Duration::from_secs(1);
const NO_ROOM_MAX: Duration = Duration::from_secs(600);
/// Tests that are looked through for a message.
const TESTS_SEARCHED_MAX: u32 = 500;
/// Newest incidents of an agency that are looked through for a task that went to the same telephone after a test.
const TASKS_SEARCHED_MAX: u32 = 50;

/// One test at a time in a process.
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Runs the weekly test when it is due. Whether it ran stands in the store, so a restart runs it neither twice nor never.
pub(super) async fn every_week(couriers: Couriers, work: Work, stop: CancellationToken) {
    let Some(weekly) = couriers.0.weekly else { return };
    loop {
        let now = work.clock.now();
        let due = weekly.last_before(now, zone::here());
        if now.millis_since(due) <= LATE_MAX_MILLIS && !ran(&work, due).await {
            run(&couriers.0, &work, due).await;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(LOOK_EVERY) => {}
        }
    }
}

/// Whether the test of that time was begun; also "yes" while the store is away, because then it is looked at again.
async fn ran(work: &Work, due: Timestamp) -> bool {
    let tests = work.desk.store().channel_tests(TESTS_SEARCHED_MAX).await;
    tests.map_or(true, |tests| tests.iter().any(|test| test.asked_at >= due && test.asked_by.is_none()))
}

/// Begins a test; `false` when one is running.
pub(super) fn begin(couriers: Couriers, work: Work, only: Option<AgencyCode>, by: Option<UserId>) -> bool {
    if RUNNING.swap(true, Ordering::AcqRel) {
        return false;
    }
    tokio::spawn(async move {
        let _running = Running;
        let asked_at = work.clock.now();
        each(&couriers.0, &work, only, by, asked_at).await;
    });
    true
}

/// Gives the place back, also after a panic.
struct Running;

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.store(false, Ordering::Release);
    }
}

async fn run(shared: &Shared, work: &Work, due: Timestamp) {
    if RUNNING.swap(true, Ordering::AcqRel) {
        return;
    }
    let _running = Running;
    each(shared, work, None, None, due).await;
}

async fn each(
    shared: &Shared,
    work: &Work,
    only: Option<AgencyCode>,
    by: Option<UserId>,
    asked_at: Timestamp,
) {
    let wanted = |agency: &AgencyCode| only.as_ref().is_none_or(|only| only == agency);
    let ways = shared.book.agencies().filter(|(agency, _)| wanted(agency));
    let ways = ways.flat_map(|(agency, ways)| ways.iter().map(move |way| (agency, way)));
    let mut ways: Vec<_> = ways.filter(|(_, way)| way.tested).collect();
    info!(channels = ways.len(), "Channels are tested");
    // One call at a time, the lines of the trunk are for tasks; last, because the others need not wait for them.
    let line = &Semaphore::new(1);
    ways.sort_by_key(|(_, way)| net(&way.gateway.carrier).is_none());
    stream::iter(ways)
        .for_each_concurrent(AT_ONCE, |(agency, way)| one(shared, work, agency, way, by, asked_at, line))
        .await;
}

/// A test goes to whom the first rung goes to.
const fn called(at: Timestamp, person: Option<RosterPersonId>) -> Called {
    Called { step: Step::SecondChannel, at, person }
}

/// A place that can be spared: another one stays free for tasks, where the gateway has more than one.
async fn spare(room: &Semaphore, at_once: usize) -> Option<SemaphorePermit<'_>> {
    let until = Instant::now() + NO_ROOM_MAX;
    while Instant::now() < until {
        if room.available_permits() >= at_once.min(2)
            && let Ok(place) = room.try_acquire()
        {
            return Some(place);
        }
        sleep(NO_ROOM_PAUSE).await;
    }
    None
}

/// Tries one channel, and waits for the word of its gateway where it gives one.
async fn one(
    shared: &Shared,
    work: &Work,
    agency: &AgencyCode,
    way: &Way,
    by: Option<UserId>,
    asked_at: Timestamp,
    line: &Semaphore,
) {
    // Never closed.
    let line = if net(&way.gateway.carrier).is_none() { line.acquire().await.ok() } else { None };
    let id = format!("uji-{}-{agency}-{}", asked_at.as_micros(), way.place);
    let told = Notification::test(id.clone(), agency.clone(), asked_at);
    let place = spare(&way.room, way.gateway.at_once).await;
    let to = match (&place, address::agency_of(work, agency)) {
        (None, _) => Err("no free place".to_owned()),
        (Some(_), None) => Err(address::Nobody::OnDuty.to_string()),
        (Some(_), Some(id)) => {
            let to = address::now(work, way, id, called(asked_at, None)).await;
            to.map_err(|nobody| nobody.to_string())
        }
    };
    let (to, person) = match to {
        Ok((to, person)) => (Ok(to), person),
        Err(why) => (Err(why), None),
    };
    let (state, result, reference, confirmed) = match (to, net(&way.gateway.carrier)) {
        (Err(why), _) => (ChannelState::Failed, why, String::new(), false),
        (Ok(to), Some(channel)) => {
            match deliver(&shared.client, channel, &to, &told, work.clock.now()).await {
                Outcome::Delivered { result } => (ChannelState::Delivered, result, String::new(), false),
                Outcome::Accepted { result, reference } => (ChannelState::Accepted, result, reference, false),
                Outcome::TryAgain { result } | Outcome::Refused { result } => {
                    (ChannelState::Failed, result, String::new(), false)
                }
            }
        }
        (Ok(to), None) => {
            let heard = voice::call(shared, work, &to, &told, None).await;
            let confirmed = heard.state() == ChannelState::Delivered;
            (heard.state(), heard.result().to_owned(), String::new(), confirmed)
        }
    };
    drop((place, line));
    shared.counts.add(way, agency, work.clock.now(), state);
    let test = ChannelTest {
        id: id.clone(),
        agency: agency.clone(),
        place: way.place,
        channel: way.channel().to_owned(),
        gateway: way.gateway.name.clone(),
        reference: hashed(&way.gateway.name, &reference),
        person,
        state,
        confirmed,
        result,
        asked_by: by,
        asked_at,
        at: work.clock.now(),
    };
    note(work, test).await;
    if state == ChannelState::Accepted && way.gateway.reports.is_some() {
        sleep(way.gateway.confirm).await;
        give_up(work, &id).await;
    }
}

/// The gateway took it and never said more: that is no success.
async fn give_up(work: &Work, id: &str) {
    let Ok(tests) = work.desk.store().channel_tests(TESTS_SEARCHED_MAX).await else { return };
    let silent = tests.into_iter().find(|test| test.id == id && test.state == ChannelState::Accepted);
    if let Some(test) = silent {
        let result = "no report".to_owned();
        note(work, ChannelTest { state: ChannelState::Failed, result, at: work.clock.now(), ..test }).await;
    }
}

/// A gateway's word on a test; `false` when the message is none.
pub(super) async fn delivered(work: &Work, word: &Word<'_>) -> Result<bool, ReportRefused> {
    let tests = work.desk.store().channel_tests(TESTS_SEARCHED_MAX).await;
    let tests = tests.map_err(|_away| ReportRefused::NotNow)?;
    let about = |test: &ChannelTest| test.gateway == word.gateway && word.is_about(&test.id, &test.reference);
    let Some(test) = tests.into_iter().find(about) else { return Ok(false) };
    let state = if word.delivered { ChannelState::Delivered } else { ChannelState::Failed };
    if test.state < state {
        let at = work.clock.now();
        note(work, ChannelTest { state, result: word.status.clone(), at, ..test }).await;
    }
    Ok(true)
}

/// What a bare "1" means when no task waits for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bare {
    /// It confirms a test.
    Test,
    /// A task went there after the test: it answers that one, which needs no answer any more.
    Task,
    /// Nothing went there.
    Nothing,
}

/// A person answered "1" and no task waits: the newest test over this gateway to this number is confirmed, unless a
/// task was sent there since.
pub(super) async fn confirmed(
    shared: &Shared,
    work: &Work,
    gateway: &str,
    roster: &Roster,
    from: &str,
) -> Result<Bare, ReportRefused> {
    let tests = work.desk.store().channel_tests(TESTS_SEARCHED_MAX).await;
    let tests = tests.map_err(|_away| ReportRefused::NotNow)?;
    let went_there = |test: ChannelTest| {
        let way = shared.ways(&test.agency).find(|way| way.place == test.place);
        let way = way.filter(|way| way.gateway.name == gateway && test.gateway == gateway)?;
        let agency = address::agency_of(work, &test.agency)?;
        let called = called(test.asked_at, test.person);
        address::was_to(way, roster, agency, called, from).then_some((test, agency))
    };
    let Some((test, agency)) = tests.into_iter().find_map(went_there) else { return Ok(Bare::Nothing) };
    let lately = work.desk.store().assignments_of(agency, false, TASKS_SEARCHED_MAX).await;
    let lately = lately.map_err(|_away| ReportRefused::NotNow)?;
    let theirs = lately.iter().flat_map(|one| &one.assignments).filter(|a| a.agency == agency);
    let sent = theirs.filter_map(|a| reports::sent_to(shared, work, roster, a, gateway, from));
    if sent.filter(|one| reports::called(one).at > test.asked_at).count() > 0 {
        return Ok(Bare::Task);
    }
    if !test.confirmed {
        let (state, at) = (ChannelState::Delivered, work.clock.now());
        note(work, ChannelTest { state, confirmed: true, result: "reply 1".to_owned(), at, ..test }).await;
    }
    Ok(Bare::Test)
}

async fn note(work: &Work, test: ChannelTest) {
    let key = format!("channel-test:{}:{:?}:{}", test.id, test.state, test.confirmed);
    let Ok(key) = IdempotencyKey::new(key) else { return };
    let actor = test.asked_by.map_or(Actor::System, Actor::User);
    let command = SiteCommand::NoteChannelTest { test: Box::new(test) };
    let submission = Submission::new(key, actor, DeskCommand::Site(command));
    if let Err(error) = work.desk.submit(submission).await {
        warn!(%error, "A test of a channel is not written down");
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[tokio::test]
    async fn a_test_takes_no_place_that_a_task_may_need() {
        let room = Semaphore::new(3);
        let tests = [spare(&room, 3).await, spare(&room, 3).await];
        assert_eq!((tests.iter().flatten().count(), room.available_permits()), (2, 1));
        let third = tokio::time::timeout(NO_ROOM_PAUSE * 2, spare(&room, 3)).await;
        assert!(third.is_err(), "the last one is left");
        drop(tests);
        assert!(spare(&room, 3).await.is_some());
        assert!(spare(&Semaphore::new(1), 1).await.is_some(), "a single place is tried as well");
    }
}
