//! The couriers as the API sees them: which channels there are, tests of them, and what gateways report.

use std::sync::Arc;

use dispatch_core::ids::{AgencyCode, UserId};
use dispatch_core::incident::{ChannelState, Neighbour};
use dispatch_core::time::Timestamp;
use futures_util::future::BoxFuture;

/// One channel of an agency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChannelLine {
    /// Whose.
    pub agency: AgencyCode,
    /// Its place among the agency's, from 0: the order in which they are tried.
    pub place: u32,
    /// What kind it is: `sms`, `webhook` …
    pub channel: &'static str,
    /// The gateway that it goes over.
    pub gateway: String,
    /// Whether tests use it.
    pub tested: bool,
    /// When it was used last since the program started, and what came of that.
    pub last: Option<(Timestamp, ChannelState)>,
}

/// What a gateway sends, with what it shows to be the gateway.
#[derive(Clone, Copy, Debug)]
pub struct ReportIn<'a> {
    /// The gateway's name, as the path has it.
    pub gateway: &'a str,
    /// The secret itself, where it sends that.
    pub token: Option<&'a str>,
    /// An HMAC over time stamp and body, and the time stamp.
    pub signature: Option<(&'a str, &'a str)>,
    /// The body, JSON or form.
    pub body: &'a [u8],
}

/// What a neighbouring centre's system sends, with what it shows to be that.
#[derive(Clone, Copy, Debug)]
pub struct NeighbourLetter<'a> {
    /// Its code, as the path has it.
    pub from: &'a str,
    /// The message's id, the same on every try.
    pub id: &'a str,
    /// When it was signed.
    pub stamp: &'a str,
    /// An HMAC over time stamp, id and body.
    pub signature: &'a str,
    /// The body, JSON.
    pub body: &'a [u8],
}

/// What followed from a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportTaken {
    /// A delivery, or that there was none, is written down; a second time it changes nothing.
    Noted,
    /// The task is acknowledged.
    Acknowledged,
    /// The task is declined; the next agency is asked.
    Declined,
    /// A person confirmed a test.
    Confirmed,
    /// Nothing that was sent to this number waits for an answer.
    NothingWaits,
    /// What was sent to this number last was a task, and it waits for no answer any more.
    Ended,
    /// Several tasks wait for this number, and the answer names none of them.
    Ambiguous,
    /// The words mean nothing here.
    NotUnderstood,
    /// Nothing follows from it.
    Ignored,
}

/// Why a report is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportRefused {
    /// There is no such gateway, or it is not proven to be it.
    Unproven,
    /// Nothing was sent under this name, or it is long over.
    UnknownMessage,
    /// The store is away, or the program is just starting; it may come again.
    NotNow,
}

/// What the couriers do for the API.
pub trait Channels: Send + Sync {
    /// Every channel, by agency and place.
    fn lines(&self) -> Vec<ChannelLine>;
    /// Begins a test of all channels, or of one agency's; `false` when one is running.
    fn test(&self, only: Option<AgencyCode>, by: UserId) -> bool;
    /// Which neighbouring centre a letter is proven to come from.
    ///
    /// # Errors
    /// There is no such centre, its proof is wrong or old, or the program is just starting.
    fn neighbour(&self, letter: NeighbourLetter<'_>) -> Result<Neighbour, ReportRefused>;
    /// Takes what a gateway reports.
    fn report<'a>(&'a self, report: ReportIn<'a>) -> BoxFuture<'a, Result<ReportTaken, ReportRefused>>;
}

/// The couriers, shared.
#[derive(Clone)]
pub struct ChannelDoor(pub Arc<dyn Channels>);

impl ChannelDoor {
    /// Of a process that has no couriers.
    pub fn none() -> Self {
        struct Nobody;
        impl Channels for Nobody {
            fn lines(&self) -> Vec<ChannelLine> {
                Vec::new()
            }

            fn test(&self, _only: Option<AgencyCode>, _by: UserId) -> bool {
                true
            }

            fn neighbour(&self, _letter: NeighbourLetter<'_>) -> Result<Neighbour, ReportRefused> {
                Err(ReportRefused::Unproven)
            }

            fn report<'a>(
                &'a self,
                _report: ReportIn<'a>,
            ) -> BoxFuture<'a, Result<ReportTaken, ReportRefused>> {
                Box::pin(async { Err(ReportRefused::Unproven) })
            }
        }
        Self(Arc::new(Nobody))
    }
}
