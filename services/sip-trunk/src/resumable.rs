//! Calls that an earlier process left open and whose caller may still be asking.
//!
//! A caller whose INVITE has no final answer sends it again (RFC 3261 section 17.1.1.2), for at most 64*T1. So
//! long each call without an ACK waits here; its INVITE goes on with the same call, and what the journal knows of
//! it is not written twice. What nobody goes on with ends as `Restarted`.
//!
//! Deliberately not here: calls whose 200 was acknowledged. Their caller sends no INVITE any more; what is held of
//! their dialogs is taken up (`restore`), and where nothing is, they end.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use call_link::journal::{OpenCall, OpenInvite, Progress};
use dispatch_core::call::fact::{Arrival, EndReason};
use dispatch_core::ids::CallId;
use dispatch_core::limits::LIVE_CALLS_MAX;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Method, Request, SipMessage};
use tokio::sync::Notify;

use crate::arrival::bounded;

/// Calls that wait. No process leaves more open than it may hold; of more, the newest wait.
const RESUMABLE_MAX: usize = LIVE_CALLS_MAX;

/// The waiting calls, by the Call-ID of their INVITE.
#[derive(Debug, Default)]
pub(crate) struct Resumable {
    waiting: Mutex<BTreeMap<String, Waiting>>,
    changed: Notify,
}

#[derive(Debug)]
struct Waiting {
    open: OpenCall,
    /// Its INVITE came again and is on its way to [`Resumable::claim`]; what follows belongs to that transaction.
    asked: bool,
    /// The caller has given up.
    over: Option<EndReason>,
}

impl Resumable {
    /// The calls that wait from now on, and those that end at once.
    pub(crate) fn new<'a>(
        open_calls: impl DoubleEndedIterator<Item = &'a OpenCall>,
    ) -> (Self, Vec<(CallId, EndReason)>) {
        let mut waiting = BTreeMap::new();
        let mut ended = Vec::new();
        for open in open_calls.rev() {
            match &open.invite {
                Some(OpenInvite { sip_call_id, .. })
                    if !open.confirmed
                        && !sip_call_id.is_empty()
                        && waiting.len() < RESUMABLE_MAX
                        && !waiting.contains_key(sip_call_id) =>
                {
                    let place = Waiting { open: open.clone(), asked: false, over: None };
                    waiting.insert(sip_call_id.clone(), place);
                }
                Some(_) | None => ended.push((open.call, EndReason::Restarted)),
            }
        }
        // Oldest first, as they came.
        ended.reverse();
        (Self { waiting: Mutex::new(waiting), changed: Notify::new() }, ended)
    }

    /// Sees every message of a trusted trunk before the stack does, which answers CANCEL and drops ACK of calls
    /// that it does not know without telling anybody.
    pub(crate) fn notice(&self, message: &SipMessage) {
        let SipMessage::Request(request) = message else { return };
        if self.is_empty() {
            return;
        }
        let inside = matches!(request.to_header().and_then(|to| to.tag()), Ok(Some(_)));
        match request.method {
            Method::Invite if !inside => {
                self.with(request, |place| place.asked = true);
            }
            Method::Cancel => self.give_up(request, |_| EndReason::CallerCancelled),
            Method::Bye => self.give_up(request, |open| match open.progress {
                Progress::Arrived => EndReason::CallerCancelled,
                Progress::QueueAnswered | Progress::Answered { .. } => EndReason::CallerHungUp,
            }),
            // It acknowledges the answer of the earlier process, so no INVITE follows, and the caller hears nothing.
            Method::Ack => self.give_up(request, |_| EndReason::Restarted),
            Method::Invite
            | Method::Info
            | Method::Message
            | Method::Notify
            | Method::Options
            | Method::PRack
            | Method::Publish
            | Method::Refer
            | Method::Register
            | Method::Subscribe
            | Method::Update => {}
        }
    }

    fn give_up(&self, request: &Request, reason: impl FnOnce(&OpenCall) -> EndReason) {
        let gave_up = self.with(request, |place| {
            if !place.asked && place.over.is_none() {
                place.over = Some(reason(&place.open));
            }
        });
        if gave_up {
            self.changed.notify_one();
        }
    }

    fn with(&self, request: &Request, change: impl FnOnce(&mut Waiting)) -> bool {
        let mut waiting = self.lock();
        if waiting.is_empty() {
            return false;
        }
        let Ok(call_id) = request.call_id_header() else { return false };
        waiting.get_mut(&bounded(call_id.value())).map(change).is_some()
    }

    /// The call that an INVITE goes on with. Some phones use one Call-ID for ever, so its trunk and its caller must
    /// be the same too: a stranger must never end up on another one's record.
    pub(crate) fn claim(&self, arrival: &Arrival) -> Option<OpenCall> {
        let mut waiting = self.lock();
        let place = waiting.get_mut(&arrival.sip_call_id)?;
        let same = place.over.is_none()
            && place.open.invite.as_ref().is_some_and(|invite| {
                let number = arrival.caller.as_ref().map(|caller| &caller.number);
                invite.trunk == arrival.trunk && invite.caller.as_ref() == number
            });
        if !same {
            place.asked = false;
            return None;
        }
        let place = waiting.remove(&arrival.sip_call_id);
        self.changed.notify_one();
        place.map(|place| place.open)
    }

    /// Whether this call waits for its caller.
    pub(crate) fn holds(&self, call: CallId) -> bool {
        self.lock().values().any(|place| place.open.call == call)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Returns when a call was taken away or its caller gave up.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Takes away the calls whose caller gave up.
    pub(crate) fn take_given_up(&self) -> Vec<(CallId, EndReason)> {
        let mut given_up = Vec::new();
        self.lock().retain(|_, place| {
            given_up.extend(place.over.map(|reason| (place.open.call, reason)));
            place.over.is_none()
        });
        given_up
    }

    /// Takes away all: nobody goes on with them any more.
    pub(crate) fn take_all(&self) -> Vec<(CallId, EndReason)> {
        let left = std::mem::take(&mut *self.lock());
        self.changed.notify_one();
        left.into_values()
            .map(|place| (place.open.call, place.over.unwrap_or(EndReason::Restarted)))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use dispatch_core::ids::UserId;
    use dispatch_core::private::Private;
    use dispatch_core::time::Timestamp;

    use super::*;

    fn call(n: u64) -> CallId {
        CallId(uuid::Uuid::from_u64_pair(1, n))
    }

    fn open(n: u64, sip_call_id: &str, progress: Progress) -> OpenCall {
        let invite = OpenInvite {
            sip_call_id: sip_call_id.to_owned(),
            trunk: "telco".to_owned(),
            caller: Some(Private::new("+62811".to_owned())),
        };
        OpenCall {
            call: call(n),
            since: Timestamp::from_micros(0),
            invite: Some(invite),
            progress,
            confirmed: false,
            held: None,
            class: None,
            had_turn: false,
            first_index: n,
        }
    }

    fn request(method: &str, call_id: &str) -> SipMessage {
        let text = format!(
            "{method} sip:112@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:+62811@t>;tag=1\r\n\
             To: <sip:112@x>\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
        );
        SipMessage::try_from(text.as_bytes()).unwrap()
    }

    fn arrival(call_id: &str) -> Arrival {
        let message = crate::guard::message::Message::read(
            format!("INVITE sip:112@x SIP/2.0\r\nFrom: <sip:+62811@t>\r\nCall-ID: {call_id}\r\n\r\n")
                .as_bytes(),
        );
        let profile = crate::config::TrunkProfile::new("telco", Vec::new());
        crate::arrival::read_fragments(&message, Some(&profile), EndReason::Overloaded)
    }

    #[test]
    fn what_follows_an_invite_on_its_way_belongs_to_it() {
        let (table, ended) = Resumable::new([open(1, "a", Progress::Arrived)].iter());
        assert_eq!(ended, []);
        table.notice(&request("INVITE", "a"));
        table.notice(&request("CANCEL", "a"));
        assert_eq!(table.take_given_up(), []);
        assert_eq!(table.claim(&arrival("a")).map(|open| open.call), Some(call(1)));
        assert!(table.is_empty() && table.claim(&arrival("a")).is_none());
    }

    #[test]
    fn who_gave_up_is_not_gone_on_with_and_keeps_the_first_reason() {
        let by = UserId(call(9).0);
        let (table, _) = Resumable::new(
            [
                open(1, "a", Progress::Answered { by }),
                open(2, "b", Progress::Arrived),
                open(3, "c", Progress::Arrived),
            ]
            .iter(),
        );
        table.notice(&request("BYE", "a"));
        table.notice(&request("ACK", "a"));
        table.notice(&request("OPTIONS", "b"));
        table.notice(&request("BYE", "unknown"));
        assert!(table.claim(&arrival("a")).is_none());
        assert_eq!(table.take_given_up(), [(call(1), EndReason::CallerHungUp)]);
        table.notice(&request("CANCEL", "c"));
        let left = [(call(2), EndReason::Restarted), (call(3), EndReason::CallerCancelled)];
        assert_eq!((table.take_all(), table.take_all()), (left.to_vec(), Vec::new()));
    }

    #[test]
    fn what_cannot_be_told_apart_or_is_too_much_ends_at_once() {
        let mut confirmed = open(1, "a", Progress::QueueAnswered);
        confirmed.confirmed = true;
        let lost = OpenCall { invite: None, ..open(2, "b", Progress::Arrived) };
        let calls = [
            confirmed,
            lost,
            open(3, "", Progress::Arrived),
            open(4, "same", Progress::Arrived),
            open(5, "same", Progress::Arrived),
        ];
        let (table, ended) = Resumable::new(calls.iter());
        assert_eq!(ended.iter().map(|(call, _)| *call).collect::<Vec<_>>(), [1, 2, 3, 4].map(call));
        assert!(table.holds(call(5)) && !table.holds(call(4)));

        let bound = RESUMABLE_MAX as u64;
        let many: Vec<_> = (0..bound + 2).map(|n| open(n, &format!("id{n}"), Progress::Arrived)).collect();
        let (table, ended) = Resumable::new(many.iter());
        assert_eq!(ended, [0, 1].map(|n| (call(n), EndReason::Restarted)));
        assert_eq!(table.take_all().len(), RESUMABLE_MAX);
    }
}
