//! Calls of ours: a number is called for a person whose audio is there.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use call_link::journal::Progress;
use call_link::order::{OrderError, OrderReply, SeatAudio};
use call_link::random::new_call_id;
use call_media::announcement::Announcement;
use call_media::room::LegId;
use dispatch_core::call::fact::{
    Arrival, CallFact, Caller, CallerClass, Direction, EndReason, IdentitySource, PartyEnd,
};
use dispatch_core::duty::Audio;
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::private::Private;
use dispatch_core::screening::Signs;
use rsipstack::dialog::invite_dialog::InviteDialog;
use tokio::sync::mpsc;
use tracing::{Instrument, info, info_span};

use super::Call;
use super::centre::{Centre, Hand};
use super::leg::{Leg, session_number};
use super::outside::OutsideLegs;
use super::party::RING_FOR;
use super::probe::Probes;
use super::timers::Timers;
use crate::arrival::Signalling;
use crate::config::Srtp;
use crate::guard::repair::Wire;
use crate::outbound::{self, Invitation};
use crate::queue::QueueInput;
use crate::registry::{InviteKey, LiveEntry, SIGNALS_WAITING_MAX, Ticket};
use crate::session_timer::SessionTimer;
use crate::shared::Core;

/// A call of ours belongs to no trunk's places.
const NO_TRUNK: usize = usize::MAX;

/// Begins a call of ours; it is on record when this returns.
pub(crate) async fn dial(
    core: &Arc<Core>,
    by: UserId,
    number: Private<String>,
    call_back_of: Option<CallId>,
) -> Result<OrderReply, OrderError> {
    let Some(route) = outbound::routes(core, number.reveal()).into_iter().next() else {
        return Err(OrderError::NoTrunk);
    };
    let has_audio = match core.seats.audio(by) {
        Audio::Browser => core.media.seat_connected(by),
        Audio::Phone { .. } => true,
    };
    if !has_audio {
        return Err(OrderError::NoSeat);
    }
    if core.is_draining() {
        return Err(OrderError::TrunkBusy);
    }
    let id = new_call_id(&core.clock);
    let key = InviteKey { call_id: id.to_string(), from_tag: String::new(), cseq: 0 };
    let ticket = core.registry.begin(key, NO_TRUNK).ok_or(OrderError::TrunkBusy)?;
    let arrival = Arrival {
        trunk: route.trunk,
        // The number is personal; it stands in `caller`.
        dialled: String::new(),
        sip_call_id: id.to_string(),
        caller: Some(Caller { number, name: None, source: IdentitySource::From }),
        fixes: Vec::new(),
        access_network: None,
        user_agent: None,
        defects: Vec::new(),
        test: false,
        direction: Direction::Out { by, call_back_of },
    };
    core.record(id, CallFact::Arrived(Box::new(arrival.clone()))).await;
    let call = new_call(core.clone(), id, arrival, ticket);
    core.tasks.spawn(Box::new(call).run().instrument(info_span!("call", call.id = %id)));
    Ok(OrderReply::Dialled { call: id })
}

fn new_call(core: Arc<Core>, id: CallId, arrival: Arrival, ticket: Ticket) -> Call {
    let (sender, signals) = mpsc::channel(SIGNALS_WAITING_MAX);
    let number = arrival.caller.as_ref().map(|caller| caller.number.clone());
    let leg = Leg::unanswered(session_number(id));
    let entry = Arc::new(LiveEntry::new(id, LegId::Caller, core.clock.now(), number, sender, leg));
    entry.change(|view| view.direction = arrival.direction);
    core.registry.insert(entry.clone());
    core.refresh_gauges();
    let nowhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    let outside = OutsideLegs::new(&core);
    Call {
        core,
        id,
        entry,
        arrival,
        dialog: None,
        signalling: Signalling {
            source: nowhere,
            wire: Wire::Udp,
            offer: None,
            // The way out says what its trunk wants.
            srtp: Srtp::Off,
            offer_is_ours: false,
            reliable_only: false,
            timer: None,
        },
        begun_as: Progress::Arrived,
        states: None,
        signals,
        handling: None,
        hangup_wanted: false,
        timers: Timers::default(),
        probes: Probes::default(),
        signs: Signs::default(),
        class: CallerClass::default(),
        challenged: false,
        digits_heard: 0,
        room: None,
        centre: Centre::default(),
        parties: BTreeMap::new(),
        outside,
        kept: None,
        _ticket: ticket,
    }
}

impl Call {
    /// Rings: the person's telephone first where they have one, then the number.
    pub(super) async fn begin_dialled(&mut self, by: UserId) -> Result<(), ()> {
        self.centre.hand = Hand::With(by);
        self.open_room(Announcement::Connected).await;
        self.publish();
        self.core.queue.tell(QueueInput::Engaged { user: by }).await;
        match self.take_seat(by) {
            SeatAudio::Phone => Ok(()),
            SeatAudio::Browser | SeatAudio::None => self.ring_dialled(),
        }
    }

    /// Rings the number.
    pub(super) fn ring_dialled(&mut self) -> Result<(), ()> {
        let number = self.entry.caller.as_ref().ok_or(())?;
        let invitation = Invitation {
            routes: outbound::routes(&self.core, number.reveal()),
            on_behalf: None,
            fixes: Vec::new(),
            ring_for: RING_FOR,
        };
        let entry = self.entry.clone();
        self.outside.ring(&self.core, LegId::Caller, entry, invitation);
        Ok(())
    }

    /// Whether this is a call of ours that nobody has been rung for yet.
    pub(super) fn still_to_ring(&self) -> bool {
        !self.arrival.direction.is_in()
            && !self.entry.view().accepted
            && !self.outside.is_ringing(LegId::Caller)
    }

    /// The person who was called has answered.
    pub(super) async fn on_dialled_answer(&mut self, dialog: InviteDialog, timer: Option<SessionTimer>) {
        self.dialog = Some(dialog);
        self.signalling.timer = timer;
        self.restart_session_timer();
        if let Some(by) = self.centre.talker() {
            self.record(CallFact::Answered { by }).await;
        }
        self.record(CallFact::Confirmed).await;
        self.publish();
        info!("The call of ours is answered");
    }

    /// Why a call of ours is over: what became of it, or of the person who was called.
    pub(super) const fn end_of_dialled(answered: bool, why: PartyEnd) -> EndReason {
        match (answered, why) {
            (true, PartyEnd::HungUp) => EndReason::CallerHungUp,
            (true | false, PartyEnd::Dropped) => EndReason::CentreHungUp,
            (true, PartyEnd::Refused | PartyEnd::NoAnswer | PartyEnd::Failed) => EndReason::Lost,
            (false, PartyEnd::Refused | PartyEnd::HungUp) => EndReason::Refused,
            (false, PartyEnd::NoAnswer) => EndReason::NoAnswer,
            (false, PartyEnd::Failed) => EndReason::Unreachable,
        }
    }
}
