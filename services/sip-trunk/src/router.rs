//! Every request that passed the guard comes here and gets an answer.
//!
//! Requests inside a dialog are answered here and not by the stack's dialog layer: that one leaves them
//! unanswered in early dialogs and blocks a dialog whose application is slow. It keeps INVITE, CANCEL, ACK and
//! BYE, which it does well.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::Dialog;
use rsipstack::sip::prelude::{HeadersExt, ToTypedHeader};
use rsipstack::sip::{Contact, Header, Method, SipMessage, StatusCode};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;
use tokio::time::{Instant, sleep};

use crate::arrival::{message_of, unknown_requirements};
use crate::call;
use crate::guard::repair::origin;
use crate::guard::reply::{ALLOW, SUPPORTED};
use crate::location::multipart;
use crate::peers::test_call;
use crate::registry::LiveEntry;
use crate::session_timer::SessionTimer;
use crate::shared::Core;

/// An ACK takes this long through the stack on a busy machine, and a re-INVITE comes right behind it.
const ACK_WITHIN: Duration = Duration::from_millis(200);
/// How often, and how many times, the dialog of a BYE is looked for that nothing matches: as long as an ACK takes.
const DIALOG_LOOK_EVERY: Duration = Duration::from_millis(20);
const DIALOG_LOOKS: u32 = 10;

/// Takes requests until the stop.
pub(crate) async fn serve(core: Arc<Core>, mut incoming: TransactionReceiver) {
    loop {
        let transaction = tokio::select! {
            () = core.stop.cancelled() => return,
            transaction = incoming.recv() => transaction,
        };
        let Some(transaction) = transaction else { return };
        core.tasks.spawn(handle(core.clone(), transaction));
    }
}

async fn handle(core: Arc<Core>, mut transaction: Transaction) {
    let inside = has_to_tag(&transaction);
    if refuse_unknown_requirements(&mut transaction).await {
        return;
    }
    match transaction.original.method {
        Method::Invite if !inside && test_call::is_ours(&core, &transaction) => {
            Box::pin(test_call::echo(&core, transaction)).await;
        }
        // Boxed: a whole call is a hundred times as large as a BYE, and every request's task would be as large.
        Method::Invite if !inside => Box::pin(call::incoming(core, transaction)).await,
        Method::Invite => Box::pin(reinvite(&core, transaction)).await,
        Method::Bye => bye(&core, transaction).await,
        Method::PRack => prack(&core, transaction).await,
        Method::Options if !inside => options(&core, transaction).await,
        Method::Options | Method::Info => {
            let code = match entry_of(&core, &transaction) {
                Some(_) => StatusCode::OK,
                None => StatusCode::CallTransactionDoesNotExist,
            };
            transaction.reply_with(code, vec![Header::Allow(ALLOW.into())], None).await.ok();
        }
        Method::Update => Box::pin(update(&core, transaction)).await,
        Method::Notify if inside => notify(&core, transaction).await,
        Method::Message
        | Method::Notify
        | Method::Publish
        | Method::Refer
        | Method::Register
        | Method::Subscribe => {
            transaction
                .reply_with(StatusCode::MethodNotAllowed, vec![Header::Allow(ALLOW.into())], None)
                .await
                .ok();
        }
        // The stack routes these two itself; one that is left over belongs to no call.
        Method::Ack | Method::Cancel => {}
    }
}

/// 420 with what we do not speak (RFC 3261 section 8.2.2.3). Never to an INVITE, where it is a defect, and never to
/// a BYE: whoever hangs up is gone, whatever else it demands.
async fn refuse_unknown_requirements(transaction: &mut Transaction) -> bool {
    if matches!(transaction.original.method, Method::Invite | Method::Bye | Method::Ack | Method::Cancel) {
        return false;
    }
    let message = message_of(&transaction.original);
    let unknown = unknown_requirements(&message);
    if unknown.is_empty() {
        return false;
    }
    let headers = vec![Header::Unsupported(unknown.join(", ").into())];
    transaction.reply_with(StatusCode::BadExtension, headers, None).await.ok();
    true
}

fn has_to_tag(transaction: &Transaction) -> bool {
    transaction.original.to_header().ok().and_then(|to| to.tag().ok()).flatten().is_some()
}

fn entry_of(core: &Core, transaction: &Transaction) -> Option<Arc<LiveEntry>> {
    let dialog = DialogId::try_from(transaction).ok()?;
    core.registry.dialog(&dialog.to_string())
}

fn ended_lately(core: &Core, transaction: &Transaction) -> bool {
    DialogId::try_from(transaction).is_ok_and(|dialog| core.registry.ended_lately(&dialog.to_string()))
}

/// The telco asks whether we take calls: 503 while draining or full sends them the other way. Max-Forwards 0 changes
/// nothing: it is we who were asked (RFC 3261 section 11).
async fn options(core: &Core, mut transaction: Transaction) {
    let full = core.registry.load() >= core.config.live_calls_max;
    let code = if core.is_draining() || full { StatusCode::ServiceUnavailable } else { StatusCode::OK };
    let headers = vec![
        Header::Allow(ALLOW.into()),
        Header::Accept("application/sdp, application/pidf+xml, multipart/mixed".into()),
        Header::Supported(SUPPORTED.into()),
    ];
    transaction.reply_with(code, headers, None).await.ok();
}

async fn bye(core: &Core, mut transaction: Transaction) {
    let entry = entry_of(core, &transaction);
    // Ours and theirs crossed on the wire, and they heard nothing of ours yet: both wanted the same.
    let crossed = entry.is_some() || ended_lately(core, &transaction);
    let dialog = match core.dialogs.match_dialog(&transaction) {
        None if !crossed => dialog_in_a_moment(core, &transaction).await,
        found => found,
    };
    match dialog {
        Some(mut dialog) => {
            dialog.handle(&mut transaction).await.ok();
        }
        None if crossed => {
            transaction.reply(StatusCode::OK).await.ok();
        }
        None => {
            transaction.reply(StatusCode::CallTransactionDoesNotExist).await.ok();
        }
    }
    if transaction.last_response.is_none() {
        // The stack drops a BYE whose CSeq is lower than the last one. The caller has hung up all the same.
        transaction.reply(StatusCode::OK).await.ok();
        if let Some(entry) = entry {
            entry.tell_gone().await;
        }
    }
}

/// NOTIFY about a REFER of ours (RFC 3515 section 2.4.4): its sipfrag begins with a status line.
async fn notify(core: &Core, mut transaction: Transaction) {
    let Some(entry) = entry_of(core, &transaction) else {
        let headers = vec![Header::Allow(ALLOW.into())];
        transaction.reply_with(StatusCode::MethodNotAllowed, headers, None).await.ok();
        return;
    };
    let message = message_of(&transaction.original);
    let event = message.value("Event").unwrap_or_default();
    if !event.split(';').next().is_some_and(|package| package.trim().eq_ignore_ascii_case("refer")) {
        // RFC 6665 section 8.3.2: no such subscription of ours.
        transaction.reply(StatusCode::BadEvent).await.ok();
        return;
    }
    transaction.reply(StatusCode::OK).await.ok();
    let fragment = String::from_utf8_lossy(&transaction.original.body);
    let progress = fragment.split_ascii_whitespace().nth(1).and_then(|code| code.parse().ok());
    if let Some(progress) = progress.filter(|_| fragment.starts_with("SIP/2.0")) {
        entry.tell_progress(progress).await;
    }
}

/// PRACK (RFC 3262): 481 for one that acknowledges nothing of ours.
async fn prack(core: &Core, mut transaction: Transaction) {
    let rack = transaction.original.rack_value();
    let taken = entry_of(core, &transaction)
        .is_some_and(|entry| entry.exchange.ringing.get().is_some_and(|ringing| ringing.acknowledge(rack)));
    let code = if taken { StatusCode::OK } else { StatusCode::CallTransactionDoesNotExist };
    transaction.reply(code).await.ok();
}

/// The dialog of a BYE that nothing matches. Whom we called and who hangs up with our ACK in hand can be faster than the
/// stack, which names the dialog after it has sent the ACK.
async fn dialog_in_a_moment(core: &Core, transaction: &Transaction) -> Option<Dialog> {
    for _ in 0..DIALOG_LOOKS {
        sleep(DIALOG_LOOK_EVERY).await;
        if let found @ Some(_) = core.dialogs.match_dialog(transaction) {
            return found;
        }
    }
    None
}

/// UPDATE (RFC 3311), in early dialogs too.
async fn update(core: &Core, mut transaction: Transaction) {
    let Some(entry) = entry_of(core, &transaction) else {
        transaction.reply(StatusCode::CallTransactionDoesNotExist).await.ok();
        return;
    };
    let offer = offer_of(&transaction);
    if refuse_change(core, &mut transaction, &entry).await {
        return;
    }
    if offer.is_some() && !entry.view().accepted {
        // The first offer is not answered yet (RFC 3311 section 5.2).
        try_later(&mut transaction).await;
        return;
    }
    if offer.is_some() && entry.exchange.glares() {
        transaction.reply(StatusCode::RequestPending).await.ok();
        return;
    }
    answer_session(core, &mut transaction, &entry, offer).await;
}

/// A re-INVITE: hold, resume, another codec, a session refresh.
async fn reinvite(core: &Core, mut transaction: Transaction) {
    let Some(entry) = entry_of(core, &transaction) else {
        transaction.reply(StatusCode::CallTransactionDoesNotExist).await.ok();
        settle(&mut transaction, None).await;
        return;
    };
    let view = entry.view();
    if !view.accepted {
        // RFC 3261 section 14.2: the first INVITE has no final response yet.
        try_later(&mut transaction).await;
        settle(&mut transaction, None).await;
        return;
    }
    if !acknowledged(&entry).await || entry.exchange.glares() {
        transaction.reply(StatusCode::RequestPending).await.ok();
        settle(&mut transaction, None).await;
        return;
    }
    if refuse_change(core, &mut transaction, &entry).await {
        settle(&mut transaction, None).await;
        return;
    }
    let offer = offer_of(&transaction);
    let ours = offer.is_none();
    // An INVITE without an offer wants ours.
    if ours {
        let sdp = entry.leg().describe(None);
        entry.exchange.offer_sent();
        reply_session(core, &mut transaction, &entry, Some(sdp)).await;
    } else {
        answer_session(core, &mut transaction, &entry, offer).await;
    }
    settle(&mut transaction, ours.then_some(&entry)).await;
    if ours {
        entry.exchange.offer_settled();
    }
}

/// Whether our 200 is acknowledged. An ACK that came a moment before this request may still be on its way to the call.
async fn acknowledged(entry: &LiveEntry) -> bool {
    let until = Instant::now() + ACK_WITHIN;
    while !entry.view().confirmed {
        if Instant::now() >= until {
            return false;
        }
        sleep(ACK_WITHIN / 20).await;
    }
    true
}

/// What speaks against any change inside a call: it is older than one before it, or refreshes too often.
async fn refuse_change(core: &Core, transaction: &mut Transaction, entry: &LiveEntry) -> bool {
    let cseq = transaction.original.cseq_header().and_then(|cseq| cseq.seq()).unwrap_or(u32::MAX);
    if !entry.exchange.is_news(cseq) {
        transaction.reply(StatusCode::ServerInternalError).await.ok();
        return true;
    }
    let min = core.config.session_interval_min;
    if SessionTimer::is_too_small(&message_of(&transaction.original), min) {
        let headers = vec![Header::MinSE(min.as_secs().to_string().into())];
        transaction.reply_with(StatusCode::SessionIntervalTooSmall, headers, None).await.ok();
        return true;
    }
    false
}

async fn try_later(transaction: &mut Transaction) {
    let headers = vec![Header::RetryAfter("1".into())];
    transaction.reply_with(StatusCode::ServerInternalError, headers, None).await.ok();
}

async fn answer_session(
    core: &Core,
    transaction: &mut Transaction,
    entry: &LiveEntry,
    offer: Option<Vec<u8>>,
) {
    let sdp = match offer {
        None => None,
        Some(offer) => {
            let answer = entry.leg().renegotiate(&offer);
            if answer.is_none() {
                // Only the change is refused; the call goes on as it was (RFC 3261 section 14.2).
                transaction.reply(StatusCode::NotAcceptableHere).await.ok();
                return;
            }
            core.count_unencrypted(entry);
            answer
        }
    };
    reply_session(core, transaction, entry, sdp).await;
}

async fn reply_session(core: &Core, transaction: &mut Transaction, entry: &LiveEntry, sdp: Option<String>) {
    let message = message_of(&transaction.original);
    let timer = SessionTimer::read(&message, core.config.session_interval_min);
    let mut headers = call::timer_headers(timer);
    headers.push(Header::Allow(ALLOW.into()));
    if let Some((_, source, wire)) = origin(&message)
        && let Some(contact) = call::contact(core, core.address_towards(source.ip()), wire)
    {
        headers.push(Header::Contact(Contact::new(format!("<{contact}>"))));
    }
    if sdp.is_some() {
        headers.push(Header::ContentType("application/sdp".into()));
    }
    // RFC 3261 section 12.2.2: the caller's side may have moved.
    if let (Some(dialog), Ok(contact)) =
        (core.dialogs.match_dialog(transaction), transaction.original.contact_header())
        && let Ok(target) = contact.typed()
    {
        dialog.set_remote_target(target.uri, Some(contact.clone()));
    }
    transaction.reply_with(StatusCode::OK, headers, sdp.map(String::into_bytes)).await.ok();
    entry.tell_refreshed(timer).await;
}

/// Waits for the ACK of a re-INVITE; it may carry the answer to our offer. Without one the session stays.
async fn settle(transaction: &mut Transaction, takes_answer: Option<&Arc<LiveEntry>>) {
    while let Some(message) = transaction.receive().await {
        let SipMessage::Request(request) = message else { continue };
        if request.method == Method::Ack {
            if let Some(entry) = takes_answer {
                entry.leg().take_answer(&request.body);
            }
            return;
        }
    }
}

fn offer_of(transaction: &Transaction) -> Option<Vec<u8>> {
    let message = message_of(&transaction.original);
    let parts = multipart::parts(&message, &mut Vec::new());
    parts.iter().find(|part| part.is_sdp()).map(|part| part.body.to_vec())
}
