//! Test calls: out over a trunk to a number that comes back to us, or to the peer's echo. Each is checked from end to
//! end: ringing, answer, sound, BYE.
//!
//! A test call of ours that comes back is recognised by a secret of this process, answered here, and never becomes a
//! call of anybody: it is no person, and every person's call is a record.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use call_media::sdp::{Offer, Ours};
use call_media::srtp::MasterKey;
use rsipstack::dialog::dialog::DialogState;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, StatusCode, StatusCodeKind, Uri};
use rsipstack::transaction::transaction::Transaction;
use tokio::time::{Instant, timeout};
use tracing::debug;

use super::test_sound::{HEARD_PACKETS_MIN, TestSound};
use super::{Route, TestResult};
use crate::arrival::message_of;
use crate::call::contact;
use crate::config::Srtp;
use crate::encryption::{self, Stream};
use crate::guard::repair::origin;
use crate::shared::Core;
use crate::stats::count;

/// Marks a test call of ours; its value is known to this process alone.
pub(crate) const MARK: &str = "X-Sigap-Test";
/// From the INVITE to the 200; a queue announcement comes after 6 s.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// A test call that came back and that nobody ends.
const ECHO_WITHIN: Duration = Duration::from_secs(30);
/// A BYE is answered or given up within 64*T1.
const BYE_WITHIN: Duration = Duration::from_secs(40);

/// Runs test calls over one trunk until the stop.
pub(super) async fn repeat(core: Arc<Core>, profile: usize, every: Duration, uri: String) {
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The first one comes after a whole interval: the peer has to be reached first.
    tick.tick().await;
    loop {
        tokio::select! {
            () = core.stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if core.is_draining() {
            continue;
        }
        let result = match core.peers.route(profile) {
            Some(route) => call(&core, &route, &uri).await,
            None => TestResult::NoRoute,
        };
        let passed = matches!(result, TestResult::Passed { .. });
        count(if passed { &core.stats.test_calls_passed } else { &core.stats.test_calls_failed });
        core.peers.set_test(profile, result, core.clock.now());
    }
}

/// One test call: encrypted where the trunk demands it, and plain where its peer refuses that.
async fn call(core: &Core, route: &Route, uri: &str) -> TestResult {
    let demanded = core.config.trunks.get(route.profile).is_some_and(|p| p.srtp == Srtp::Required);
    if let Some(key) = MasterKey::random().filter(|_| demanded) {
        let result = call_with(core, route, uri, Some(key)).await;
        let may_be_the_key = matches!(result, TestResult::Refused { code }
            if encryption::may_be_refused_by(&StatusCode::from(code)));
        if !may_be_the_key {
            return result;
        }
    }
    call_with(core, route, uri, None).await
}

async fn call_with(core: &Core, route: &Route, uri: &str, key: Option<MasterKey>) -> TestResult {
    let address = core.address_towards(route.address.ip());
    let Some(mut sound) = TestSound::open(core, address).await else { return TestResult::NoRoute };
    let offer = encryption::offer(ours(address, sound.port()), key);
    let Some(option) = invite(core, route, uri, address, offer) else { return TestResult::NoRoute };
    let (states, mut watched) = core.dialogs.new_dialog_state_channel();
    let began = Instant::now();
    let invited = timeout(ANSWER_WITHIN, core.dialogs.do_invite(option, states)).await;
    // What the stack says of the dialog is in the answer too.
    watched.close();
    let (dialog, response) = match invited {
        Ok(Ok((dialog, Some(response)))) => (dialog, response),
        Ok(Ok((_, None))) | Err(_) => return TestResult::NoAnswer,
        Ok(Err(_)) => return TestResult::NoRoute,
    };
    if response.status_code.kind() != StatusCodeKind::Successful {
        return TestResult::Refused { code: response.status_code.code() };
    }
    let setup_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let stream = Offer::parse(&response.body).ok().and_then(|answer| Stream::of_answer(&answer, key));
    let mut heard = 0;
    if let Some(stream) = stream {
        let voice = stream.voice;
        sound.encrypt(stream.keys());
        let to = SocketAddr::new(voice.address.unwrap_or(route.address.ip()), voice.port);
        heard = sound.talk(to, voice.codec, voice.payload_type).await;
    }
    hang_up(core, dialog).await;
    if heard >= HEARD_PACKETS_MIN { TestResult::Passed { setup_ms } } else { TestResult::NoMedia }
}

const fn ours(address: IpAddr, port: u16) -> Ours {
    Ours { address, port, session: 1, version: 1 }
}

fn invite(core: &Core, route: &Route, uri: &str, address: IpAddr, offer: String) -> Option<InviteOption> {
    let profile = core.config.trunks.get(route.profile)?;
    let caller = profile.test_callers.first().map_or("sigap-test", String::as_str);
    let ours = SocketAddr::new(address, core.sip_port(route.wire));
    // A number alone is dialled at the peer.
    let callee = if uri.contains(':') { uri.to_owned() } else { route.uri_of(uri) };
    Some(InviteOption {
        caller: Uri::try_from(format!("sip:{caller}@{ours}")).ok()?,
        callee: Uri::try_from(callee).ok()?,
        destination: Some(route.destination()),
        contact: contact(core, address, route.wire)?,
        offer: Some(offer.into_bytes()),
        headers: Some(vec![Header::Other(MARK.into(), core.test_mark.clone())]),
        ..InviteOption::default()
    })
}

async fn hang_up(core: &Core, dialog: InviteDialog) {
    timeout(BYE_WITHIN, dialog.bye()).await.ok();
    core.dialogs.remove_dialog(&dialog.id());
}

/// Whether an INVITE is one of our test calls come back.
pub(crate) fn is_ours(core: &Core, invite: &Transaction) -> bool {
    // Every INVITE is asked this, so it is not taken apart for it.
    invite.original.header_value(MARK).is_some_and(|mark| mark == core.test_mark)
}

/// Answers a test call of ours and sends back what it hears, until it is hung up.
pub(crate) async fn echo(core: &Arc<Core>, mut transaction: Transaction) {
    transaction.send_trying().await.ok();
    let message = message_of(&transaction.original);
    let came = origin(&message);
    let srtp = came.and_then(|(profile, ..)| core.config.trunks.get(profile)).map_or(Srtp::Off, |p| p.srtp);
    let offer = Offer::parse(&message.body).and_then(|offer| Ok((Stream::of(&offer, srtp)?, offer)));
    let (Some((_, source, wire)), Ok((stream, offer))) = (came, offer) else {
        transaction.reply(StatusCode::NotAcceptableHere).await.ok();
        return;
    };
    let address = core.address_towards(source.ip());
    let (states, mut watched) = core.dialogs.new_dialog_state_channel();
    let contact = contact(core, address, wire);
    let dialog = core.dialogs.get_or_create_server_invite(&transaction, states, None, contact);
    let (Ok(dialog), Some(mut sound)) = (dialog, TestSound::open(core, address).await) else {
        transaction.reply(StatusCode::ServerInternalError).await.ok();
        return;
    };
    let mut handler = dialog.clone();
    core.tasks.spawn(async move { handler.handle(&mut transaction).await.is_ok() });
    let answer = stream.answer(&offer, ours(address, sound.port()));
    sound.encrypt(stream.keys());
    let headers = vec![Header::ContentType("application/sdp".into())];
    dialog.ringing(None, None).ok();
    dialog.accept(Some(headers), Some(answer.into_bytes())).ok();
    let until = Instant::now() + ECHO_WITHIN;
    loop {
        tokio::select! {
            () = tokio::time::sleep_until(until) => {
                hang_up(core, dialog).await;
                return;
            }
            state = watched.recv() => match state {
                Some(DialogState::Terminated(..)) | None => break,
                Some(_) => {}
            },
            () = sound.send_back() => {}
        }
    }
    core.dialogs.remove_dialog(&dialog.id());
    debug!("A test call came back");
}
