//! What a desk asks the trunk to do with its calls and seats.
//!
//! The trunk's memory decides who wins: a call-taker has answered only when the trunk says so, and the fact is
//! in the journal before the caller's 200 goes out.

mod channel;
mod live;
mod receipts;
mod reply;
mod voice_notice;

use dispatch_core::acd::AcdPolicy;
use dispatch_core::call::fact::{Prompt, SuperviseMode};
use dispatch_core::duty::{Audio, DutyState};
use dispatch_core::ids::{CallId, PartyId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use serde::{Deserialize, Serialize};

pub use channel::{CallOrders, ORDERS_WAITING_MAX, OrderInbox, PendingOrder};
pub use live::{
    Floor, LINE_EVENTS_WAITING_MAX, LineEvent, LineEvents, LiveCall, LiveState, TrunkNow, TrunkTestNow,
    Waiting,
};
pub use receipts::{OrderKey, RECEIPTS_KEPT_FOR, RECEIPTS_MAX, Receipts};
pub use reply::{Answered, OrderError, OrderReply, SeatAudio};
pub use voice_notice::{VoiceNotice, VoiceState};

/// Whether a person has a console open, as one desk sees it. A trunk may serve several desks, and a console hangs on
/// one of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsoleWord {
    /// Which desk says it: a number of its own, other after each start.
    pub desk: u64,
    /// Whether one is open there.
    pub open: bool,
}

/// Numbers of one order: 500 of them are 50 KiB.
pub const PASTS_PER_ORDER_MAX: usize = 500;

/// What earlier calls of a number turned out to be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NumberPast {
    /// The number, as calls name it.
    pub number: Private<String>,
    /// Calls that were pranks.
    pub pranks: u32,
    /// Calls in which nobody spoke.
    pub ghosts: u32,
    /// Different incidents that they reported.
    pub incidents: u32,
    /// Until when a supervisor wants the number treated like any other.
    #[serde(default)]
    pub lifted_until: Option<Timestamp>,
    /// Until when a supervisor wants the number to wait among the suspects.
    #[serde(default)]
    pub restricted_until: Option<Timestamp>,
}

/// One order. `by` is the person who gives it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// A call-taker takes the call.
    Answer {
        /// Which call.
        call: CallId,
        /// Who takes it.
        by: UserId,
    },
    /// A person ends the call for everybody on it.
    Hangup {
        /// Which call.
        call: CallId,
        /// Who ends it.
        by: UserId,
    },
    /// Which calls are live?
    Live,
    /// Who sits, who waits, how are the trunks? -> [`OrderReply::Floor`]
    Floor,
    /// Take no new calls; the live ones go on.
    Drain,
    /// A browser opens its audio, or opens it anew after a reload. -> [`OrderReply::SeatOpened`]
    OpenSeat {
        /// Whose.
        user: UserId,
        /// The browser's offer (RFC 8829).
        sdp: Private<String>,
    },
    /// A browser closes its audio.
    CloseSeat {
        /// Whose.
        user: UserId,
    },
    /// A seat in no call hears itself, half a second later, until told otherwise: the check at the start of a shift.
    Echo {
        /// Whose.
        user: UserId,
        /// Whether it begins or ends.
        on: bool,
    },
    /// A person's duty. The desk says it at each change, and all of them again after it (re)connects.
    SetSeat {
        /// Whose.
        user: UserId,
        /// Whether calls are offered.
        state: DutyState,
        /// By what they hear.
        audio: Audio,
        /// Languages and category desks, for the skill order.
        skills: Vec<String>,
        /// A supervisor's seat: offered a call only when nobody else may have it.
        #[serde(default)]
        supervisor: bool,
        /// Whether the person has a console open at the desk that says this; `None` from one that does not know.
        #[serde(default)]
        console: Option<ConsoleWord>,
    },
    /// By which rules the queue rings. The desk says it with the duties.
    SetRingRules {
        /// The rules.
        rules: Box<AcdPolicy>,
    },
    /// What earlier calls of these numbers turned out to be: at most [`PASTS_PER_ORDER_MAX`]. The desk says it at each
    /// change, and of all numbers that it knows something of when it finds a trunk that does not know.
    Learn {
        /// The numbers.
        numbers: Vec<NumberPast>,
        /// Everything that was told before is forgotten first.
        begins: bool,
    },
    /// Whether many people call about something that happens now, so that short and silent calls are no suspects.
    /// The desk says it every few seconds; it holds for a minute.
    MassEvent {
        /// Whether it does.
        open: bool,
        /// Whether the disaster mode is on: who waits hears its text.
        #[serde(default)]
        disaster: bool,
    },
    /// A supervisor wants the caller treated like anybody, in this call and for a day.
    LiftRestriction {
        /// Which call.
        call: CallId,
        /// The supervisor.
        by: UserId,
    },
    /// A call-taker does not take the call that rings at their seat; it goes to the next.
    Refuse {
        /// Which call.
        call: CallId,
        /// Who refuses.
        by: UserId,
    },
    /// The caller hears music, and the centre hears nothing of the caller.
    Hold {
        /// Which call.
        call: CallId,
        /// Who holds.
        by: UserId,
    },
    /// The caller is back.
    Resume {
        /// Which call.
        call: CallId,
        /// Who resumes.
        by: UserId,
    },
    /// Rings somebody into the call. -> [`OrderReply::PartyAdded`] at once, before they answer.
    AddParty {
        /// Which call.
        call: CallId,
        /// Who asks.
        by: UserId,
        /// A `sip:` or `tel:` URI, or a number.
        target: Private<String>,
        /// What people call it: an agency's name.
        label: String,
        /// Under which it may be repeated; `None` rings each time.
        #[serde(default)]
        key: Option<OrderKey>,
    },
    /// Takes somebody off the call.
    DropParty {
        /// Which call.
        call: CallId,
        /// Who asks.
        by: UserId,
        /// Whom.
        party: PartyId,
    },
    /// The call-taker goes, the others go on.
    Leave {
        /// Which call.
        call: CallId,
        /// Who goes.
        by: UserId,
    },
    /// Gives the call away: somebody is rung, and when they answer the call-taker is off the call.
    Transfer {
        /// Which call.
        call: CallId,
        /// Who asks.
        by: UserId,
        /// A `sip:` or `tel:` URI, or a number.
        target: Private<String>,
        /// What people call it.
        label: String,
        /// Under which it may be repeated; `None` rings each time.
        #[serde(default)]
        key: Option<OrderKey>,
    },
    /// A supervisor joins, or changes how they take part.
    Supervise {
        /// Which call.
        call: CallId,
        /// Who joins.
        by: UserId,
        /// How.
        mode: SuperviseMode,
    },
    /// The supervisor goes.
    StopSupervising {
        /// Which call.
        call: CallId,
        /// Who goes.
        by: UserId,
    },
    /// Calls a number for a person whose audio is connected. -> [`OrderReply::Dialled`] when the INVITE is out.
    Dial {
        /// For whom.
        by: UserId,
        /// The number.
        number: Private<String>,
        /// The call that is called back.
        call_back_of: Option<CallId>,
        /// Under which it may be repeated; `None` rings each time.
        #[serde(default)]
        key: Option<OrderKey>,
    },
    /// Calls a duty phone, speaks a task and waits for a key; no person of the centre takes part. The same id again asks
    /// how far that call is, so a repeat rings nobody twice. -> [`OrderReply::Notified`] at once.
    Notify {
        /// Of the notification.
        id: String,
        /// The number.
        target: Private<String>,
        /// What is spoken.
        notice: VoiceNotice,
    },
    /// Sends digits towards the caller (RFC 4733).
    PressDigits {
        /// Which call.
        call: CallId,
        /// Who presses.
        by: UserId,
        /// `0` to `9`, `*`, `#`, `A` to `D`; at most 32.
        digits: Private<String>,
    },
    /// Plays something to the caller.
    Prompt {
        /// Which call.
        call: CallId,
        /// Who asks.
        by: UserId,
        /// What.
        prompt: Prompt,
    },
}

impl Order {
    /// The call that it is about, if it is about one.
    pub const fn call(&self) -> Option<CallId> {
        match self {
            Self::Answer { call, .. }
            | Self::Hangup { call, .. }
            | Self::Refuse { call, .. }
            | Self::Hold { call, .. }
            | Self::Resume { call, .. }
            | Self::AddParty { call, .. }
            | Self::DropParty { call, .. }
            | Self::Leave { call, .. }
            | Self::Transfer { call, .. }
            | Self::Supervise { call, .. }
            | Self::LiftRestriction { call, .. }
            | Self::StopSupervising { call, .. }
            | Self::PressDigits { call, .. }
            | Self::Prompt { call, .. } => Some(*call),
            Self::Live
            | Self::Floor
            | Self::Drain
            | Self::OpenSeat { .. }
            | Self::CloseSeat { .. }
            | Self::Echo { .. }
            | Self::SetSeat { .. }
            | Self::SetRingRules { .. }
            | Self::Learn { .. }
            | Self::MassEvent { .. }
            | Self::Notify { .. }
            | Self::Dial { .. } => None,
        }
    }

    /// The key under which it may be repeated, if it rings a telephone and has one.
    pub const fn key(&self) -> Option<&OrderKey> {
        match self {
            Self::Dial { key, .. } | Self::AddParty { key, .. } | Self::Transfer { key, .. } => key.as_ref(),
            Self::Answer { .. }
            | Self::Hangup { .. }
            | Self::Live
            | Self::Floor
            | Self::Drain
            | Self::OpenSeat { .. }
            | Self::CloseSeat { .. }
            | Self::Echo { .. }
            | Self::SetSeat { .. }
            | Self::SetRingRules { .. }
            | Self::Learn { .. }
            | Self::MassEvent { .. }
            | Self::Notify { .. }
            | Self::LiftRestriction { .. }
            | Self::Refuse { .. }
            | Self::Hold { .. }
            | Self::Resume { .. }
            | Self::DropParty { .. }
            | Self::Leave { .. }
            | Self::Supervise { .. }
            | Self::StopSupervising { .. }
            | Self::PressDigits { .. }
            | Self::Prompt { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use dispatch_core::time::Clock;

    use super::*;

    fn call_id() -> CallId {
        crate::random::new_call_id(&Clock::new(|| Timestamp::from_micros(1_790_000_000_000_000)))
    }

    #[tokio::test]
    async fn a_refusal_comes_back_as_an_error_and_a_dead_trunk_as_busy() {
        let (orders, mut inbox) = CallOrders::channel();
        let trunk = tokio::spawn(async move {
            let pending = inbox.next().await.unwrap();
            assert!(matches!(pending.order, Order::Answer { .. }));
            pending.reply(OrderReply::Refused { error: OrderError::Ended });
        });
        let call = call_id();
        let by = UserId(call.0);
        assert_eq!(orders.answer(call, by).await, Err(OrderError::Ended));
        trunk.await.unwrap();
        assert_eq!(orders.answer(call, by).await, Err(OrderError::TrunkBusy));
    }

    #[test]
    fn orders_and_replies_can_travel_as_json() {
        let call = call_id();
        let by = UserId(call.0);
        let target = Private::new("sip:damkar@10.0.0.9".to_owned());
        let orders = [
            Order::Hangup { call, by },
            Order::Live,
            Order::OpenSeat { user: by, sdp: Private::new("v=0".to_owned()) },
            Order::SetSeat {
                user: by,
                state: DutyState::Ready,
                audio: Audio::Phone { uri: "sip:21@10.0.0.9".to_owned() },
                skills: vec!["id".to_owned()],
                supervisor: true,
                console: Some(ConsoleWord { desk: 7, open: false }),
            },
            Order::AddParty { call, by, target: target.clone(), label: "Damkar".to_owned(), key: None },
            Order::Supervise { call, by, mode: SuperviseMode::Whisper },
            Order::Learn {
                numbers: vec![NumberPast {
                    number: target.clone(),
                    pranks: 3,
                    ghosts: 0,
                    incidents: 1,
                    lifted_until: Some(Timestamp::from_micros(1)),
                    restricted_until: None,
                }],
                begins: true,
            },
            Order::MassEvent { open: true, disaster: true },
            Order::Notify {
                id: "12.0.1".to_owned(),
                target: target.clone(),
                notice: VoiceNotice::Task {
                    category: dispatch_core::category::Category::A,
                    priority: dispatch_core::category::Priority::P1,
                    number: "123".to_owned(),
                    text: Some("Tugas baru.".to_owned()),
                },
            },
            Order::LiftRestriction { call, by },
            Order::Dial {
                by,
                number: target,
                call_back_of: Some(call),
                key: Some(OrderKey::of(by, "balik-1")),
            },
            Order::Prompt { call, by, prompt: Prompt::SilentCall },
        ];
        for order in orders {
            let text = serde_json::to_string(&order).unwrap();
            assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order, "{text}");
        }
        let replies = [
            OrderReply::Refused { error: OrderError::AlreadyAnswered { by } },
            OrderReply::Answered(Answered {
                at: Timestamp::from_micros(1),
                was_queued: true,
                audio: SeatAudio::Browser,
            }),
            OrderReply::PartyAdded { party: PartyId(call.0) },
            OrderReply::Notified { state: VoiceState::NoKey },
            OrderReply::Done,
        ];
        for reply in replies {
            let text = serde_json::to_string(&reply).unwrap();
            assert_eq!(serde_json::from_str::<OrderReply>(&text).unwrap(), reply, "{text}");
        }
    }

    #[test]
    fn line_events_travel_as_json_and_are_lost_to_the_slow() {
        let call = call_id();
        let line = LineEvents::default();
        assert!(!line.is_heard());
        let mut slow = line.subscribe();
        for caller_db in 0..=LINE_EVENTS_WAITING_MAX {
            let caller_db = -((caller_db % 100) as i8);
            line.tell(LineEvent::Levels { call, caller_db, centre_db: -127, caller_voice: false });
        }
        assert!(matches!(slow.try_recv(), Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_))));
        let waiting = vec![Waiting { call, position: 1, wait_estimate_s: Some(12) }];
        let user = UserId(call.0);
        for event in [
            LineEvent::Queue { waiting },
            LineEvent::SeatState { user, connected: true },
            LineEvent::PhoneRings { user, rings: true },
        ] {
            let text = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<LineEvent>(&text).unwrap(), event, "{text}");
        }
    }
}
