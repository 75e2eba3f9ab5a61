//! The dialogs that a call opens itself: parties, a call-taker's telephone, and in a call of ours the person called.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use call_link::random::new_call_id;
use call_media::room::LegId;
use dispatch_core::call::fact::PartyEnd;
use rsipstack::dialog::dialog::{
    Dialog, DialogSnapshot, DialogState, DialogStateReceiver, DialogStateSender,
};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::StatusCode;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use super::ringing_phone::RingingPhone;
use crate::arrival::message_of_response;
use crate::guard::expected::Expected;
use crate::outbound::{Invitation, Rung, ring};
use crate::registry::LiveEntry;
use crate::session_timer::SessionTimer;
use crate::shared::Core;

/// A BYE is answered or given up within 64*T1; this is a little more.
const BYE_WITHIN: Duration = Duration::from_secs(40);

/// What happened on one of them.
pub(super) enum OutsideEvent {
    /// It rings there, and nothing is heard of it.
    Ringing { leg: LegId },
    /// Early media: the other side's description.
    Described { leg: LegId, body: Vec<u8> },
    /// Somebody answered, with a session timer or without one.
    Answered { leg: LegId, dialog: InviteDialog, body: Vec<u8>, timer: Option<SessionTimer> },
    /// Nobody did.
    Failed { leg: LegId, why: PartyEnd },
    /// They hung up, or the dialog died.
    Over { leg: LegId, why: PartyEnd },
}

struct Outside {
    entry: Arc<LiveEntry>,
    /// The Call-ID of its INVITEs.
    call_id: String,
    /// Lets in what whom we called sends, from wherever.
    _expected: Expected,
    /// Cancels while it rings.
    ringing: Option<AbortHandle>,
    /// As long as it is a call-taker's telephone that rings.
    phone: Option<RingingPhone>,
    /// The other side has described its early media.
    described: bool,
    dialog: Option<InviteDialog>,
    /// Of the established session (RFC 4028).
    timer: Option<SessionTimer>,
}

impl Outside {
    fn new(entry: Arc<LiveEntry>, call_id: String, expected: Expected) -> Self {
        Self {
            entry,
            call_id,
            _expected: expected,
            ringing: None,
            phone: None,
            described: false,
            dialog: None,
            timer: None,
        }
    }
}

/// All of one call.
pub(super) struct OutsideLegs {
    legs: BTreeMap<LegId, Outside>,
    rung: JoinSet<(LegId, Rung)>,
    sender: DialogStateSender,
    states: DialogStateReceiver,
}

impl OutsideLegs {
    pub(super) fn new(core: &Core) -> Self {
        let (sender, states) = core.dialogs.new_dialog_state_channel();
        Self { legs: BTreeMap::new(), rung: JoinSet::new(), sender, states }
    }

    /// Rings somebody.
    pub(super) fn ring(
        &mut self,
        core: &Arc<Core>,
        leg: LegId,
        entry: Arc<LiveEntry>,
        invitation: Invitation,
    ) {
        let call_id = new_call_id(&core.clock).to_string();
        let ringing = ring(core.clone(), entry.clone(), invitation, call_id.clone(), self.sender.clone());
        let expected = core.ours.expect(call_id.clone());
        let abort = self.rung.spawn(async move { (leg, ringing.await) });
        let phone = RingingPhone::of(core, leg);
        let outside = Outside { ringing: Some(abort), phone, ..Outside::new(entry, call_id, expected) };
        self.legs.insert(leg, outside);
    }

    /// Takes up a leg that an earlier process had established; its dialog, unless there is one with its name.
    pub(super) fn go_on(
        &mut self,
        core: &Core,
        leg: LegId,
        entry: Arc<LiveEntry>,
        snapshot: DialogSnapshot,
    ) -> Option<InviteDialog> {
        let dialog = restored(core, snapshot, self.sender.clone())?;
        entry.change(|view| (view.accepted, view.confirmed) = (true, true));
        core.registry.insert_dialog(dialog.id().to_string(), entry.clone());
        let call_id = dialog.id().call_id;
        let expected = core.ours.expect(call_id.clone());
        let outside = Outside { dialog: Some(dialog.clone()), ..Outside::new(entry, call_id, expected) };
        self.legs.insert(leg, outside);
        Some(dialog)
    }

    /// The legs that are established.
    pub(super) fn established(&self) -> impl Iterator<Item = (LegId, &InviteDialog, &Arc<LiveEntry>)> {
        self.legs.iter().filter_map(|(leg, outside)| Some((*leg, outside.dialog.as_ref()?, &outside.entry)))
    }

    pub(super) fn entry(&self, leg: LegId) -> Option<&Arc<LiveEntry>> {
        self.legs.get(&leg).map(|outside| &outside.entry)
    }

    pub(super) fn dialog(&self, leg: LegId) -> Option<&InviteDialog> {
        self.legs.get(&leg).and_then(|outside| outside.dialog.as_ref())
    }

    /// The session timer of a leg.
    pub(super) fn timer(&self, leg: LegId) -> Option<SessionTimer> {
        self.legs.get(&leg).and_then(|outside| outside.timer)
    }

    pub(super) fn set_timer(&mut self, leg: LegId, timer: Option<SessionTimer>) {
        if let Some(outside) = self.legs.get_mut(&leg) {
            outside.timer = timer;
        }
    }

    pub(super) fn is_ringing(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|outside| outside.ringing.is_some())
    }

    /// The next thing that happens; pending for ever when nothing can.
    pub(super) async fn next(&mut self, core: &Core) -> OutsideEvent {
        loop {
            tokio::select! {
                biased;
                Some(state) = self.states.recv() => {
                    if let Some(event) = self.on_state(core, state).await {
                        return event;
                    }
                }
                Some(rung) = self.rung.join_next(), if !self.rung.is_empty() => {
                    // An aborted ring was dropped by us; whoever dropped it has said so.
                    if let Ok((leg, rung)) = rung
                        && let Some(event) = self.on_rung(core, leg, rung)
                    {
                        return event;
                    }
                }
            }
        }
    }

    fn on_rung(&mut self, core: &Core, leg: LegId, rung: Rung) -> Option<OutsideEvent> {
        let Some(outside) = self.legs.get_mut(&leg) else {
            // Dropped in the moment of the answer.
            if let Rung::Answered { dialog, .. } = rung {
                hang_up(core, dialog);
            }
            return None;
        };
        (outside.ringing, outside.phone) = (None, None);
        match rung {
            Rung::Answered { dialog, response } => {
                outside.dialog = Some(dialog.clone());
                outside.entry.change(|view| (view.accepted, view.confirmed) = (true, true));
                core.registry.insert_dialog(dialog.id().to_string(), outside.entry.clone());
                let min = core.config.session_interval_min;
                let timer = SessionTimer::agreed(&message_of_response(&response), min);
                outside.timer = timer;
                Some(OutsideEvent::Answered { leg, dialog, body: response.body, timer })
            }
            Rung::Failed(why) => {
                self.legs.remove(&leg);
                Some(OutsideEvent::Failed { leg, why })
            }
        }
    }

    async fn on_state(&mut self, core: &Core, state: DialogState) -> Option<OutsideEvent> {
        match state {
            DialogState::Early(id, response) => {
                let (leg, outside) = self
                    .legs
                    .iter_mut()
                    .find(|(_, outside)| outside.ringing.is_some() && outside.call_id == id.call_id)?;
                if !response.body.is_empty() {
                    outside.described = true;
                    return Some(OutsideEvent::Described { leg: *leg, body: response.body });
                }
                let rings = response.status_code == StatusCode::Ringing && !outside.described;
                rings.then_some(OutsideEvent::Ringing { leg: *leg })
            }
            DialogState::Terminated(id, reason) => {
                let leg = self.legs.iter().find_map(|(leg, outside)| {
                    outside.dialog.as_ref().is_some_and(|dialog| dialog.id() == id).then_some(*leg)
                })?;
                self.forget(core, leg);
                let why = crate::outbound::ended(&reason);
                Some(OutsideEvent::Over { leg, why })
            }
            DialogState::Calling(_)
            | DialogState::Trying(_)
            | DialogState::WaitAck(..)
            | DialogState::Confirmed(..) => None,
            // The router answers requests inside a dialog before the stack sees them.
            DialogState::Updated(_, _, handle)
            | DialogState::Publish(_, _, handle)
            | DialogState::Notify(_, _, handle)
            | DialogState::Refer(_, _, handle)
            | DialogState::Message(_, _, handle)
            | DialogState::Info(_, _, handle)
            | DialogState::Options(_, _, handle) => {
                handle.reply(StatusCode::NotImplemented).await.ok();
                None
            }
        }
    }

    /// Ends one of them from our side: CANCEL or BYE. `false` when there is no such leg.
    pub(super) fn drop_leg(&mut self, core: &Core, leg: LegId) -> bool {
        let Some(outside) = self.forget(core, leg) else { return false };
        if let Some(ringing) = outside.ringing {
            ringing.abort();
        }
        if let Some(dialog) = outside.dialog {
            hang_up(core, dialog);
        }
        true
    }

    /// The dialog's place in every table is given back.
    fn forget(&mut self, core: &Core, leg: LegId) -> Option<Outside> {
        let outside = self.legs.remove(&leg)?;
        if let Some(dialog) = &outside.dialog {
            core.forget_dialog(&dialog.id());
        }
        Some(outside)
    }

    /// Ends all of them.
    pub(super) async fn end(mut self, core: &Core) {
        let legs: Vec<LegId> = self.legs.keys().copied().collect();
        for leg in legs {
            self.drop_leg(core, leg);
        }
        // A ring that was answered in this moment has a dialog that wants its BYE.
        while let Some(rung) = self.rung.join_next().await {
            if let Ok((_, Rung::Answered { dialog, .. })) = rung {
                hang_up(core, dialog);
            }
        }
    }
}

/// The dialog of an earlier process in the stack of this one.
pub(super) fn restored(
    core: &Core,
    snapshot: DialogSnapshot,
    states: DialogStateSender,
) -> Option<InviteDialog> {
    let id = snapshot.id.clone();
    if !core.dialogs.restore_from_snapshot(snapshot, states).ok()? {
        return None;
    }
    match core.dialogs.get_dialog(&id)? {
        Dialog::Invite(dialog) => Some(dialog),
        Dialog::ServerSubscription(_)
        | Dialog::ClientSubscription(_)
        | Dialog::ServerPublication(_)
        | Dialog::ClientPublication(_) => None,
    }
}

/// A BYE; its answer is not waited for.
pub(super) fn hang_up(core: &Core, dialog: InviteDialog) {
    let dialogs = core.dialogs.clone();
    core.tasks.spawn(async move {
        timeout(BYE_WITHIN, dialog.bye()).await.ok();
        dialogs.remove_dialog(&dialog.id());
    });
}
