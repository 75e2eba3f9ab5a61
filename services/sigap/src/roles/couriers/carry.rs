//! One item of the outbox: which channel is next, the try, and what came of it as a command.

use agency_channels::{Notification, Outcome, deliver};
use dispatch_core::actor::Actor;
use dispatch_core::category::Priority;
use dispatch_core::ids::AgencyCode;
use dispatch_core::incident::{
    Assignment, Called, Change, ChannelReport, ChannelState, Effect, Incident, IncidentCommand, ReportSource,
};
use dispatch_core::private::Private;
use dispatch_core::time::{Seconds, Timestamp};
use incident_store::{DeskCommand, IdempotencyKey, OutboxItem, Submission, SubmitError};
use tracing::{info, warn};

use super::book::{Way, net};
use super::reports::hashed;
use super::voice::Heard;
use super::{Shared, Work, address, neighbours, voice};

/// A try that failed is tried again after 1, 2, 4 … seconds, at most this.
const PAUSE_MAX_S: u32 = 60;
/// A gateway that has no place free is asked again after this.
const NO_ROOM_PAUSE: Seconds = Seconds(1);
/// What is most urgent waits this long for a place before the next channel's turn.
const NO_ROOM_FOR_P1: Seconds = Seconds(5);

/// What became of a submission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Written {
    /// It is written down.
    Now,
    /// It was written down before, under the same key.
    Before,
    /// It never will be: the rules refuse it.
    Refused,
    /// Not yet: the store is away, or too much waits.
    Later,
}

/// What to do with an item now.
enum Next<'a> {
    /// Try this channel, under this id.
    Try(&'a Way, String),
    /// A gateway has it and may still report.
    WaitUntil(Timestamp),
    /// It is proven, somebody took it, or nothing is left.
    Done,
}

/// Carries an item as far as it goes now; then it is done, or due again later.
pub(super) async fn carry(shared: &Shared, work: &Work, item: &OutboxItem) {
    let (agency, assignment, step) = match &item.effect {
        Effect::Notify { agency, assignment, step } => (agency, assignment, step),
        Effect::TellNeighbour { transfer, message } => {
            return neighbours::carry(shared, work, item, *transfer, *message).await;
        }
    };
    let policy = work.desk.policy();
    let code = policy.directory.agencies.get(agency).map(|entry| entry.code.clone());
    let ways = code.as_ref().map(|code| shared.book.ways_for(code, *step)).unwrap_or_default();
    if ways.is_empty() {
        let report = ChannelReport {
            channel: "none".into(),
            result: "no second channel".into(),
            ..ChannelReport::default()
        };
        let command = IncidentCommand::ChannelTried { id: *assignment, report };
        submit(work, item, "none", Some(command), true).await;
        return;
    }
    loop {
        let incident = match work.desk.store().incident(item.incident).await {
            Ok(Some(incident)) => incident,
            Ok(None) => return warn!(incident.id = %item.incident, "A notification names no incident"),
            Err(error) => return warn!(%error, "A notification waits for the store"),
        };
        let Some(a) = incident.assignment(*assignment) else {
            return warn!(incident.id = %item.incident, "A notification names no assignment");
        };
        // What was taken over by another incident is that one's ladder; what has ended needs nobody.
        let now = work.clock.now();
        let next = if incident.is_open() { next(item, &ways, a, now) } else { Next::Done };
        match next {
            Next::Done => {
                ways.iter().for_each(|way| shared.forget_tries(&notification_id(item, way)));
                submit(work, item, "done", None, true).await;
                return;
            }
            Next::WaitUntil(at) => return again(work, item, at).await,
            Next::Try(way, id) => {
                let area = area_of(work, &incident).await;
                let rules = &policy.rules;
                let Some(told) = Notification::about(&incident, a.id, *step, id, rules, area) else { return };
                let is_last = ways.last().is_some_and(|last| last.place == way.place);
                if !attempt(shared, work, item, way, &told, incident.priority, is_last).await {
                    return;
                }
            }
        }
    }
}

/// The id of what goes over a channel: the same on every try.
fn notification_id(item: &OutboxItem, way: &Way) -> String {
    format!("{}.{}", item.id.0, way.place)
}

/// The first channel that has neither proven nor given up.
fn next<'a>(item: &OutboxItem, ways: &[&'a Way], a: &Assignment, now: Timestamp) -> Next<'a> {
    for way in ways {
        let id = notification_id(item, way);
        match a.channel_try(&id) {
            None if !a.progress.awaits_acknowledgement() => return Next::Done,
            None => return Next::Try(way, id),
            Some(tried) => match tried.state {
                ChannelState::Delivered => return Next::Done,
                ChannelState::Failed => {}
                ChannelState::Accepted => {
                    let until = tried.at.after(confirm(way));
                    if now < until && a.progress.awaits_acknowledgement() {
                        return Next::WaitUntil(until);
                    }
                }
            },
        }
    }
    Next::Done
}

/// Tries one channel; whether the next one is to be looked at now.
async fn attempt(
    shared: &Shared,
    work: &Work,
    item: &OutboxItem,
    way: &Way,
    told: &Notification,
    priority: Priority,
    is_last: bool,
) -> bool {
    let Ok(_place) = way.room.try_acquire() else {
        return wait_for_room(shared, work, item, way, told, priority, is_last).await;
    };
    if net(&way.gateway.carrier).is_some() {
        shared.has_place(&told.id);
    }
    let Effect::Notify { agency, step, .. } = &item.effect else { return false };
    let called = Called { step: *step, at: work.clock.now(), person: None };
    let (to, person) = match address::now(work, way, *agency, called).await {
        Ok(found) => found,
        Err(nobody) => {
            let report = report(way, told, ChannelState::Failed, nobody.to_string(), "");
            return settle(shared, work, item, way, told, report).await;
        }
    };
    let outcome = match net(&way.gateway.carrier) {
        Some(channel) => deliver(&shared.client, channel, &to, told, work.clock.now()).await,
        None => {
            let heard = voice::call(shared, work, &to, told, Some(&item.id)).await;
            if heard.has_no_line() {
                return wait_for_room(shared, work, item, way, told, priority, is_last).await;
            }
            shared.has_place(&told.id);
            return heard_by_voice(shared, work, item, way, told, heard).await;
        }
    };
    let report = match outcome {
        Outcome::Delivered { result } => report(way, told, ChannelState::Delivered, result, ""),
        Outcome::Accepted { result, reference } => {
            report(way, told, ChannelState::Accepted, result, &reference)
        }
        Outcome::Refused { result } => report(way, told, ChannelState::Failed, result, ""),
        Outcome::TryAgain { result } => {
            let tries = shared.count_try(&told.id);
            if tries < tries_max(priority, is_last) {
                shared.counts.count(way.channel(), "again");
                info!(notification.id = told.id, tries, result, "A channel is tried again");
                let pause = Seconds(2u32.saturating_pow(tries).min(PAUSE_MAX_S));
                again(work, item, work.clock.now().after(pause)).await;
                return false;
            }
            report(way, told, ChannelState::Failed, result, "")
        }
    };
    // What was sent is answered by whom it was sent to.
    let report = ChannelReport { called: Some(Called { person, ..called }), ..report };
    settle(shared, work, item, way, told, report).await
}

/// No place of the gateway, or no line of the trunk: it is looked for again, for ever when nothing else is left.
async fn wait_for_room(
    shared: &Shared,
    work: &Work,
    item: &OutboxItem,
    way: &Way,
    told: &Notification,
    priority: Priority,
    is_last: bool,
) -> bool {
    let now = work.clock.now();
    if is_last || now < shared.waits_since(&told.id, now).after(patience(way, priority)) {
        again(work, item, now.after(NO_ROOM_PAUSE)).await;
        return false;
    }
    let report = report(way, told, ChannelState::Failed, "no free place".to_owned(), "");
    settle(shared, work, item, way, told, report).await
}

/// How long a place of a channel's gateway is waited for while another channel is left.
fn patience(way: &Way, priority: Priority) -> Seconds {
    match priority {
        Priority::P1 => NO_ROOM_FOR_P1,
        Priority::P2 | Priority::P3 | Priority::P0 => confirm(way),
    }
}

/// How long a gateway has to report.
fn confirm(way: &Way) -> Seconds {
    Seconds(u32::try_from(way.gateway.confirm.as_secs()).unwrap_or(u32::MAX))
}

/// How often a channel is tried: what is urgent goes on to the next channel soon, and the last one is tried for long.
const fn tries_max(priority: Priority, is_last: bool) -> u32 {
    match (priority, is_last) {
        (Priority::P1, false) => 2,
        (Priority::P2, false) => 3,
        (Priority::P3 | Priority::P0, false) => 5,
        (Priority::P1 | Priority::P2, true) => 8,
        (Priority::P3 | Priority::P0, true) => 5,
    }
}

fn report(
    way: &Way,
    told: &Notification,
    state: ChannelState,
    result: String,
    reference: &str,
) -> ChannelReport {
    ChannelReport {
        channel: way.channel().to_owned(),
        delivered: state == ChannelState::Delivered,
        waits: state == ChannelState::Accepted,
        result,
        notification: told.id.clone(),
        reference: hashed(&way.gateway.name, reference),
        called: None,
    }
}

/// Writes down what came of a try; whether the next channel is to be looked at now.
async fn settle(
    shared: &Shared,
    work: &Work,
    item: &OutboxItem,
    way: &Way,
    told: &Notification,
    report: ChannelReport,
) -> bool {
    let code = &way.agency;
    shared.forget_tries(&told.id);
    shared.messages.note(&report, item.incident);
    let (delivered, waits) = (report.delivered, report.waits);
    let state = match (delivered, waits) {
        (true, _) => ChannelState::Delivered,
        (false, true) => ChannelState::Accepted,
        (false, false) => ChannelState::Failed,
    };
    shared.counts.add(way, code, work.clock.now(), state);
    let Some(task) = &told.task else { return false };
    let command = IncidentCommand::ChannelTried { id: task.assignment_id, report };
    match submit(work, item, &format!("{}:{state:?}", told.id), Some(command), delivered).await {
        // What waits is looked at once more: its gateway may have reported meanwhile.
        Written::Now => !delivered,
        Written::Before if stands(work, item, told).await => !delivered,
        Written::Before => {
            // Tried before and forgotten since: it would be sent again and again.
            warn!(notification.id = told.id, "A notification was tried before; nothing more is sent for it");
            submit(work, item, "done", None, true).await;
            false
        }
        // Not to be sent again at once: its lease ends first.
        Written::Refused | Written::Later => false,
    }
}

/// Whether a try stands in the incident; also "yes" while the store is away, because then it is looked at again.
async fn stands(work: &Work, item: &OutboxItem, told: &Notification) -> bool {
    let Effect::Notify { assignment, .. } = &item.effect else { return false };
    match work.desk.store().incident(item.incident).await {
        Ok(Some(incident)) => {
            let a = incident.assignment(*assignment);
            a.is_some_and(|a| a.channel_try(&told.id).is_some())
        }
        Ok(None) => false,
        Err(_away) => true,
    }
}

/// Reports a key that was pressed as the agency's own word, and what came of the call.
async fn heard_by_voice(
    shared: &Shared,
    work: &Work,
    item: &OutboxItem,
    way: &Way,
    told: &Notification,
    heard: Heard,
) -> bool {
    let Some(task) = &told.task else { return false };
    if let Some(change) = heard.change() {
        let source = ReportSource::Voice;
        let command = IncidentCommand::Assignment { id: task.assignment_id, change, source };
        if submit(work, item, &format!("{}:key", told.id), Some(command), false).await == Written::Later {
            // The trunk remembers the key: it is asked again after the lease, and rings nobody.
            return false;
        }
    }
    let report = report(way, told, heard.state(), heard.result().to_owned(), "");
    settle(shared, work, item, way, told, report).await
}

/// Submits what was learned, and says that the item is done when it is.
pub(super) async fn submit(
    work: &Work,
    item: &OutboxItem,
    what: &str,
    command: Option<IncidentCommand>,
    done: bool,
) -> Written {
    let key = format!("outbox:{}:{what}", item.id.0);
    let Ok(key) = IdempotencyKey::new(key) else { return Written::Refused };
    let submission = Submission {
        key,
        fingerprint: None,
        actor: Actor::System,
        commands: command.map(|command| DeskCommand::Incident(item.incident, command)).into_iter().collect(),
        journal: None,
        completes: done.then(|| item.id.clone()),
        keep_answer: false,
    };
    match work.desk.submit(submission).await {
        Ok(receipt) if receipt.repeated => Written::Before,
        Ok(_receipt) => Written::Now,
        Err(error @ (SubmitError::StoreAway { .. } | SubmitError::Busy | SubmitError::Stopped)) => {
            warn!(%error, "What came of a notification is reported after its lease");
            Written::Later
        }
        Err(
            error @ (SubmitError::Call(_)
            | SubmitError::Incident(_)
            | SubmitError::Unit(_)
            | SubmitError::Site(_)
            | SubmitError::KeyReused
            | SubmitError::Unstorable),
        ) => {
            warn!(%error, "What came of a notification is refused");
            Written::Refused
        }
    }
}

pub(super) async fn again(work: &Work, item: &OutboxItem, at: Timestamp) {
    if let Err(error) = work.desk.retry(&item.id, at).await {
        warn!(%error, "A notification is tried again after its lease");
    }
}

/// The name of the incident's area.
pub(super) async fn area_of(work: &Work, incident: &Incident) -> Option<String> {
    let code = incident.location.area_code.as_ref()?;
    let areas = work.desk.store().areas().await.ok()?;
    areas.into_iter().find(|area| area.code == *code).map(|area| area.name)
}

/// The word of whoever holds the telephone that a task was sent to.
pub(super) fn word(text: &str) -> Option<(Change, Option<String>)> {
    let mut words = text.split_ascii_whitespace();
    let change = match words.next()?.to_ascii_lowercase().as_str() {
        "1" | "terima" => Change::Acknowledge { unit: None },
        "2" | "tolak" => Change::Decline { reason: Private::new("tidak mampu (balasan)".to_owned()) },
        _other => return None,
    };
    Some((change, words.next().map(|number| number.trim_start_matches('0').to_owned())))
}

/// The agency as its own code, which the channels are filed under.
pub(super) fn own_code(work: &Work, a: &Assignment) -> Option<AgencyCode> {
    work.desk.policy().directory.agencies.get(&a.agency).map(|entry| entry.code.clone())
}
