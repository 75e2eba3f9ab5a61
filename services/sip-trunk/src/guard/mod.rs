//! What stands between the network and the SIP stack: who may speak, is this SIP, and what must be mended.
//!
//! Everything here is bounded by the message (64 KiB) and by tables of fixed size; nothing waits.

pub(crate) mod expected;
pub(crate) mod frame;
mod handover;
pub(crate) mod message;
mod plain;
pub(crate) mod repair;
pub(crate) mod reply;
pub(crate) mod tcp;
#[cfg(test)]
mod tests;
pub(crate) mod udp;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dispatch_core::call::fact::{Defect, EndReason};
use rsipstack::sip::{Method, SipMessage};
use tokio::sync::mpsc;
use tracing::warn;

use crate::config::TrunkProfile;
use crate::stats::{TrunkStats, count};
use expected::Ours;
use message::Message;
use repair::{Wire, stable_hash};

/// Names of scanners that get no answer at all: an answer tells them that somebody lives here.
const SCANNERS: [&str; 6] = ["friendly-scanner", "sipvicious", "sipcli", "sip-scan", "sundayddr", "pplsip"];
/// Sources whose refused INVITEs are counted one by one; more are counted together.
const REFUSED_SOURCES_MAX: usize = 1_024;
/// Answers to strangers in one second. More would make us a mirror for forged source addresses.
const STRANGER_REPLIES_PER_SECOND_MAX: u32 = 50;
/// Callers without Call-ID whose made-up one is remembered for the rest of their call.
const CALL_IDS_MAX: usize = 1_024;
/// A copy of a refused INVITE within this time is a retransmission (64*T1, RFC 3261 section 17.1.1.2).
const REFUSED_KEPT: Duration = Duration::from_secs(32);
/// Refused INVITEs that are remembered.
const REFUSED_MAX: usize = 4_096;
/// Refused INVITEs that wait to be recorded; above it an INVITE is dropped, and its retransmission tries again.
pub(crate) const REFUSED_WAITING_MAX: usize = 256;
/// Transactions that the stack may hold. Its queues have no bound, and each INVITE costs it some 16 KB for 64*T1,
/// also one that is refused; above this number the guard refuses in its place.
const TRANSACTIONS_MAX: usize = 16_384;

/// The profile of whom we called and who is no trunk.
const NO_TRUNK: usize = usize::MAX;

/// What to do with bytes from the network.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Hand it to the stack.
    Pass(Box<SipMessage>),
    /// Answer it here.
    Reply(Vec<u8>),
    /// An INVITE that goes no further: record it, then answer.
    Refused(Box<Refused>),
    /// Nothing.
    Drop,
}

/// An INVITE of a trusted trunk that the stack cannot read, or must not get any more.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Which trunk.
    pub(crate) profile: usize,
    /// Whatever could be taken apart.
    pub(crate) message: Message,
    /// How the call ends on record.
    pub(crate) reason: EndReason,
    /// The 400 or 503 to it.
    pub(crate) reply: Vec<u8>,
    /// Where the reply goes.
    pub(crate) way_back: WayBack,
}

/// How an answer reaches the sender.
#[derive(Clone, Debug)]
pub(crate) enum WayBack {
    /// A datagram.
    Udp(Arc<tokio::net::UdpSocket>, SocketAddr),
    /// The connection that it came on.
    Tcp(mpsc::Sender<Vec<u8>>),
}

impl WayBack {
    /// Sends; a sender that has gone is not waited for.
    pub(crate) async fn send(&self, bytes: Vec<u8>) {
        match self {
            Self::Udp(socket, to) => {
                if let Err(error) = socket.send_to(&bytes, to).await {
                    tracing::debug!(%error, "Answer not sent");
                }
            }
            Self::Tcp(connection) => {
                connection.try_send(bytes).ok();
            }
        }
    }
}

/// Who sent a message, as the network shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Sender {
    /// The address that it came from.
    pub(crate) source: SocketAddr,
    /// Over what.
    pub(crate) wire: Wire,
    /// The trunk that the connection itself proves: by its certificate, or because we opened it. Without one the
    /// address decides.
    pub(crate) proven: Option<usize>,
}

/// The guard of one trunk role.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) profiles: Vec<TrunkProfile>,
    stats: Arc<TrunkStats>,
    ours: Arc<Ours>,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    refused: BTreeMap<IpAddr, u64>,
    stranger_second: Option<Instant>,
    stranger_replies: u32,
    call_ids: VecDeque<(u64, String)>,
    refused_invites: VecDeque<(u64, Instant)>,
}

impl Guard {
    pub(crate) fn new(profiles: Vec<TrunkProfile>, stats: Arc<TrunkStats>, ours: Arc<Ours>) -> Self {
        Self { profiles, stats, ours, memory: Mutex::default() }
    }

    /// The trunk that an address belongs to.
    pub(crate) fn profile_of(&self, ip: IpAddr) -> Option<usize> {
        let ip = ip.to_canonical();
        self.profiles.iter().position(|profile| profile.sources.iter().any(|net| net.contains(&ip)))
    }

    /// Looks at one message.
    ///
    /// `transactions` is what the stack holds already.
    pub(crate) fn inspect(
        &self,
        bytes: &[u8],
        sender: Sender,
        way_back: &WayBack,
        transactions: usize,
    ) -> Verdict {
        let source = sender.source;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            // A keep-alive (RFC 5626 section 3.5.1): the double line end wants one back.
            return if bytes == b"\r\n\r\n" { Verdict::Reply(b"\r\n".to_vec()) } else { Verdict::Drop };
        }
        let message = Message::read(bytes);
        let invite = message.method() == "INVITE";
        if !message.is_response() && !message.is_request() && !invite {
            return self.no_sip(&message, sender);
        }
        match sender.proven.or_else(|| self.profile_of(source.ip())) {
            Some(profile) if invite && transactions > TRANSACTIONS_MAX && !has_to_tag(&message) => {
                self.refuse_invite(message, profile, EndReason::Overloaded, source, way_back)
            }
            Some(profile) => self.inspect_trusted(message, profile, sender, way_back),
            None if self.is_of_ours(&message) => self.inspect_trusted(message, NO_TRUNK, sender, way_back),
            None => self.refuse(&message, source),
        }
    }

    /// Whether a stranger's message is part of a dialog that we began.
    fn is_of_ours(&self, message: &Message) -> bool {
        let inside = message.is_response() || (message.is_request() && has_to_tag(message));
        inside && message.value("Call-ID").is_some_and(|call_id| self.ours.contains(call_id))
    }

    /// No SIP, or none of ours: a request of another version is told so (RFC 3261 section 21.5.6).
    fn no_sip(&self, message: &Message, sender: Sender) -> Verdict {
        count(&self.stats.garbage);
        let known = sender.proven.is_some() || self.profile_of(sender.source.ip()).is_some();
        if known && message.is_of_another_version() && message.method() != "ACK" {
            let answer = reply::response(message, sender.source, 505, "Version Not Supported");
            return Verdict::Reply(answer);
        }
        Verdict::Drop
    }

    fn inspect_trusted(
        &self,
        mut message: Message,
        profile: usize,
        Sender { source, wire, .. }: Sender,
        way_back: &WayBack,
    ) -> Verdict {
        let method = message.method();
        let invite = method == "INVITE";
        if invite && message.is_of_another_version() {
            // Whatever version it names, somebody is calling.
            message.set_our_version();
        }
        if invite && !message.is_request() {
            return self.refuse_invite(message, profile, EndReason::Unreadable, source, way_back);
        }
        if message.is_request() && method.parse::<Method>().is_err() {
            count(&self.stats.unknown_methods);
            return Verdict::Reply(reply::response(&message, source, 405, "Method Not Allowed"));
        }
        if message.is_request() && !invite && !has_to_tag(&message) && !message.has_known_scheme() {
            let code = reply::response(&message, source, 416, "Unsupported URI Scheme");
            return Verdict::Reply(code);
        }
        let known = (message.value("Call-ID").is_none()).then(|| self.call_id_of(&message, source)).flatten();
        let defects = repair::repair(&mut message, wire, source, known);
        if message.is_request() {
            repair::annotate(&mut message, &defects, profile, source, wire);
        }
        if invite && defects.contains(&Defect::NoCallId) {
            self.remember_call_id(&message, source);
        }
        match handover::into_stack(message) {
            Ok(parsed) => Verdict::Pass(Box::new(parsed)),
            Err(message) if invite => {
                self.refuse_invite(message, profile, EndReason::Unreadable, source, way_back)
            }
            Err(_) => {
                count(&self.stats.garbage);
                Verdict::Drop
            }
        }
    }

    /// A caller that sends no Call-ID is known by its From header, which has a tag of its own in every call.
    fn call_id_of(&self, message: &Message, source: SocketAddr) -> Option<String> {
        if message.method() == "INVITE" && !has_to_tag(message) {
            return None;
        }
        let caller = caller_hash(message, source);
        let memory = self.lock();
        memory.call_ids.iter().rev().find(|(known, _)| *known == caller).map(|(_, id)| id.clone())
    }

    fn remember_call_id(&self, message: &Message, source: SocketAddr) {
        let Some(call_id) = message.value("Call-ID") else { return };
        let mut memory = self.lock();
        if memory.call_ids.len() == CALL_IDS_MAX {
            memory.call_ids.pop_front();
        }
        memory.call_ids.push_back((caller_hash(message, source), call_id.to_owned()));
    }

    /// An INVITE that the stack cannot or must not get: on record once, answered each time.
    fn refuse_invite(
        &self,
        message: Message,
        profile: usize,
        reason: EndReason,
        source: SocketAddr,
        way_back: &WayBack,
    ) -> Verdict {
        let overloaded = reason == EndReason::Overloaded;
        let (code, phrase) = if overloaded { (503, "Service Unavailable") } else { (400, "Bad Request") };
        let reply = reply::response(&message, source, code, phrase);
        let hash = stable_hash(&[&String::from_utf8_lossy(&message.write()), &source.ip().to_string()]);
        let now = Instant::now();
        let mut memory = self.lock();
        while memory.refused_invites.front().is_some_and(|(_, at)| now.duration_since(*at) > REFUSED_KEPT)
            || memory.refused_invites.len() == REFUSED_MAX
        {
            memory.refused_invites.pop_front();
        }
        if memory.refused_invites.iter().any(|(seen, _)| *seen == hash) {
            count(&self.stats.duplicates);
            return Verdict::Reply(reply);
        }
        memory.refused_invites.push_back((hash, now));
        count(if overloaded { &self.stats.overload } else { &self.stats.unreadable });
        Verdict::Refused(Box::new(Refused { profile, message, reason, reply, way_back: way_back.clone() }))
    }

    /// The recorder had no room for it: its retransmission must not pass as a copy.
    pub(crate) fn forget_refused(&self) {
        self.lock().refused_invites.pop_back();
    }

    /// A stranger: 403 to an INVITE, counted and alarmed; silence to scanners, to answers and beyond the rate.
    fn refuse(&self, message: &Message, source: SocketAddr) -> Verdict {
        let method = message.method();
        if message.is_response() || method == "ACK" {
            return Verdict::Drop;
        }
        let mut memory = self.lock();
        if method == "INVITE" {
            count(&self.stats.invites_refused);
            let room =
                memory.refused.len() < REFUSED_SOURCES_MAX || memory.refused.contains_key(&source.ip());
            let seen = if room { memory.refused.entry(source.ip()).or_insert(0) } else { &mut 0 };
            *seen += 1;
            if *seen == 1 || *seen % 100 == 0 {
                warn!(source = %source.ip(), count = *seen, "INVITE from an address that is no trunk of ours");
            }
        } else {
            count(&self.stats.untrusted_requests);
        }
        let agent = message.value("User-Agent").unwrap_or_default().to_ascii_lowercase();
        if SCANNERS.iter().any(|scanner| agent.contains(scanner))
            || !memory.may_reply_to_stranger(Instant::now())
        {
            return Verdict::Drop;
        }
        Verdict::Reply(reply::response(message, source, 403, "Forbidden"))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn may_reply_to_stranger(&mut self, now: Instant) -> bool {
        if self.stranger_second.is_none_or(|begin| now.duration_since(begin) >= Duration::from_secs(1)) {
            self.stranger_second = Some(now);
            self.stranger_replies = 0;
        }
        self.stranger_replies += 1;
        self.stranger_replies <= STRANGER_REPLIES_PER_SECOND_MAX
    }
}

fn has_to_tag(message: &Message) -> bool {
    message.value("To").is_some_and(|to| to.contains("tag="))
}

fn caller_hash(message: &Message, source: SocketAddr) -> u64 {
    let as_sent = message.value(repair::FROM_AS_SENT).or_else(|| message.value("From"));
    stable_hash(&[as_sent.unwrap_or_default(), &source.ip().to_string()])
}
