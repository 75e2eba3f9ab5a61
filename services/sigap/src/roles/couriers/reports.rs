//! What gateways report: a delivery, a failure, an answer. Each becomes a command, and a second report changes nothing.

use std::time::Duration;

use agency_channels::{Proof, Reported};
use console_api::channels::{ChannelLine, Channels, NeighbourLetter, ReportIn, ReportRefused, ReportTaken};
use dispatch_core::actor::Actor;
use dispatch_core::escalation::Step;
use dispatch_core::ids::{AgencyCode, AssignmentId, IncidentId, UserId};
use dispatch_core::incident::{
    Assignment, Called, Change, ChannelReport, ChannelState, ChannelTry, Incident, IncidentCommand,
    Neighbour, ReportSource,
};
use dispatch_core::roster::Roster;
use dispatch_core::time::{Seconds, Timestamp};
use futures_util::future::BoxFuture;
use incident_store::{DeskCommand, IdempotencyKey, OutboxId, Submission};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::book::Way;
use super::tests::Bare;
use super::{Couriers, Shared, Work, address, carry, neighbours, tests};

/// A try is written down this soon after the gateway's answer.
const WRITTEN_WITHIN: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// A bare "1" after another one within this time may be the same one again.
const BARE_AGAIN: Seconds = Seconds::minutes(10);
/// Merged incidents that are read for one that goes on, to find the number of a message.
const MERGED_READ_MAX: usize = 64;
/// Open incidents that are looked through for an answer; a centre has some hundred on its worst day.
const INCIDENTS_SEARCHED_MAX: u32 = 2_000;

impl Channels for Couriers {
    fn lines(&self) -> Vec<ChannelLine> {
        let line = |agency: &AgencyCode, way: &Way| ChannelLine {
            agency: agency.clone(),
            place: way.place,
            channel: way.channel(),
            gateway: way.gateway.name.clone(),
            tested: way.tested,
            last: self.0.counts.last(&way.gateway.name, agency, way.place),
        };
        let of = |(agency, ways): (&AgencyCode, &[Way])| {
            ways.iter().map(|way| line(agency, way)).collect::<Vec<_>>()
        };
        self.0.book.agencies().flat_map(of).collect()
    }

    fn test(&self, only: Option<AgencyCode>, by: UserId) -> bool {
        let Some(work) = self.0.work() else { return false };
        tests::begin(self.clone(), work, only, Some(by))
    }

    fn report<'a>(&'a self, report: ReportIn<'a>) -> BoxFuture<'a, Result<ReportTaken, ReportRefused>> {
        Box::pin(take(&self.0, report))
    }

    fn neighbour(&self, letter: NeighbourLetter<'_>) -> Result<Neighbour, ReportRefused> {
        neighbours::proven(&self.0, letter)
    }
}

async fn take(shared: &Shared, report: ReportIn<'_>) -> Result<ReportTaken, ReportRefused> {
    let gateway = shared.book.gateway(report.gateway).ok_or(ReportRefused::Unproven)?;
    let reports = gateway.reports.as_ref().ok_or(ReportRefused::Unproven)?;
    let proof = match (report.signature, report.token) {
        (Some((signature, stamp)), _) => Proof::Signature { signature, stamp },
        (None, Some(token)) => Proof::Token(token),
        (None, None) => return Err(ReportRefused::Unproven),
    };
    let work = shared.work().ok_or(ReportRefused::NotNow)?;
    reports.check(proof, report.body, work.clock.now()).map_err(|_| ReportRefused::Unproven)?;
    match reports.read(report.body) {
        Reported::Nothing => Ok(ReportTaken::Ignored),
        Reported::Delivery { id, reference, delivered, status } => {
            let reference = hashed(report.gateway, &reference);
            let word = Word { gateway: report.gateway, id: &id, reference: &reference, delivered, status };
            let until = Instant::now() + WRITTEN_WITHIN;
            loop {
                match delivery(shared, &work, &word).await {
                    // A quick gateway reports before it is written down that it took the message.
                    Err(ReportRefused::UnknownMessage) if Instant::now() < until => sleep(LOOK_AGAIN).await,
                    settled => return settled,
                }
            }
        }
        Reported::Reply { from, text } => {
            // A signature stands for one message: a copy of it within its five minutes answers nothing else.
            let once = report.signature.map(|(signature, _stamp)| signature.to_ascii_lowercase());
            let said = Said { gateway: report.gateway, from: from.reveal(), text: text.reveal(), once };
            reply(shared, &work, &said).await
        }
    }
}

/// A gateway's word on one message.
pub(super) struct Word<'a> {
    pub(super) gateway: &'a str,
    pub(super) id: &'a str,
    /// [`hashed`].
    pub(super) reference: &'a str,
    pub(super) delivered: bool,
    pub(super) status: String,
}

impl Word<'_> {
    /// Whether it is about the message with these names.
    pub(super) fn is_about(&self, id: &str, reference: &str) -> bool {
        id == self.id || (!reference.is_empty() && reference == self.reference)
    }
}

/// How a gateway's name for a message is kept: some make it of the telephone number, which must not stand in the log.
/// 32 digits of a SHA-256 over the gateway's name and its own; nothing stays nothing.
pub(super) fn hashed(gateway: &str, reference: &str) -> String {
    if reference.is_empty() {
        return String::new();
    }
    let mut code = hex::encode(Sha256::digest(format!("{gateway}\n{reference}")));
    code.truncate(32);
    code
}

async fn delivery(shared: &Shared, work: &Work, word: &Word<'_>) -> Result<ReportTaken, ReportRefused> {
    // The id of a test says that it is one.
    if (word.id.is_empty() || word.id.starts_with("uji-")) && tests::delivered(work, word).await? {
        return Ok(ReportTaken::Noted);
    }
    let incident = shared.messages.incident(work, word.id, word.reference).await;
    let incident = incident.map_err(|_away| ReportRefused::NotNow)?.ok_or(ReportRefused::UnknownMessage)?;
    let found = way_of_message(shared, work, &incident, word).filter(|_| incident.is_open());
    let (a, one) = found.ok_or(ReportRefused::UnknownMessage)?;
    let report = ChannelReport {
        channel: one.channel.clone(),
        delivered: word.delivered,
        waits: false,
        result: word.status.clone(),
        notification: one.id.clone(),
        reference: String::new(),
        called: None,
    };
    let outcome = if word.delivered { "delivered" } else { "failed" };
    if one.state == ChannelState::Accepted {
        shared.counts.count(&one.channel, outcome);
    }
    let command = IncidentCommand::ChannelTried { id: a.id, report };
    submit(work, &format!("report:{}:{outcome}", one.id), incident.id, command).await?;
    // The courier need not wait any longer: it is proven, or the next channel's turn.
    if let Some((item, _place)) = one.id.rsplit_once('.') {
        work.desk.retry(&OutboxId(item.to_owned()), work.clock.now()).await.ok();
    }
    Ok(ReportTaken::Noted)
}

/// The try that a word is about. Two gateways may give out the same numbers: the message must have gone over the one
/// that reports.
fn way_of_message<'i>(
    shared: &Shared,
    work: &Work,
    incident: &'i Incident,
    word: &Word<'_>,
) -> Option<(&'i Assignment, &'i ChannelTry)> {
    for a in &incident.assignments {
        for one in a.tries.iter().filter(|one| word.is_about(&one.id, &one.reference)) {
            if way_of(shared, work, a, one, word.gateway).is_some() {
                return Some((a, one));
            }
        }
    }
    None
}

/// The channel that a try went over, when it is one of this gateway.
fn way_of<'a>(
    shared: &'a Shared,
    work: &Work,
    a: &Assignment,
    one: &ChannelTry,
    gateway: &str,
) -> Option<&'a Way> {
    let place = one.id.rsplit_once('.').and_then(|(_, place)| place.parse::<u32>().ok());
    let code = carry::own_code(work, a)?;
    shared.book.ways(&code).find(|way| Some(way.place) == place && way.gateway.name == gateway)
}

/// An answer as it came.
struct Said<'a> {
    gateway: &'a str,
    from: &'a str,
    text: &'a str,
    /// What only this message has.
    once: Option<String>,
}

/// The word of whoever holds a telephone: taken only from the number that the task went to, and only while it waits.
async fn reply(shared: &Shared, work: &Work, said: &Said<'_>) -> Result<ReportTaken, ReportRefused> {
    let Said { gateway, from, text, .. } = *said;
    let Some((change, number)) = carry::word(text) else { return Ok(ReportTaken::NotUnderstood) };
    let roster = address::roster(work).await.ok_or(ReportRefused::NotNow)?;
    let open = open_incidents(work).await?;
    let mut waiting: Vec<(&Incident, AssignmentId, &str)> = Vec::new();
    let mut answered_lately = false;
    for incident in &open {
        for a in &incident.assignments {
            let Some(sent) = sent_to(shared, work, &roster, a, gateway, from) else { continue };
            if a.progress.awaits_acknowledgement() {
                waiting.push((incident, a.id, sent.channel.as_str()));
            }
            answered_lately |= was_answered_after(a, work.clock.now().before(BARE_AGAIN));
        }
    }
    match &number {
        Some(number) => waiting = named(work, waiting, number).await?,
        // A gateway that proves itself by a word may say again what it said before: the task that waits now was not meant.
        None if said.once.is_none() && answered_lately && !waiting.is_empty() => {
            return Ok(ReportTaken::Ambiguous);
        }
        None => {}
    }
    let (incident, assignment, channel) = match waiting.as_slice() {
        [] => {
            let is_yes = number.is_none() && matches!(change, Change::Acknowledge { .. });
            if !is_yes {
                return Ok(ReportTaken::NothingWaits);
            }
            return Ok(match tests::confirmed(shared, work, gateway, &roster, from).await? {
                Bare::Test => ReportTaken::Confirmed,
                Bare::Task => ReportTaken::Ended,
                Bare::Nothing => ReportTaken::NothingWaits,
            });
        }
        [one] => *one,
        [..] => return Ok(ReportTaken::Ambiguous),
    };
    let source = if channel == "whatsapp" { ReportSource::Whatsapp } else { ReportSource::Sms };
    let taken = match change {
        Change::Decline { .. } => ReportTaken::Declined,
        Change::Acknowledge { .. }
        | Change::Delivered
        | Change::Seen
        | Change::EnRoute
        | Change::OnScene
        | Change::Working
        | Change::UnderControl
        | Change::TakeBack
        | Change::Complete { .. } => ReportTaken::Acknowledged,
    };
    let command = IncidentCommand::Assignment { id: assignment, change, source };
    let key = match &said.once {
        Some(once) => format!("reply:{gateway}:{once}"),
        None => format!("reply:{assignment}:{taken:?}"),
    };
    if submit(work, &key, incident.id, command).await? {
        return Ok(ReportTaken::Noted);
    }
    info!(assignment.id = %assignment, ?taken, "An agency answered over a channel");
    Ok(taken)
}

/// Whom a try was for; what was written down before that was kept is taken for the first rung's.
pub(super) fn called(one: &ChannelTry) -> Called {
    one.called.unwrap_or(Called { step: Step::SecondChannel, at: one.at, person: None })
}

/// The newest try of a task that went over this gateway to this number.
pub(super) fn sent_to<'a>(
    shared: &Shared,
    work: &Work,
    roster: &Roster,
    a: &'a Assignment,
    gateway: &str,
    from: &str,
) -> Option<&'a ChannelTry> {
    let went_there = |one: &&ChannelTry| {
        let way = way_of(shared, work, a, one, gateway);
        way.is_some_and(|way| address::was_to(way, roster, a.agency, called(one), from))
    };
    a.tries.iter().rfind(went_there)
}

/// Whether the telephone that it was sent to answered it after that.
fn was_answered_after(a: &Assignment, after: Timestamp) -> bool {
    a.relayed.iter().any(|step| step.source.is_channel() && step.at > after)
}

/// Those of an incident with this number, or of one that was merged into it: the message named the number of its day.
async fn named<'a>(
    work: &Work,
    waiting: Vec<(&'a Incident, AssignmentId, &'a str)>,
    number: &str,
) -> Result<Vec<(&'a Incident, AssignmentId, &'a str)>, ReportRefused> {
    let own: Vec<_> = waiting.iter().filter(|(one, ..)| short(&one.number) == number).copied().collect();
    if !own.is_empty() {
        return Ok(own);
    }
    let mut found = Vec::new();
    for one in waiting {
        let mut within: Vec<IncidentId> = one.0.absorbed.iter().map(|absorbed| absorbed.from).collect();
        let mut read = 0;
        while let Some(id) = within.pop().filter(|_| read < MERGED_READ_MAX) {
            read += 1;
            let merged = work.desk.store().incident(id).await.map_err(|_away| ReportRefused::NotNow)?;
            let Some(merged) = merged else { continue };
            if short(&merged.number) == number {
                found.push(one);
                break;
            }
            within.extend(merged.absorbed.iter().map(|absorbed| absorbed.from));
        }
    }
    Ok(found)
}

fn short(number: &str) -> &str {
    number.rsplit('-').next().unwrap_or(number).trim_start_matches('0')
}

async fn open_incidents(work: &Work) -> Result<Vec<Incident>, ReportRefused> {
    let found = work.desk.store().open_incidents(INCIDENTS_SEARCHED_MAX).await;
    found.map_err(|_away| ReportRefused::NotNow)
}

/// Hands a command in; whether that was done before.
async fn submit(
    work: &Work,
    key: &str,
    incident: IncidentId,
    command: IncidentCommand,
) -> Result<bool, ReportRefused> {
    let key = IdempotencyKey::new(key).map_err(|_| ReportRefused::UnknownMessage)?;
    let submission = Submission::new(key, Actor::System, DeskCommand::Incident(incident, command));
    match work.desk.submit(submission).await {
        Ok(receipt) => Ok(receipt.repeated),
        Err(error) => {
            warn!(%error, "A report of a gateway is not written down");
            Err(ReportRefused::NotNow)
        }
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_name_of_a_message_is_found_again_and_tells_no_number() {
        let kept = hashed("sms", "628117170112-77");
        assert!(kept.len() == 32 && !kept.contains("8117170112"), "{kept}");
        let again = hashed("sms", "628117170112-77");
        let word = Word { gateway: "sms", id: "", reference: &again, delivered: true, status: String::new() };
        assert!(word.is_about("1.0", &kept));
        assert!(!word.is_about("1.0", &hashed("wa", "628117170112-77")), "another gateway's");
        assert!(!word.is_about("1.0", ""));
        let nameless = Word { reference: "", id: "1.0", ..word };
        assert!(nameless.is_about("1.0", "") && !nameless.is_about("2.0", &hashed("sms", "")));
    }
}
