//! A browser: a WebRTC client with payload types of its own, that speaks every 20 ms, presses keys and can die.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use call_media::plane::MediaPlane;
use call_media::rtp::Codec;
use dispatch_core::ids::UserId;
use str0m::change::SdpAnswer;
use str0m::format::FormatParams;
use str0m::media::{Direction, Frequency, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use crate::phone::{Ears, Heard, LOCAL, Says, frame_of};

/// Payload types as no other party here uses them.
const ALAW: u8 = 105;
const KEYS: u8 = 110;

pub struct Browser {
    pub ears: Ears,
    keys: Arc<Mutex<Vec<char>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Browser {
    /// Opens the seat as a page does: offer, answer, handshake.
    pub fn open(plane: &MediaPlane, user: UserId, says: Says) -> Self {
        let socket = UdpSocket::bind((LOCAL, 0)).unwrap();
        let mut config = RtcConfig::new()
            .set_crypto_provider(Arc::new(str0m::crypto::from_feature_flags()))
            .set_rtp_mode(true)
            .clear_codecs();
        let rate = Frequency::new(8_000).unwrap();
        for (payload_type, codec) in [(ALAW, str0m::format::Codec::PCMA), (KEYS, str0m::format::Codec::Tele)]
        {
            let config = config.codec_config();
            config.add_config(payload_type.into(), None, codec, rate, Some(1), FormatParams::default());
        }
        let mut rtc = config.build(Instant::now());
        rtc.add_local_candidate(Candidate::host(socket.local_addr().unwrap(), "udp").unwrap());
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = change.apply().unwrap();
        // Chromium hides its address from pages that have no microphone yet (RFC 8828).
        let hidden = "a=candidate:9 1 udp 2113937151 0b2f6a2e-1b1a-4c0e.local 54321 typ host\r\n";
        let answer = plane.open_seat(user, &format!("{}{hidden}", offer.to_sdp_string())).unwrap();
        rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(&answer).unwrap()).unwrap();
        let mut browser =
            Self { ears: Ears::new(Codec::Pcma), keys: Arc::default(), stop: Arc::default(), thread: None };
        let (ears, keys, stop) = (browser.ears.clone(), browser.keys.clone(), browser.stop.clone());
        let page = Page {
            rtc,
            mid,
            socket,
            ears,
            says,
            keys,
            connected: false,
            next: Instant::now(),
            n: 0,
            sequence: 9,
        };
        browser.thread = Some(std::thread::spawn(move || page.run(&stop)));
        browser
    }

    pub fn press(&self, keys: &str) {
        self.keys.lock().unwrap().extend(keys.chars());
    }
}

impl Drop for Browser {
    /// The page dies: nothing more is sent, and no word of farewell.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct Page {
    rtc: Rtc,
    mid: Mid,
    socket: UdpSocket,
    ears: Ears,
    says: Says,
    keys: Arc<Mutex<Vec<char>>>,
    connected: bool,
    next: Instant,
    n: usize,
    sequence: u64,
}

impl Page {
    fn run(mut self, stop: &AtomicBool) {
        let ours = self.socket.local_addr().unwrap();
        let mut bytes = [0; 2_000];
        while !stop.load(Ordering::Relaxed) {
            let due = self.drain().min(self.next);
            let wait = due.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            self.socket.set_read_timeout(Some(wait.min(Duration::from_millis(20)))).unwrap();
            let now = match self.socket.recv_from(&mut bytes) {
                Ok((length, from)) => {
                    let now = Instant::now();
                    if let Ok(receive) = Receive::new(Protocol::Udp, from, ours, &bytes[..length]) {
                        self.rtc.handle_input(Input::Receive(now, receive)).unwrap();
                    }
                    now
                }
                Err(_) => Instant::now(),
            };
            if now >= self.next {
                self.next += Duration::from_millis(20);
                self.speak(now);
            }
            self.rtc.handle_input(Input::Timeout(now)).unwrap();
        }
    }

    fn drain(&mut self) -> Instant {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(at) => return at,
                Output::Transmit(transmit) => {
                    self.socket.send_to(&transmit.contents, transmit.destination).ok();
                }
                Output::Event(Event::Connected) => self.connected = true,
                Output::Event(Event::RtpPacket(packet)) => self.ears.keep(Heard {
                    marker: packet.header.marker,
                    payload_type: *packet.header.payload_type,
                    sequence: packet.header.sequence_number,
                    timestamp: packet.header.timestamp,
                    ssrc: *packet.header.ssrc,
                    payload: packet.payload.to_vec(),
                }),
                Output::Event(_) => {}
            }
        }
    }

    fn speak(&mut self, now: Instant) {
        let n = self.n;
        self.n += 1;
        if !self.connected {
            return;
        }
        let timestamp = 3_000 + n as u32 * 160;
        let key = self.keys.lock().unwrap().first().copied();
        if let Some(key) = key {
            self.keys.lock().unwrap().remove(0);
            let event = call_media::dtmf::event_of(key).unwrap();
            for end in [0u8, 0x80, 0x80, 0x80] {
                self.write(KEYS, timestamp, &[event, end | 10, 3, 32], now);
            }
            return;
        }
        let frame = frame_of(self.says, Codec::Pcma, n);
        if let Some(frame) = frame {
            self.write(ALAW, timestamp, &frame, now);
        }
    }

    fn write(&mut self, payload_type: u8, timestamp: u32, payload: &[u8], now: Instant) {
        self.sequence += 1;
        let write = RtpWrite::new(payload_type.into(), self.sequence.into(), timestamp, now, payload);
        self.rtc.direct_api().stream_tx_by_mid(self.mid, None).unwrap().write_rtp(write);
    }
}
