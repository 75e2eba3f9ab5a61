//! A call that an earlier process held: its dialogs, its ports and its streams go on.
//!
//! The caller hears a word and then whoever was there. A telephone of the centre and third parties are legs like the
//! caller's and are there at once; a browser opens its audio anew and finds its place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use call_link::journal::{OpenCall, Progress};
use call_media::announcement::Announcement;
use call_media::room::{LegId, Room, RoomOptions, SeatRole};
use call_media::rtp::StreamPosition;
use dispatch_core::call::fact::{CallFact, Defect, PartyEnd, SuperviseMode};
use dispatch_core::ids::CallId;
use dispatch_core::screening::Signs;
use rsipstack::dialog::dialog::DialogSnapshot;
use tokio::sync::mpsc;
use tracing::{Instrument, info, info_span, warn};

use super::Call;
use super::centre::{Centre, Hand};
use super::leg::{Leg, session_number};
use super::outside::{OutsideLegs, restored};
use super::party::{Party, PartyState};
use super::probe::Probes;
use super::timers::{Timer, Timers};
use crate::arrival::Signalling;
use crate::config::Srtp;
use crate::guard::repair::Wire;
use crate::queue::QueueInput;
use crate::registry::{InviteKey, LiveEntry, SIGNALS_WAITING_MAX};
use crate::restore::{self, KeptCall, KeptLeg};
use crate::shared::Core;

/// So long a browser may take to open its audio again after a restart.
const REJOIN_WITHIN: Duration = Duration::from_secs(10);

/// What the legs beside the caller's need.
struct Others {
    legs: Vec<(KeptLeg, Option<StreamPosition>)>,
    caller: Option<StreamPosition>,
}

/// Goes on with a call that an earlier process held. `false`: it cannot be, and ends.
pub(crate) fn go_on(core: &Arc<Core>, open: &OpenCall) -> bool {
    let Some(held) = &open.held else { return false };
    let Some((kept, positions)) = restore::read(held) else {
        warn!(call.id = %open.call, "What is held of a call cannot be read");
        return false;
    };
    let mut legs: Vec<_> = kept.legs.iter().cloned().zip(positions).collect();
    if legs.first().is_none_or(|(leg, _)| leg.id != LegId::Caller) {
        return false;
    }
    let (caller, position) = legs.remove(0);
    let Some(call) = build(core, open, &kept, &caller) else {
        warn!(call.id = %open.call, "A held dialog cannot be restored");
        return false;
    };
    let options = core.room_options_again(held.recording.clone());
    let others = Others { legs, caller: position };
    let task = async move {
        let mut call = Box::new(call);
        call.take_up(&kept, others, options).await;
        call.follow(None).await;
    };
    core.tasks.spawn(task.instrument(info_span!("call", call.id = %open.call)));
    true
}

/// The call as it was, without its sound.
fn build(core: &Arc<Core>, open: &OpenCall, kept: &KeptCall, caller: &KeptLeg) -> Option<Call> {
    let id = open.call;
    let snapshot = caller.dialog()?;
    let trunk = core.config.trunks.iter().position(|profile| profile.name == kept.arrival.trunk);
    let key = InviteKey {
        call_id: snapshot.id.call_id.clone(),
        from_tag: snapshot.id.remote_tag.clone(),
        cseq: snapshot.remote_cseq,
    };
    let ticket = core.registry.begin(key, trunk.unwrap_or(usize::MAX))?;
    let (sender, signals) = mpsc::channel(SIGNALS_WAITING_MAX);
    let number = kept.arrival.caller.as_ref().map(|caller| caller.number.clone());
    let entry = Arc::new(LiveEntry::new(id, LegId::Caller, kept.since, number, sender, leg_of(id, caller)));
    entry.change(|view| view.direction = kept.arrival.direction);
    let mut outside = OutsideLegs::new(core);
    let (dialog, states) = if kept.arrival.direction.is_in() {
        let (state_sender, states) = core.dialogs.new_dialog_state_channel();
        let dialog = restored(core, snapshot, state_sender)?;
        entry.change(|view| (view.accepted, view.confirmed) = (true, true));
        core.registry.insert_dialog(dialog.id().to_string(), entry.clone());
        (dialog, Some(states))
    } else {
        (outside.go_on(core, LegId::Caller, entry.clone(), snapshot)?, None)
    };
    core.registry.insert(entry.clone());
    let peer =
        caller.sound.as_ref().map_or_else(|| core.address_towards([127, 0, 0, 1].into()), |sound| sound.peer);
    Some(Call {
        core: core.clone(),
        id,
        entry,
        arrival: kept.arrival.clone(),
        dialog: Some(dialog),
        signalling: Signalling {
            source: (peer, 0).into(),
            wire: Wire::Udp,
            offer: None,
            srtp: Srtp::Off,
            offer_is_ours: false,
            reliable_only: false,
            timer: kept.timer,
        },
        begun_as: Progress::QueueAnswered,
        states,
        signals,
        handling: None,
        hangup_wanted: false,
        timers: Timers::default(),
        probes: Probes::default(),
        // What it was screened by is on record; the class orders the queue.
        signs: Signs::default(),
        class: kept.class,
        challenged: false,
        digits_heard: 0,
        room: None,
        centre: Centre {
            hand: kept.hand,
            held: kept.on_hold,
            supervisors: kept.supervisors.clone(),
            had_turn: open.had_turn || kept.had_turn,
            ..Centre::default()
        },
        parties: BTreeMap::new(),
        outside,
        kept: None,
        _ticket: ticket,
    })
}

fn leg_of(call: CallId, leg: &KeptLeg) -> Leg {
    leg.sound.clone().map_or_else(|| Leg::unanswered(session_number(call)), Leg::held)
}

impl Call {
    /// The sound first: every 20 ms count. Then who is on the call, then what the desk has to know.
    async fn take_up(&mut self, kept: &KeptCall, others: Others, options: RoomOptions) {
        let room = self.core.media.open_room(self.id, options).map(Arc::new);
        match &room {
            Ok(room) => self.join(room, &self.entry.clone(), others.caller).await,
            Err(error) => warn!(%error, "A restored call without media"),
        }
        self.room = room.ok();
        if let Some(room) = self.room.clone() {
            self.entry.show_room(&room);
            self.play(if kept.hand == Hand::Nobody {
                self.core.screen.queue_text(self.core.clock.now())
            } else {
                Announcement::Wait
            });
            for (leg, position) in others.legs {
                self.take_up_leg(&room, leg, position).await;
            }
            room.hold(self.centre.held);
        }
        self.record(CallFact::Restored).await;
        self.take_places(kept).await;
        self.publish();
        self.restart_session_timer();
        // A peer that is gone says 481 or nothing.
        self.probe_caller();
        info!("Call goes on after a restart");
    }

    async fn join(&self, room: &Room, entry: &LiveEntry, position: Option<StreamPosition>) {
        let Some(position) = position else { return };
        let joined = entry.leg().go_on(room, entry.side, position);
        if let Err(error) = joined {
            warn!(%error, "A leg of a restored call has no sound");
            self.core.count_no_media();
            if entry.side == LegId::Caller {
                self.record(CallFact::DefectFound { defect: Defect::NoMedia }).await;
            }
        }
    }

    async fn take_up_leg(&mut self, room: &Room, leg: KeptLeg, position: Option<StreamPosition>) {
        let (id, timer) = (leg.id, leg.timer);
        let (signals, number) = (self.entry.signals.clone(), self.entry.caller.clone());
        let media = leg_of(self.id, &leg);
        let entry = Arc::new(LiveEntry::new(self.id, id, self.entry.since, number, signals, media));
        let dialog: Option<DialogSnapshot> = leg.dialog();
        let goes_on =
            dialog.and_then(|snapshot| self.outside.go_on(&self.core, id, entry.clone(), snapshot)).is_some();
        match (id, goes_on) {
            (LegId::Party(party), true) => {
                let target = leg.target.unwrap_or_else(|| String::new().into());
                let state = PartyState::Talking;
                self.parties.insert(party, Party { state, takes_over_from: None, target });
            }
            (LegId::Party(party), false) => {
                self.record(CallFact::PartyLeft { party, why: PartyEnd::Failed }).await;
            }
            (LegId::Caller | LegId::PhoneSeat(_), _) => {}
        }
        if goes_on {
            self.join(room, &entry, position).await;
            self.outside.set_timer(id, timer);
            self.restart_leg_timer(id);
            self.probe_outside(id);
        }
    }

    /// Everybody of the centre has the place that they had; a browser comes into it when it opens its audio.
    async fn take_places(&mut self, kept: &KeptCall) {
        if !self.centre.supervisors.is_empty() {
            self.timers.set(Timer::RejoinSupervisors, REJOIN_WITHIN);
        }
        for (user, mode) in self.centre.supervisors.clone() {
            let role = match mode {
                SuperviseMode::Listen => SeatRole::Listen,
                SuperviseMode::Whisper => SeatRole::Whisper,
                SuperviseMode::Barge => SeatRole::Barge,
            };
            self.core.seats.supervise(user, self.id);
            if let Some(room) = &self.room {
                room.seat(user, role);
            }
        }
        match self.centre.hand {
            Hand::With(user) if kept.phone_rang => self.lose_seat(user).await,
            Hand::With(user) => {
                self.core.seats.take(user, self.id);
                self.core.queue.tell(QueueInput::Engaged { user }).await;
                if self.outside.entry(LegId::PhoneSeat(user)).is_none()
                    && let Some(room) = &self.room
                {
                    room.seat(user, SeatRole::Talk);
                    if kept.browser {
                        self.timers.set(Timer::Rejoin, REJOIN_WITHIN);
                    }
                }
            }
            Hand::Nobody => self.wait_in_queue().await,
            Hand::Again => self.wait_at_head().await,
            Hand::Left(_) => {}
        }
    }

    /// The call-taker's page did not come back: somebody else takes the caller.
    pub(super) async fn seat_did_not_come(&mut self) {
        if let Some(user) = self.centre.talker()
            && !self.core.media.seat_connected(user)
            && self.outside.entry(LegId::PhoneSeat(user)).is_none()
        {
            self.lose_seat(user).await;
        }
    }

    /// Who supervised and did not open their audio again is on the call no more, and told so.
    pub(super) async fn supervisors_did_not_come(&mut self) {
        let supervisors: Vec<_> = self.centre.supervisors.keys().copied().collect();
        for user in supervisors {
            if !self.core.media.seat_connected(user) {
                self.stop_supervising(user).await.ok();
            }
        }
    }
}
