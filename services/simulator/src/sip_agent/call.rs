//! One call from INVITE to its end, as RFC 3261 sections 9, 13, 15 and 17.1 tell the caller's side.

use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::link::Link;
use super::message::{Message, Start};
use super::wording::{Dialog, Identity};
use super::{CallOrder, T1, T2, Transport};

/// What became of a call, with its times after the first INVITE was sent.
#[derive(Clone, PartialEq, Debug)]
pub struct CallRecord {
    /// Who called.
    pub number: String,
    /// When the first INVITE went out.
    pub started: Instant,
    /// INVITE to the first provisional response.
    pub trying: Option<Duration>,
    /// INVITE to 180 or 183.
    pub ringing: Option<Duration>,
    /// INVITE to 200.
    pub answered: Option<Duration>,
    /// INVITE to the end.
    pub ended: Duration,
    /// How it ended.
    pub ending: Ending,
    /// Messages that we had to send again.
    pub retransmissions: u32,
}

/// How a call ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ending {
    /// It was answered and then hung up, confirmed by the other side.
    HungUp(HungUpBy),
    /// We gave up before the answer and the server agreed (487).
    Cancelled,
    /// A final response other than 2xx that we did not ask for.
    Refused(u16),
    /// No response at all to the INVITE within 64 × T1 (timer B).
    NoResponse,
    /// The server knew of the call once, and now does not answer CANCEL or BYE, or says 481.
    Forgotten,
}

impl Ending {
    /// Whether the server did what a server must. `Forgotten` and worse are failures.
    pub const fn is_proper(self) -> bool {
        match self {
            Self::HungUp(_) | Self::Cancelled => true,
            Self::Refused(_) | Self::NoResponse | Self::Forgotten => false,
        }
    }
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::HungUp(HungUpBy::Caller) => f.write_str("hung up by the caller"),
            Self::HungUp(HungUpBy::Server) => f.write_str("hung up by the server"),
            Self::Cancelled => f.write_str("cancelled by the caller"),
            Self::Refused(status) => write!(f, "refused with {status}"),
            Self::NoResponse => f.write_str("no response to the INVITE"),
            Self::Forgotten => f.write_str("forgotten by the server"),
        }
    }
}

/// Who sent the BYE.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HungUpBy {
    /// We.
    Caller,
    /// The server.
    Server,
}

/// Places the call and sees it to its end.
pub async fn run(
    link: &Link,
    identity: &Identity,
    inbox: &mut Receiver<Message>,
    order: &CallOrder,
) -> CallRecord {
    let started = Instant::now();
    let record = CallRecord {
        number: order.number.clone(),
        started,
        trying: None,
        ringing: None,
        answered: None,
        ended: Duration::ZERO,
        ending: Ending::NoResponse,
        retransmissions: 0,
    };
    let mut call = Call { link, identity, inbox, order, record };
    let ending = match call.ring().await {
        Ringing::Answered(dialog) => call.talk(&dialog).await,
        Ringing::Over(ending) => ending,
    };
    call.record.ending = ending;
    call.record.ended = started.elapsed();
    call.record
}

struct Call<'a> {
    link: &'a Link,
    identity: &'a Identity,
    inbox: &'a mut Receiver<Message>,
    order: &'a CallOrder,
    record: CallRecord,
}

enum Ringing {
    Answered(Dialog),
    Over(Ending),
}

/// A request that is sent again until something answers it.
struct Repeated {
    bytes: Vec<u8>,
    gap: Duration,
    gap_max: Duration,
    next: Instant,
    until: Instant,
}

impl Repeated {
    /// INVITE: timer A doubles without bound, timer B ends it (RFC 3261 section 17.1.1.2).
    fn invite(bytes: Vec<u8>) -> Self {
        Self::new(bytes, Duration::MAX)
    }

    /// Others: timer E doubles up to T2, timer F ends it (RFC 3261 section 17.1.2.2).
    fn other(bytes: Vec<u8>) -> Self {
        Self::new(bytes, T2)
    }

    fn new(bytes: Vec<u8>, gap_max: Duration) -> Self {
        let now = Instant::now();
        Self { bytes, gap: T1, gap_max, next: now + T1, until: now + 64 * T1 }
    }

    fn step(&mut self) {
        self.gap = (self.gap * 2).min(self.gap_max);
        self.next += self.gap;
    }
}

impl Call<'_> {
    /// From the INVITE to its final response.
    async fn ring(&mut self) -> Ringing {
        let mut invite = Repeated::invite(self.identity.invite(self.order));
        let mut cancel: Option<Repeated> = None;
        let gives_up_at = self.record.started + self.order.unanswered_for;
        self.link.send(&invite.bytes).await;
        loop {
            let provisional = self.record.trying.is_some();
            // A CANCEL may only follow a provisional response (RFC 3261 section 9.1).
            if cancel.is_none() && provisional && Instant::now() >= gives_up_at {
                let request = Repeated::other(self.identity.cancel());
                self.link.send(&request.bytes).await;
                cancel = Some(request);
            }
            let waits_until = match (&cancel, provisional) {
                (Some(cancel), _) => cancel.next.min(cancel.until),
                (None, true) => gives_up_at,
                (None, false) => invite.next.min(invite.until),
            };
            match timeout_at(waits_until, self.inbox.recv()).await {
                Ok(Some(message)) => {
                    if let Some(over) = self.on_ringing_message(&message, cancel.is_some()).await {
                        return over;
                    }
                }
                Ok(None) => return Ringing::Over(Ending::NoResponse),
                Err(_elapsed) => {
                    let waiting = cancel.as_mut().or_else(|| (!provisional).then_some(&mut invite));
                    let Some(request) = waiting else { continue };
                    if Instant::now() >= request.until {
                        return Ringing::Over(if provisional {
                            Ending::Forgotten
                        } else {
                            Ending::NoResponse
                        });
                    }
                    self.repeat(request).await;
                }
            }
        }
    }

    async fn on_ringing_message(&mut self, message: &Message, cancelling: bool) -> Option<Ringing> {
        let status = match &message.start {
            Start::Request { method } => {
                self.answer_request(message, method).await;
                // A BYE before the answer ends an early dialog (RFC 3261 section 15); the INVITE still gets
                // its final response, which ends the call here.
                return None;
            }
            Start::Response { status } => *status,
        };
        if message.cseq_method() == Some("CANCEL") {
            // 481: the server has no such call (any more), so no 487 will come.
            return (status == 481).then_some(Ringing::Over(Ending::Forgotten));
        }
        let elapsed = self.record.started.elapsed();
        match status {
            100..=199 => {
                self.record.trying.get_or_insert(elapsed);
                if matches!(status, 180 | 183) {
                    self.record.ringing.get_or_insert(elapsed);
                }
                None
            }
            200..=299 => {
                self.record.answered = Some(elapsed);
                let dialog = Dialog::of(message, self.identity);
                self.link.send(&self.identity.ack_answer(&dialog)).await;
                Some(Ringing::Answered(dialog))
            }
            _ => {
                self.link.send(&self.identity.ack_refusal(message)).await;
                let ending =
                    if cancelling && status == 487 { Ending::Cancelled } else { Ending::Refused(status) };
                Some(Ringing::Over(ending))
            }
        }
    }

    /// From the answer to the end.
    async fn talk(&mut self, dialog: &Dialog) -> Ending {
        // Whoever gave up while the 200 was under way hangs up at once (RFC 3261 section 9.1, last note).
        let gave_up = self.record.started.elapsed() >= self.order.unanswered_for;
        let hangs_up_at = Instant::now() + if gave_up { Duration::ZERO } else { self.order.stays };
        let sleeping = sleep_until(hangs_up_at);
        tokio::pin!(sleeping);
        loop {
            tokio::select! {
                message = self.inbox.recv() => {
                    let Some(message) = message else { return Ending::Forgotten };
                    if self.on_talking_message(&message, dialog).await {
                        return Ending::HungUp(HungUpBy::Server);
                    }
                }
                () = &mut sleeping => return self.hang_up(dialog).await,
            }
        }
    }

    /// True when the other side hung up.
    async fn on_talking_message(&mut self, message: &Message, dialog: &Dialog) -> bool {
        match &message.start {
            Start::Request { method } => {
                self.answer_request(message, method).await;
                method == "BYE"
            }
            Start::Response { status } => {
                // The server repeats its 200 until it sees our ACK (RFC 3261 section 13.3.1.4).
                if (200..300).contains(status) && message.cseq_method() == Some("INVITE") {
                    self.record.retransmissions += 1;
                    self.link.send(&self.identity.ack_answer(dialog)).await;
                }
                false
            }
        }
    }

    async fn hang_up(&mut self, dialog: &Dialog) -> Ending {
        let mut bye = Repeated::other(self.identity.bye(dialog));
        self.link.send(&bye.bytes).await;
        loop {
            match timeout_at(bye.next.min(bye.until), self.inbox.recv()).await {
                Ok(Some(message)) => {
                    if let (Start::Response { status }, Some("BYE")) = (&message.start, message.cseq_method())
                    {
                        match status {
                            100..=199 => continue,
                            481 | 408 => return Ending::Forgotten,
                            _ => return Ending::HungUp(HungUpBy::Caller),
                        }
                    }
                    if self.on_talking_message(&message, dialog).await {
                        // Both hung up at once; the call is over for both.
                        return Ending::HungUp(HungUpBy::Caller);
                    }
                }
                Ok(None) => return Ending::Forgotten,
                Err(_elapsed) if Instant::now() >= bye.until => return Ending::Forgotten,
                Err(_elapsed) => self.repeat(&mut bye).await,
            }
        }
    }

    async fn answer_request(&self, request: &Message, method: &str) {
        if method != "ACK" {
            self.link.send(&self.identity.respond(request, method, 200)).await;
        }
    }

    async fn repeat(&mut self, request: &mut Repeated) {
        match self.identity.transport {
            Transport::Udp => {
                self.link.send(&request.bytes).await;
                self.record.retransmissions += 1;
                request.step();
            }
            // A stream retransmits by itself; only the end of waiting counts.
            Transport::Tcp => request.next = request.until,
        }
    }
}
