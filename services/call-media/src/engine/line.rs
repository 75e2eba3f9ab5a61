//! One RTP leg on the media thread: its port, its stream in, its stream out.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::reports::Reports;
use crate::announcement::{Announcement, FRAME_BYTES, Frame, Sounds};
use crate::dtmf::{EventReceiver, EventSender};
use crate::jitter::JitterBuffer;
use crate::plane::MediaConfig;
use crate::room::{LegId, Remote, SharedLeg};
use crate::rtp::{self, Codec, HEADER_BYTES, PACKET_BYTES, Packetizer, Received, Sound, StreamPosition};
use crate::srtp::{Protector, SdesKeys, TAG_BYTES, Unprotector};
use crate::tones::{ToneReceiver, ToneSender};

/// Datagrams read from one port in one tick. A sender sends one or two; the rest is what waited while the machine
/// was busy, or a flood, which then waits.
const READS_PER_TICK_MAX: usize = 32;
/// After so much silence another port of the same host may take the stream over: the other side moved without a word.
const LATCH_HELD_FOR: Duration = Duration::from_secs(2);

/// Whether a leg fell silent or came back in this tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    Silent(Duration),
    Back,
}

/// One leg.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: LegId,
    /// What is heard from the other side in this tick.
    pub(crate) heard: Option<Sound>,
    /// What the other side hears of us in this tick when it is an announcement.
    pub(crate) announced: Option<Sound>,
    socket: UdpSocket,
    remote: Remote,
    latched: Option<SocketAddr>,
    packetizer: Packetizer,
    secret: Option<Secret>,
    jitter: JitterBuffer,
    keys_in: EventReceiver,
    keys_out: EventSender,
    /// For another side without telephone-event.
    tones_in: ToneReceiver,
    tones_out: ToneSender,
    background: Option<Playing>,
    prompt: Option<Playing>,
    /// The place in the queue that is told behind the queue text.
    place: Option<usize>,
    /// Whether somebody spoke with the other side in the last frame.
    talker: bool,
    opened: Instant,
    last_in: Option<Instant>,
    silent: bool,
    silent_after: Duration,
    shared: Arc<SharedLeg>,
    reports: Option<Reports>,
}

#[derive(Debug)]
struct Secret {
    keys: SdesKeys,
    out: Protector,
    incoming: Unprotector,
}

impl Secret {
    fn new(keys: SdesKeys) -> Self {
        Self { keys, out: Protector::new(&keys.local), incoming: Unprotector::new(&keys.remote) }
    }
}

#[derive(Clone, Copy, Debug)]
struct Playing {
    announcement: Announcement,
    position: usize,
}

impl Line {
    /// `resume`: the stream goes on from there, under `keys` with the packets counted over every rollover.
    pub(crate) fn new(
        id: LegId,
        socket: UdpSocket,
        remote: Remote,
        resume: Option<StreamPosition>,
        keys: Option<SdesKeys>,
    ) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let packetizer = resume.map_or_else(random_packetizer, Packetizer::resumed);
        let shared = SharedLeg {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            ssrc: AtomicU32::new(packetizer.numbers().0),
            ..SharedLeg::default()
        };
        let line = Self {
            id,
            heard: None,
            announced: None,
            socket,
            remote,
            latched: None,
            packetizer,
            secret: keys.map(Secret::new),
            jitter: JitterBuffer::default(),
            keys_in: EventReceiver::default(),
            keys_out: EventSender::default(),
            tones_in: ToneReceiver::default(),
            tones_out: ToneSender::default(),
            background: None,
            prompt: None,
            place: None,
            talker: false,
            opened: Instant::now(),
            last_in: None,
            silent: false,
            silent_after: MediaConfig::SILENT_AFTER,
            shared: Arc::new(shared),
            reports: None,
        };
        line.publish_position();
        line
    }

    /// Nothing came from the other side for this long: somebody should know.
    pub(crate) const fn telling_silence_after(mut self, silent_after: Duration) -> Self {
        self.silent_after = silent_after;
        self
    }

    /// Tells how the streams come in, and hears it. Not on an encrypted leg: in clear it would be told to everybody.
    pub(crate) fn reporting(mut self, reports: Reports) -> Self {
        self.reports = self.secret.is_none().then_some(reports);
        self
    }

    pub(crate) fn shared(&self) -> Arc<SharedLeg> {
        self.shared.clone()
    }

    pub(crate) fn number(&self) -> u64 {
        self.shared.number
    }

    /// What it speaks.
    pub(crate) const fn codec(&self) -> Codec {
        self.remote.codec
    }

    /// Whether the other side was ever heard.
    pub(crate) const fn present(&self) -> bool {
        self.last_in.is_some()
    }

    pub(crate) fn set_remote(&mut self, remote: Remote) {
        if self.remote.address != remote.address {
            self.latched = None;
        }
        if remote.sending && !self.remote.sending {
            self.packetizer.begin_talkspurt();
        }
        self.remote = remote;
    }

    /// Encrypts from here on with these keys, or no more. A key that stays goes on with its counters; under a new one
    /// of ours the rollovers are counted from nothing, because the other side does so too (RFC 3711 section 3.3.1).
    pub(crate) fn set_srtp(&mut self, keys: Option<SdesKeys>) {
        let Some(keys) = keys else {
            self.secret = None;
            return;
        };
        if let Some(reports) = &mut self.reports {
            reports.fall_silent();
        }
        let known = self.secret.take();
        if known.as_ref().is_none_or(|known| known.keys.local != keys.local) {
            self.packetizer.forget_rollovers();
            self.publish_position();
        }
        self.secret = Some(match known {
            Some(known) if known.keys.remote == keys.remote => {
                Secret { keys, out: Protector::new(&keys.local), incoming: known.incoming }
            }
            Some(_) | None => Secret::new(keys),
        });
    }

    pub(crate) fn play(&mut self, announcement: Announcement) {
        let playing = Some(Playing { announcement, position: 0 });
        if announcement.is_prompt() {
            self.prompt = playing;
        } else {
            self.background = playing;
        }
        self.packetizer.begin_talkspurt();
    }

    pub(crate) const fn set_place(&mut self, place: Option<usize>) {
        self.place = place;
    }

    pub(crate) fn press(&mut self, keys: &str) {
        match self.remote.telephone_event {
            Some(_) => self.keys_out.press(keys),
            None => self.tones_out.press(keys),
        }
    }

    /// Reads what came and makes 20 ms of it; gives the keys that were pressed to `pressed`.
    pub(crate) fn receive(&mut self, now: Instant, mut pressed: impl FnMut(char)) {
        let mut packet = [0u8; 1_500];
        for _ in 0..READS_PER_TICK_MAX {
            let Ok((bytes, from)) = self.socket.recv_from(&mut packet) else { break };
            if let Some(key) = self.take(&mut packet[..bytes], from, now) {
                pressed(key);
            }
        }
        self.heard = self.jitter.pull();
        if self.remote.telephone_event.is_none()
            && let Some(sound) = &self.heard
            && let Some(key) = self.tones_in.take(sound)
        {
            pressed(key);
        }
        self.report(now);
    }

    /// Reads and sends reports, when it is time.
    fn report(&mut self, now: Instant) {
        let Some(reports) = self.reports.as_mut().filter(|reports| reports.is_due(now)) else { return };
        let (ssrc, _, timestamp) = self.packetizer.numbers();
        let to = self.latched.or(self.remote.address);
        let from = self.remote.address.map_or(self.remote.latch, |address| address.ip());
        reports.step(now, ssrc, timestamp, to, from);
    }

    fn take(&mut self, packet: &mut [u8], from: SocketAddr, now: Instant) -> Option<char> {
        let genuine = match &mut self.secret {
            Some(secret) => secret.incoming.unprotect(packet).unwrap_or(0),
            None => packet.len(),
        };
        let received = rtp::parse(&packet[..genuine]).filter(|_| self.is_the_other_side(from, now));
        let Some(received) = received else {
            self.shared.packets_foreign.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        self.last_in = Some(now);
        self.shared.packets_in.fetch_add(1, Ordering::Relaxed);
        self.shared.bytes_in.fetch_add(genuine as u64, Ordering::Relaxed);
        if let Some(reports) = &mut self.reports {
            reports.heard(&received, self.remote.telephone_event, now);
        }
        if self.remote.telephone_event == Some(received.payload_type) {
            return self.keys_in.take(received.ssrc, received.timestamp, received.payload);
        }
        if let Some(codec) = self.codec_of(&received) {
            self.jitter.push(&received, codec);
        }
        None
    }

    /// Symmetric RTP (RFC 4961): the port that speaks is the port that hears. The first one is kept, so that a second
    /// sender on the same host cannot take the stream over while the first one speaks.
    fn is_the_other_side(&mut self, from: SocketAddr, now: Instant) -> bool {
        if from.ip() != self.remote.address.map_or(self.remote.latch, |address| address.ip()) {
            return false;
        }
        let abandoned = self.last_in.is_none_or(|last| now.saturating_duration_since(last) > LATCH_HELD_FOR);
        if self.latched.is_none() || abandoned {
            self.latched = Some(from);
        }
        self.latched == Some(from)
    }

    /// The agreed codec, or the other law under its static number: who offers both may change between them.
    fn codec_of(&self, received: &Received<'_>) -> Option<Codec> {
        if received.payload_type == self.remote.payload_type {
            return Some(self.remote.codec);
        }
        [Codec::Pcma, Codec::Pcmu]
            .into_iter()
            .find(|codec| codec.static_payload_type() == received.payload_type)
    }

    /// Sends 20 ms: a prompt, else the voices, else what plays while nobody speaks, else silence.
    pub(crate) fn send(&mut self, voices: Option<Frame>, talker: bool, sounds: &Sounds) {
        if std::mem::replace(&mut self.talker, talker) != talker {
            self.packetizer.begin_talkspurt();
        }
        let announcement = self.announcement(talker, sounds);
        let codec = self.remote.codec;
        let tone = self.tones_out.frame(codec);
        let frame = tone.or(announcement).or(voices).unwrap_or([codec.silence(); FRAME_BYTES]);
        let to = self.latched.or(self.remote.address).filter(|_| self.remote.sending);
        // What nobody can hear is not on record as heard.
        self.announced = announcement.filter(|_| to.is_some()).map(|bytes| Sound { codec, bytes });
        let Some(to) = to else {
            self.packetizer.pass_frame();
            self.publish_position();
            return;
        };
        if self.send_key(to) {
            self.packetizer.pass_frame();
        } else {
            let (_, index, _) = self.packetizer.numbers();
            let packet = self.packetizer.packet(self.remote.payload_type, &frame);
            self.transmit(&packet, index, to);
        }
        self.publish_position();
    }

    fn announcement(&mut self, talker: bool, sounds: &Sounds) -> Option<Frame> {
        let (codec, place) = (self.remote.codec, self.place);
        let step = |playing: &mut Playing| {
            let frame = *sounds.frame_in_queue(playing.announcement, place, codec, playing.position);
            playing.position = playing.position.wrapping_add(1);
            frame
        };
        if let Some(playing) = &mut self.prompt {
            let frame = step(playing);
            if playing.position >= sounds.words(playing.announcement) {
                self.prompt = None;
            }
            return Some(frame);
        }
        self.background.as_mut().filter(|_| !talker).map(step)
    }

    /// Sends what a pressed key needs in this frame; `true` when there is no room for sound beside it.
    fn send_key(&mut self, to: SocketAddr) -> bool {
        let Some(payload_type) = self.remote.telephone_event else { return false };
        let Some(event) = self.keys_out.frame(self.packetizer.numbers().2) else { return false };
        let mut packet = [0; HEADER_BYTES + 4];
        let (_, index, _) = self.packetizer.numbers();
        let header = self.packetizer.header(payload_type, event.marker, event.timestamp);
        packet[..HEADER_BYTES].copy_from_slice(&header);
        packet[HEADER_BYTES..].copy_from_slice(&event.payload);
        self.transmit(&packet, index, to);
        !event.with_sound
    }

    fn transmit(&mut self, packet: &[u8], index: u32, to: SocketAddr) {
        let sent = match &self.secret {
            Some(secret) => {
                let mut buffer = [0; PACKET_BYTES + TAG_BYTES];
                buffer[..packet.len()].copy_from_slice(packet);
                let length = secret.out.protect(&mut buffer, packet.len(), index);
                self.socket.send_to(&buffer[..length], to)
            }
            None => self.socket.send_to(packet, to),
        };
        let counter = match sent {
            Ok(_) => {
                if let Some(reports) = &mut self.reports {
                    reports.sent(packet.len() - HEADER_BYTES);
                }
                &self.shared.packets_out
            }
            // The next frame comes in 20 ms; a voice packet that waits is worse than one that is lost.
            Err(_) => &self.shared.packets_lost_out,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// `frames` were left out because the machine slept: the clock of the stream goes on.
    pub(crate) fn skip(&mut self, frames: u32) {
        self.packetizer.pass_frames(frames);
    }

    /// Looks whether the other side is still heard.
    pub(crate) fn watch(&mut self, now: Instant) -> Option<Change> {
        let quiet = now.saturating_duration_since(self.last_in.unwrap_or(self.opened));
        let silent = quiet >= self.silent_after;
        match (std::mem::replace(&mut self.silent, silent), silent) {
            (false, true) => Some(Change::Silent(quiet)),
            (true, false) => Some(Change::Back),
            (true, true) | (false, false) => None,
        }
    }

    fn publish_position(&self) {
        let (_, index, timestamp) = self.packetizer.numbers();
        let word = u64::from(index) << 32 | u64::from(timestamp);
        self.shared.index_and_timestamp.store(word, Ordering::Relaxed);
    }
}

pub(super) fn random_packetizer() -> Packetizer {
    let mut random = [0u8; 10];
    // Without a random source the numbers are merely predictable.
    getrandom::fill(&mut random).ok();
    let word = |at: usize| u32::from_be_bytes([random[at], random[at + 1], random[at + 2], random[at + 3]]);
    // The upper half of the sequence numbers would come near the rollover that SRTP counts (RFC 3711 section 3.3.1).
    Packetizer::new(word(0), u16::from_be_bytes([random[8], random[9]]) & 0x7FFF, word(4))
}
