//! One browser's audio: a WebRTC connection, a stream in and a stream out.

use std::collections::VecDeque;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use str0m::format::Codec as RtcCodec;
use str0m::media::{MediaKind, Mid, Pt};
use str0m::rtp::{RtpPacket, RtpWrite};
use str0m::{Event, IceConnectionState, Input, Output, Rtc};
use tracing::debug;

use super::line::random_packetizer;
use super::mix::Mix;
use crate::announcement::FRAME_BYTES;
use crate::dtmf::EventReceiver;
use crate::jitter::JitterBuffer;
use crate::rtp::{Codec, Packetizer, Received, Sound};

/// A browser sends a packet every 20 ms, also when nobody speaks. This long without one and it is gone. ICE itself
/// would notice after 14 s.
const LOST_AFTER: Duration = Duration::from_millis(1_500);
/// A handshake that takes longer is not watched closely any more.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// A connection through which nothing came for this long is closed; the page opens another.
const CLOSED_AFTER: Duration = Duration::from_secs(60);
/// How much later a seat hears itself in the echo test: half a second, in frames.
const ECHO_FRAMES: usize = 25;

/// What a seat needs and gives in one step.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    now: Instant,
    socket: &'a UdpSocket,
    pub(crate) pressed: Option<char>,
    pub(crate) became_up: Option<bool>,
    pub(crate) not_sent: u64,
}

impl<'a> Turn<'a> {
    pub(crate) const fn new(now: Instant, socket: &'a UdpSocket) -> Self {
        Self { now, socket, pressed: None, became_up: None, not_sent: 0 }
    }
}

/// How the browser's voice stream was agreed.
#[derive(Clone, Copy, Debug)]
struct Agreed {
    mid: Mid,
    codec: Codec,
    payload_type: Pt,
    /// Payload types that may come: A-law, µ-law, telephone-event.
    alaw: Option<Pt>,
    ulaw: Option<Pt>,
    keys: Option<Pt>,
    /// Whether the browser sends at all; one that only listens cannot be missed by its packets.
    sends: bool,
}

/// One seat.
#[derive(Debug)]
pub(crate) struct Seat {
    rtc: Box<Rtc>,
    agreed: Option<Agreed>,
    connected: bool,
    /// What was told last: the sound arrives.
    up: bool,
    opened: Instant,
    last_in: Instant,
    timeout: Instant,
    packetizer: Packetizer,
    jitter: JitterBuffer,
    keys: EventReceiver,
    heard: Option<Sound>,
    mix: Mix,
    echo: Option<VecDeque<Option<Sound>>>,
}

impl Seat {
    /// A new connection; what was told about the one `before` holds until this one tells otherwise.
    pub(crate) fn new(rtc: Box<Rtc>, before: Option<Self>, now: Instant) -> Self {
        Self {
            rtc,
            agreed: None,
            connected: false,
            up: before.is_some_and(|seat| seat.up),
            opened: now,
            last_in: now,
            timeout: now,
            packetizer: random_packetizer(),
            jitter: JitterBuffer::default(),
            keys: EventReceiver::default(),
            heard: None,
            mix: Mix::default(),
            echo: None,
        }
    }

    pub(crate) const fn is_up(&self) -> bool {
        self.up
    }

    pub(crate) const fn heard(&self) -> Option<Sound> {
        self.heard
    }

    pub(crate) fn connecting(&self, now: Instant) -> bool {
        !self.connected && now.saturating_duration_since(self.opened) < HANDSHAKE_WITHIN
    }

    pub(crate) fn accepts(&self, input: &Input<'_>) -> bool {
        self.rtc.accepts(input)
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.timeout <= now
    }

    /// Takes a datagram; `false` when the connection is over.
    pub(crate) fn input(&mut self, input: Input<'_>, turn: &mut Turn<'_>) -> bool {
        if let Err(error) = self.rtc.handle_input(input) {
            // One bad datagram is no reason to hang up on a call-taker; a broken connection says so itself.
            debug!(%error, "A datagram of a seat is not taken");
        }
        self.drain(turn)
    }

    /// Time passes; `false` when the connection is over.
    pub(crate) fn timeout(&mut self, turn: &mut Turn<'_>) -> bool {
        self.input(Input::Timeout(turn.now), turn)
    }

    pub(crate) fn echo(&mut self, on: bool) {
        self.echo = on.then(|| VecDeque::with_capacity(ECHO_FRAMES + 1));
    }

    pub(crate) fn pull(&mut self) {
        self.heard = self.jitter.pull();
        self.mix.clear();
        if let Some(echo) = &mut self.echo {
            echo.push_back(self.heard);
            if echo.len() > ECHO_FRAMES {
                echo.pop_front().flatten().iter().for_each(|sound| self.mix.add(sound));
            }
        }
    }

    pub(crate) fn fill<'a>(&mut self, sounds: impl Iterator<Item = &'a Sound>) {
        sounds.for_each(|sound| self.mix.add(sound));
    }

    /// Sends the frame of this tick, and looks whether the browser is still there; `false` when it is over.
    pub(crate) fn send(&mut self, turn: &mut Turn<'_>) -> bool {
        self.watch(turn);
        if turn.now.saturating_duration_since(self.last_in) > CLOSED_AFTER
            && self.agreed.is_none_or(|a| a.sends)
        {
            return false;
        }
        // A seat that hears nobody gets silence: a page whose packets stop knows that its line is dead, and its
        // buffer is warm when the first voice comes.
        let Some(agreed) = self.agreed.filter(|_| self.connected) else {
            self.packetizer.pass_frame();
            return true;
        };
        let frame = self.mix.frame(agreed.codec).unwrap_or([agreed.codec.silence(); FRAME_BYTES]);
        let (_, index, timestamp) = self.packetizer.numbers();
        let packet = self.packetizer.packet(*agreed.payload_type, &frame);
        let marker = packet[1] & 0x80 != 0;
        let write =
            RtpWrite::new(agreed.payload_type, u64::from(index).into(), timestamp, turn.now, &frame[..])
                .marker(marker);
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(agreed.mid, None) {
            stream.write_rtp(write);
        }
        // What is written goes out only when time passes.
        self.timeout(turn)
    }

    pub(crate) fn skip(&mut self, frames: u32) {
        self.packetizer.pass_frames(frames);
    }

    fn watch(&mut self, turn: &mut Turn<'_>) {
        let sends = self.agreed.is_none_or(|agreed| agreed.sends);
        if self.up && sends && turn.now.saturating_duration_since(self.last_in) > LOST_AFTER {
            self.up = false;
            turn.became_up = Some(false);
        }
    }

    fn come_up(&mut self, turn: &mut Turn<'_>) {
        if !std::mem::replace(&mut self.up, true) {
            turn.became_up = Some(true);
        }
    }

    fn drain(&mut self, turn: &mut Turn<'_>) -> bool {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.timeout = at;
                    return self.rtc.is_alive();
                }
                Ok(Output::Transmit(transmit)) => {
                    if turn.socket.send_to(&transmit.contents, transmit.destination).is_err() {
                        turn.not_sent += 1;
                    }
                }
                Ok(Output::Event(event)) => self.on_event(event, turn),
                Err(error) => {
                    debug!(%error, "A seat's connection broke");
                    return false;
                }
            }
        }
    }

    // The foreign enum may grow; what we do not name does not concern sound.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum that may grow")]
    fn on_event(&mut self, event: Event, turn: &mut Turn<'_>) {
        match event {
            Event::MediaAdded(added) if added.kind == MediaKind::Audio && self.agreed.is_none() => {
                self.agreed = agree(&self.rtc, added.mid);
            }
            Event::Connected => {
                self.connected = true;
                self.last_in = turn.now;
                if self.agreed.is_some_and(|agreed| !agreed.sends) {
                    self.come_up(turn);
                }
            }
            Event::RtpPacket(packet) => self.take(&packet, turn),
            Event::IceConnectionStateChange(IceConnectionState::Disconnected)
                if std::mem::replace(&mut self.up, false) =>
            {
                turn.became_up = Some(false);
            }
            _ => {}
        }
    }

    fn take(&mut self, packet: &RtpPacket, turn: &mut Turn<'_>) {
        let Some(agreed) = self.agreed else { return };
        self.last_in = turn.now;
        self.come_up(turn);
        let header = &packet.header;
        let received = Received {
            payload_type: *header.payload_type,
            sequence: header.sequence_number,
            timestamp: header.timestamp,
            ssrc: *header.ssrc,
            payload: &packet.payload,
        };
        let payload_type = Some(header.payload_type);
        if payload_type == agreed.keys {
            if let Some(key) = self.keys.take(received.ssrc, received.timestamp, received.payload) {
                turn.pressed = Some(key);
            }
        } else if payload_type == agreed.alaw {
            self.jitter.push(&received, Codec::Pcma);
        } else if payload_type == agreed.ulaw {
            self.jitter.push(&received, Codec::Pcmu);
        }
    }
}

/// What was agreed with the browser: payload types are its own, so they are found by codec, not by number.
fn agree(rtc: &Rtc, mid: Mid) -> Option<Agreed> {
    let media = rtc.media(mid)?;
    let find = |wanted: RtcCodec| {
        media.remote_pts().iter().copied().find(|payload_type| {
            rtc.codec_config()
                .find(|params| params.pt() == *payload_type && params.spec().codec == wanted)
                .is_some_and(|params| params.spec().clock_rate.get() == 8_000)
        })
    };
    let (alaw, ulaw, keys) = (find(RtcCodec::PCMA), find(RtcCodec::PCMU), find(RtcCodec::Tele));
    // A-law is what the telephone network speaks here: taken when it is there, no byte is ever changed.
    let (codec, payload_type) = match (alaw, ulaw) {
        (Some(alaw), _) => (Codec::Pcma, alaw),
        (None, Some(ulaw)) => (Codec::Pcmu, ulaw),
        (None, None) => return None,
    };
    let sends = media.direction().is_receiving();
    Some(Agreed { mid, codec, payload_type, alaw, ulaw, keys, sends })
}
