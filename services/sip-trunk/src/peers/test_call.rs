//! Test calls: out over a trunk to a number that comes back to us, or to the peer's echo. Each is checked from end to
//! end: ringing, answer, sound, BYE.
//!
//! A test call of ours that comes back is recognised by a secret of this process, answered here, and never becomes a
//! call of anybody: it is no person, and every person's call is a record.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use call_media::rtp::Codec;
use call_media::sdp::{self, Offer, Ours};
use rsipstack::dialog::dialog::DialogState;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, StatusCode, StatusCodeKind, Uri};
use rsipstack::transaction::transaction::Transaction;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout};
use tracing::debug;

use super::{Route, TestResult};
use crate::arrival::message_of;
use crate::call::contact;
use crate::guard::repair::origin;
use crate::start::Core;
use crate::stats::count;

/// Marks a test call of ours; its value is known to this process alone.
pub(crate) const MARK: &str = "X-Sigap-Test";
/// From the INVITE to the 200; a queue announcement comes after 6 s.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// Sound that is sent in a test call.
const PACKETS: u32 = 50;
/// Packets of the other side that make a conversation: a fifth of a second.
const HEARD_PACKETS_MIN: u32 = 10;
/// After what is sent, this long for what is still on its way.
const LISTEN_MORE: Duration = Duration::from_secs(2);
/// A test call that came back and that nobody ends.
const ECHO_WITHIN: Duration = Duration::from_secs(30);
/// A BYE is answered or given up within 64*T1.
const BYE_WITHIN: Duration = Duration::from_secs(40);
const FRAME: Duration = Duration::from_millis(20);
const PORT_TRIES: u16 = 16;

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

/// One test call.
async fn call(core: &Core, route: &Route, uri: &str) -> TestResult {
    let address = core.address_towards(route.address.ip());
    let Some((socket, offer)) = media(core, address).await else { return TestResult::NoRoute };
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
    let voice = Offer::parse(&response.body).and_then(|answer| answer.voice());
    let heard = match voice {
        Ok(voice) => {
            let to = SocketAddr::new(voice.address.unwrap_or(route.address.ip()), voice.port);
            talk(&socket, to, voice.payload_type).await
        }
        Err(_) => 0,
    };
    hang_up(core, dialog).await;
    if heard >= HEARD_PACKETS_MIN { TestResult::Passed { setup_ms } } else { TestResult::NoMedia }
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
    let offer = Offer::parse(&message.body).and_then(|offer| Ok((offer.voice()?, offer)));
    let (Some((_, source, wire)), Ok((voice, offer))) = (came, offer) else {
        transaction.reply(StatusCode::NotAcceptableHere).await.ok();
        return;
    };
    let address = core.address_towards(source.ip());
    let (states, mut watched) = core.dialogs.new_dialog_state_channel();
    let contact = contact(core, address, wire);
    let dialog = core.dialogs.get_or_create_server_invite(&transaction, states, None, contact);
    let (Ok(dialog), Some(socket)) = (dialog, rtp_socket(core, address).await) else {
        transaction.reply(StatusCode::ServerInternalError).await.ok();
        return;
    };
    let mut handler = dialog.clone();
    core.tasks.spawn(async move { handler.handle(&mut transaction).await.is_ok() });
    let port = socket.local_addr().map_or(0, |local| local.port());
    let answer = sdp::write_answer(&offer, &voice, Ours { address, port, session: 1, version: 1 });
    let headers = vec![Header::ContentType("application/sdp".into())];
    dialog.ringing(None, None).ok();
    dialog.accept(Some(headers), Some(answer.into_bytes())).ok();
    let until = Instant::now() + ECHO_WITHIN;
    let mut packet = [0; 1_500];
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
            Ok((bytes, from)) = socket.recv_from(&mut packet) => {
                socket.send_to(&packet[..bytes], from).await.ok();
            }
        }
    }
    core.dialogs.remove_dialog(&dialog.id());
    debug!("A test call came back");
}

/// Our end of the sound and its description.
async fn media(core: &Core, address: IpAddr) -> Option<(UdpSocket, String)> {
    let socket = rtp_socket(core, address).await?;
    let port = socket.local_addr().ok()?.port();
    Some((socket, sdp::write_offer(Ours { address, port, session: 1, version: 1 })))
}

/// A port of the range that firewalls let through, from its upper end, where calls come last.
async fn rtp_socket(core: &Core, address: IpAddr) -> Option<UdpSocket> {
    let bind = if core.config.bind.ip().is_unspecified() { core.config.bind.ip() } else { address };
    let ports = core.config.rtp_ports.clone();
    for port in ports.rev().filter(|port| port % 2 == 0).take(PORT_TRIES.into()) {
        if let Ok(socket) = UdpSocket::bind((bind, port)).await {
            return Some(socket);
        }
    }
    None
}

/// Sends a second of sound and counts what comes back from there.
async fn talk(socket: &UdpSocket, to: SocketAddr, payload_type: u8) -> u32 {
    let silence = if payload_type == Codec::Pcmu.static_payload_type() { 0xFF } else { 0xD5 };
    let mut heard = 0;
    let mut buffer = [0; 1_500];
    let mut tick = tokio::time::interval(FRAME);
    let mut sent = 0;
    while sent < PACKETS {
        tokio::select! {
            _ = tick.tick() => {
                let packet = rtp(sent, payload_type, silence);
                socket.send_to(&packet, to).await.ok();
                sent += 1;
            }
            Ok((_, from)) = socket.recv_from(&mut buffer) => heard += u32::from(from.ip() == to.ip()),
        }
    }
    let until = Instant::now() + LISTEN_MORE;
    while heard < HEARD_PACKETS_MIN {
        match tokio::time::timeout_at(until, socket.recv_from(&mut buffer)).await {
            Ok(Ok((_, from))) => heard += u32::from(from.ip() == to.ip()),
            Ok(Err(_)) | Err(_) => break,
        }
    }
    heard
}

/// One packet of 20 ms (RFC 3550 section 5.1).
fn rtp(number: u32, payload_type: u8, fill: u8) -> [u8; 172] {
    let mut packet = [fill; 172];
    packet[0] = 0x80;
    packet[1] = payload_type | if number == 0 { 0x80 } else { 0 };
    packet[2..4].copy_from_slice(&(number as u16).to_be_bytes());
    packet[4..8].copy_from_slice(&(number * 160).to_be_bytes());
    packet[8..12].copy_from_slice(&0x5349_4741u32.to_be_bytes());
    packet
}
