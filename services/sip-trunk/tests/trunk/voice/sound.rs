//! A pair of ears and a mouth on an RTP port: speaks a tone, and says which tones it hears.

use std::f64::consts::TAU;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use call_media::announcement::{Announcement, Sounds};
use call_media::g711::{alaw_from_linear, linear_from_alaw};
use call_media::rtp::Codec;
use call_media::sdp::Offer;
use call_media::srtp::{MasterKey, Protector, SUITE, TAG_BYTES, Unprotector};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::client::PATIENCE;

const FRAME: usize = 160;
/// 0.4 s: the tones of the tests are whole numbers of periods in it.
const WINDOW: usize = 3_200;
/// Amplitude of a tone; three of them do not overflow.
const LOUD: f64 = 6_000.0;
/// A tone that is there has at least this amplitude, and one that is not far less.
const THERE: f64 = 2_500.0;
const NOT_THERE: f64 = 600.0;
/// The payload type of telephone-event in our descriptions.
pub const EVENTS: u8 = 101;

/// One side's sound.
pub struct Sound {
    socket: Arc<UdpSocket>,
    heard: Arc<Mutex<Heard>>,
    /// Our key, when the sound is encrypted.
    key: Option<MasterKey>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Heard {
    samples: Vec<f64>,
    /// Understands what is encrypted; what is not genuine is not heard.
    decrypts: Option<Unprotector>,
    events: Vec<[u8; 4]>,
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Sound {
    pub async fn new() -> Self {
        Self::with(None).await
    }

    /// One that is encrypted, with a key of its own.
    pub async fn encrypted() -> Self {
        Self::with(MasterKey::random()).await
    }

    async fn with(key: Option<MasterKey>) -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let heard = Arc::<Mutex<Heard>>::default();
        let listening = tokio::spawn(listen(socket.clone(), heard.clone()));
        Self { socket, heard, key, tasks: vec![listening] }
    }

    /// Hears with the key in the other side's description.
    pub fn decrypts(&self, description: &str) -> MasterKey {
        let offer = Offer::parse(description.as_bytes()).unwrap();
        let key = offer.secure_voice().expect("an encrypted stream").crypto.key;
        self.heard.lock().unwrap().decrypts = Some(Unprotector::new(&key));
        key
    }

    pub fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }

    /// A description of this side.
    pub fn sdp(&self) -> String {
        let (protocol, crypto) = match self.key {
            Some(key) => ("RTP/SAVP", format!("a=crypto:1 {SUITE} inline:{}\r\n", key.to_base64())),
            None => ("RTP/AVP", String::new()),
        };
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} {protocol} 8 {EVENTS}\r\n\
             a=rtpmap:{EVENTS} telephone-event/8000\r\na=ptime:20\r\n{crypto}",
            self.port()
        )
    }

    /// Speaks a tone from now on.
    pub fn speak(&mut self, to: u16, hz: f64) {
        let to = SocketAddr::from(([127, 0, 0, 1], to));
        let out = self.key.map(|key| Protector::new(&key));
        self.tasks.push(tokio::spawn(speak(self.socket.clone(), to, hz, out)));
    }

    /// Presses a key (RFC 4733), for 60 ms and with three ends.
    pub async fn press(&self, to: u16, event: u8, timestamp: u32) {
        for (n, duration) in [160u16, 320, 480, 480, 480].into_iter().enumerate() {
            let end = if n >= 2 { 0x80 } else { 0 };
            let duration = duration.to_be_bytes();
            let payload = [event, end | 10, duration[0], duration[1]];
            let packet = packet(EVENTS, 20_000 + n as u16, timestamp, 77, &payload);
            self.socket.send_to(&packet, ("127.0.0.1", to)).await.unwrap();
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Says no more, and listens on.
    pub fn be_quiet(&mut self) {
        self.tasks.drain(1..).for_each(|speaking| speaking.abort());
    }

    /// Waits until half a second of sound has come that is not silence.
    pub async fn hears_something(&self) {
        let until = Instant::now() + PATIENCE;
        loop {
            let loud = {
                let heard = self.heard.lock().unwrap();
                heard.samples.iter().filter(|sample| sample.abs() > NOT_THERE).count()
            };
            if loud > 2_000 {
                return;
            }
            assert!(Instant::now() < until, "nothing is heard");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// What was heard before is no proof of what is heard now.
    pub fn forget(&self) {
        self.heard.lock().unwrap().samples.clear();
    }

    /// Waits until all of these tones are heard and none of those.
    pub async fn hears(&self, tones: &[f64], silent: &[f64]) {
        let until = Instant::now() + PATIENCE;
        loop {
            let window = self.last_window();
            let level = |hz: &f64| window.as_ref().map_or(0.0, |window| amplitude(window, *hz));
            let all = tones.iter().all(|hz| level(hz) > THERE) && window.is_some();
            if all && silent.iter().all(|hz| level(hz) < NOT_THERE) {
                return;
            }
            let levels: Vec<_> = tones.iter().chain(silent).map(|hz| (*hz, level(hz).round())).collect();
            assert!(Instant::now() < until, "wanted {tones:?} without {silent:?}; heard {levels:?}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until words of an announcement are heard.
    pub async fn hears_words(&self, announcement: Announcement) {
        let sounds = Sounds::built_in().unwrap();
        let frame = |n| sounds.frame(announcement, Codec::Pcma, n).map(|b| f64::from(linear_from_alaw(b)));
        let words: Vec<_> = (0..sounds.words(announcement)).map(frame).collect();
        let loud = |frame: &&[f64; FRAME]| frame.iter().any(|sample| sample.abs() > 1_000.0);
        let until = Instant::now() + PATIENCE;
        loop {
            let heard = self.heard.lock().unwrap().samples.clone();
            if words.iter().filter(loud).any(|word| heard.chunks(FRAME).any(|frame| frame == word)) {
                return;
            }
            assert!(Instant::now() < until, "{announcement:?} is not heard");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// The keys that were heard, each once: the ends of events.
    pub async fn wait_for_keys(&self, wanted: usize) -> Vec<u8> {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut keys = Vec::new();
            let mut ended = true;
            for event in &self.heard.lock().unwrap().events {
                let is_end = event[1] & 0x80 != 0;
                if is_end && !ended {
                    keys.push(event[0]);
                }
                ended = is_end;
            }
            if keys.len() >= wanted || Instant::now() > until {
                return keys;
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn last_window(&self) -> Option<Vec<f64>> {
        let heard = self.heard.lock().unwrap();
        heard.samples.len().checked_sub(WINDOW).map(|begin| heard.samples[begin..].to_vec())
    }
}

async fn listen(socket: Arc<UdpSocket>, heard: Arc<Mutex<Heard>>) {
    let mut buffer = [0u8; 2_048];
    while let Ok((bytes, _)) = socket.recv_from(&mut buffer).await {
        let mut heard = heard.lock().unwrap();
        let bytes = match &mut heard.decrypts {
            Some(incoming) => incoming.unprotect(&mut buffer[..bytes]),
            None => Some(bytes),
        };
        let Some(bytes) = bytes else { continue };
        match buffer[1] & 0x7F {
            EVENTS => heard.events.push(buffer[12..16].try_into().unwrap()),
            _ => {
                heard.samples.extend(buffer[12..bytes].iter().map(|byte| f64::from(linear_from_alaw(*byte))))
            }
        }
        let excess = heard.samples.len().saturating_sub(4 * WINDOW);
        heard.samples.drain(..excess);
    }
}

async fn speak(socket: Arc<UdpSocket>, to: SocketAddr, hz: f64, out: Option<Protector>) {
    let mut tick = interval(Duration::from_millis(20));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    // An encrypted stream rolls over in its first second.
    for n in if out.is_some() { 65_500u32 } else { 0 }.. {
        tick.tick().await;
        let sample = |i: usize| {
            let at = (n as usize * FRAME + i) as f64 / 8_000.0;
            alaw_from_linear((LOUD * (TAU * hz * at).sin()) as i16)
        };
        let payload: Vec<u8> = (0..FRAME).map(sample).collect();
        let mut packet = packet(8, n as u16, n * FRAME as u32, hz as u32, &payload);
        if let Some(out) = &out {
            let length = packet.len();
            packet.resize(length + TAG_BYTES, 0);
            out.protect(&mut packet, length, n);
        }
        socket.send_to(&packet, to).await.ok();
    }
}

fn packet(payload_type: u8, sequence: u16, timestamp: u32, ssrc: u32, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, payload_type];
    packet.extend(sequence.to_be_bytes());
    packet.extend(timestamp.to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend(payload);
    packet
}

/// The amplitude of one tone (Goertzel).
fn amplitude(samples: &[f64], hz: f64) -> f64 {
    let step = TAU * hz / 8_000.0;
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let angle = step * n as f64;
        real += sample * angle.cos();
        imaginary -= sample * angle.sin();
    }
    2.0 * real.hypot(imaginary) / samples.len() as f64
}
