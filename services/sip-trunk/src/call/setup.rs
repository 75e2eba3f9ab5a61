//! From an INVITE to a call task.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use call_link::journal::Progress;
use call_link::random::new_call_id;
use call_media::room::LegId;
use dispatch_core::call::fact::{Arrival, CallFact, CallerClass, Defect, EndReason};
use dispatch_core::ids::CallId;
use dispatch_core::screening::Signs;
use dispatch_core::time::Timestamp;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Method, Request, SipMessage, StatusCode, Uri};
use rsipstack::transaction::TransactionState;
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::{Instrument, info, info_span};

use super::centre::Centre;
use super::leg::{Leg, session_number};
use super::outside::OutsideLegs;
use super::probe::Probes;
use super::timers::Timers;
use super::{Call, InviteHandling};
use crate::arrival::{self, Signalling, message_of};
use crate::guard::repair::{Wire, origin};
use crate::registry::{InviteKey, LiveEntry, SIGNALS_WAITING_MAX, Ticket};
use crate::shared::Core;
use crate::stats::count;

/// Which call an INVITE belongs to: a new one, or one that an earlier process left open.
struct Begun {
    call: CallId,
    since: Timestamp,
    progress: Progress,
    resumed: bool,
    /// The class in which it waited before a restart.
    class: Option<CallerClass>,
    had_turn: bool,
}

impl Begun {
    fn by(arrival: &Arrival, core: &Core) -> Self {
        match core.resumable.claim(arrival) {
            Some(open) => Self {
                call: open.call,
                since: open.since,
                progress: open.progress,
                resumed: true,
                class: open.class,
                had_turn: open.had_turn,
            },
            None => Self {
                call: new_call_id(&core.clock),
                since: core.clock.now(),
                progress: Progress::Arrived,
                resumed: false,
                class: None,
                had_turn: false,
            },
        }
    }
}

/// How long the 100 waits for the journal.
const TRYING_WITHIN: Duration = Duration::from_millis(150);

/// A new INVITE. Everything that may fail comes after the journal has it.
pub(crate) async fn incoming(core: Arc<Core>, mut transaction: Transaction) {
    let message = message_of(&transaction.original);
    let trunk = origin(&message).map_or(usize::MAX, |(profile, ..)| profile);
    let Some(ticket) = invite_key(&transaction.original).and_then(|key| core.registry.begin(key, trunk))
    else {
        count(&core.stats.merged);
        refuse(transaction, StatusCode::LoopDetected).await;
        return;
    };
    count(&core.stats.invites_trusted);
    let (arrival, signalling) = arrival::read(&message, &core.config);
    let begun = Begun::by(&arrival, &core);
    let call = begun.call;
    let span = info_span!("call", call.id = %call);
    let work = async move {
        if begun.resumed {
            count(&core.stats.resumed);
            transaction.send_trying().await.ok();
            info!("Call goes on after a restart");
        } else {
            let arrived = CallFact::Arrived(Box::new(arrival.clone()));
            record_then_try(&core, call, arrived, &mut transaction).await;
            info!(trunk = %arrival.trunk, defects = arrival.defects.len(), "Call arrived");
        }
        if core.is_draining() || !core.admits(trunk) {
            count(&core.stats.overload);
            core.record(call, CallFact::Ended { reason: EndReason::Overloaded }).await;
            drop(ticket);
            // No Retry-After: it would keep all calls away for that time, not this one (RFC 3261 section 21.5.4).
            refuse(transaction, StatusCode::ServiceUnavailable).await;
            return;
        }
        begin(core, transaction, begun, arrival, signalling, ticket).await;
    };
    work.instrument(span).await;
}

/// The arrival is durable before the caller hears a 100: a caller who has heard one stops repeating the INVITE,
/// and a process that dies in between would never learn of the call. A disk that is slow does not hold the 100 up,
/// which is owed within 200 ms (RFC 3261 section 17.2.1).
async fn record_then_try(core: &Core, call: CallId, arrived: CallFact, transaction: &mut Transaction) {
    let mut recorded = std::pin::pin!(core.record(call, arrived));
    if timeout(TRYING_WITHIN, recorded.as_mut()).await.is_ok() {
        transaction.send_trying().await.ok();
    } else {
        transaction.send_trying().await.ok();
        recorded.await;
    }
}

async fn begin(
    core: Arc<Core>,
    transaction: Transaction,
    begun: Begun,
    arrival: Arrival,
    signalling: Signalling,
    ticket: Ticket,
) {
    let call = begun.call;
    let address = core.address_towards(signalling.source.ip());
    let (state_sender, states) = core.dialogs.new_dialog_state_channel();
    let contact = contact(&core, address, signalling.wire);
    let dialog = core.dialogs.get_or_create_server_invite(&transaction, state_sender, None, contact);
    let dialog: InviteDialog = match dialog {
        Ok(dialog) => dialog,
        Err(_) => {
            // The guard repaired all that the stack asks for; what is left is beyond it.
            core.record(call, CallFact::DefectFound { defect: Defect::Unreadable }).await;
            core.record(call, CallFact::Ended { reason: EndReason::Unreadable }).await;
            refuse(transaction, StatusCode::BadRequest).await;
            return;
        }
    };
    let (sender, signals) = mpsc::channel(SIGNALS_WAITING_MAX);
    let leg = Leg::new(address, signalling.source.ip(), session_number(call), signalling.srtp);
    let number = arrival.caller.as_ref().map(|caller| caller.number.clone());
    let entry = Arc::new(LiveEntry::new(call, LegId::Caller, begun.since, number, sender, leg));
    core.registry.insert(entry.clone());
    core.registry.insert_dialog(dialog.id().to_string(), entry.clone());
    core.refresh_gauges();

    let handling = handle(&dialog, transaction);
    let signs = match begun.resumed {
        true => Signs { has_number: arrival.caller.is_some(), ..Signs::default() },
        false => core.screen.arrived(&arrival, begun.since),
    };
    let outside = OutsideLegs::new(&core);
    let started = Box::new(Call {
        core,
        id: call,
        entry,
        arrival,
        dialog: Some(dialog),
        signalling,
        begun_as: begun.progress,
        states: Some(states),
        signals,
        handling: Some(handling),
        hangup_wanted: false,
        timers: Timers::default(),
        probes: Probes::default(),
        signs,
        class: begun.class.unwrap_or_default(),
        challenged: false,
        digits_heard: 0,
        room: None,
        centre: Centre { had_turn: begun.had_turn, ..Centre::default() },
        parties: BTreeMap::new(),
        outside,
        kept: None,
        _ticket: ticket,
    });
    started.run().await;
}

/// Drives the INVITE's transaction from here on.
fn handle(dialog: &InviteDialog, mut transaction: Transaction) -> InviteHandling {
    // What the stack itself answers, the 487 to a CANCEL, belongs to the same dialog as our 180.
    if let Ok(to) = transaction.original.to_header().cloned() {
        let tagged = to.with_tag(dialog.id().local_tag.into());
        transaction.original.headers.unique_push(tagged.into());
    }
    let (tu, key) = (transaction.tu_sender.clone(), transaction.key.clone());
    let mut handler = dialog.clone();
    let task = tokio::spawn(async move {
        handler.handle(&mut transaction).await.ok();
        settle(transaction).await;
    });
    InviteHandling { task, transaction: tu, key }
}

/// Refuses an INVITE and waits for the ACK, repeating the answer until it comes.
async fn refuse(mut transaction: Transaction, code: StatusCode) {
    transaction.reply(code).await.ok();
    settle(transaction).await;
}

/// Drives a transaction to its end: a refusal is repeated until its ACK comes (RFC 3261 section 17.2.1).
async fn settle(mut transaction: Transaction) {
    if transaction.state != TransactionState::Completed {
        // A 2xx, or an INVITE whose end nobody waits for any more.
        return;
    }
    while let Some(message) = transaction.receive().await {
        if matches!(message, SipMessage::Request(request) if request.method == Method::Ack) {
            return;
        }
    }
}

fn invite_key(invite: &Request) -> Option<InviteKey> {
    Some(InviteKey {
        call_id: invite.call_id_header().ok()?.value().to_owned(),
        from_tag: invite.from_header().ok()?.tag().ok()??.to_string(),
        cseq: invite.cseq_header().ok()?.seq().ok()?,
    })
}

/// Where the caller's side finds us inside the dialog.
pub(crate) fn contact(core: &Core, address: IpAddr, wire: Wire) -> Option<Uri> {
    let address = SocketAddr::new(address, core.sip_port(wire));
    Uri::try_from(format!("sip:112@{address}{}", wire.parameter())).ok()
}
