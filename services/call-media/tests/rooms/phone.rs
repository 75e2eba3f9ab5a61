//! A phone: an RTP port that speaks a tone or counted bytes every 20 ms and keeps what it hears.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use call_media::plane::{MediaConfig, MediaPlane};
use call_media::room::{MediaEvent, Remote};
use call_media::rtp::{self, Codec, Packetizer};
use dispatch_core::ids::{CallId, PartyId, UserId};
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

pub const PATIENCE: Duration = Duration::from_secs(20);
pub const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// Each plane gets ports of its own: tests run beside each other.
pub fn config() -> MediaConfig {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let base = 40_000 + (std::process::id() % 40) as u16 * 500;
    let first = base + NEXT.fetch_add(40, Ordering::Relaxed) % 480;
    MediaConfig {
        bind: LOCAL,
        ports: first..=first + 38,
        seats: SocketAddr::new(LOCAL, 0),
        seat_address: LOCAL,
        recordings: None,
        silent_after: MediaConfig::SILENT_AFTER,
    }
}

pub fn plane() -> (MediaPlane, Receiver<MediaEvent>) {
    MediaPlane::start(&config()).unwrap()
}

pub fn call(n: u128) -> CallId {
    CallId(Uuid::from_u128(n))
}

pub fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

pub fn party(n: u128) -> PartyId {
    PartyId(Uuid::from_u128(n))
}

/// Waits until it is so.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !so() {
        assert!(begin.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The next event that fits; others are left out.
pub fn event<T>(events: &mut Receiver<MediaEvent>, mut fits: impl FnMut(&MediaEvent) -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        match events.try_recv() {
            Ok(event) => {
                if let Some(found) = fits(&event) {
                    return found;
                }
            }
            Err(_) => {
                assert!(begin.elapsed() < PATIENCE, "the event does not come");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// What a phone says.
#[derive(Clone, Copy, Debug)]
pub enum Says {
    Nothing,
    /// A sine of so many hertz, 6000 of 32767 high.
    Tone(f64),
    /// Bytes that count frames and samples, to find any change.
    Counted,
}

/// A packet as the phone got it.
#[derive(Clone, Debug)]
pub struct Heard {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: Vec<u8>,
}

/// What somebody heard, and judging it.
#[derive(Clone)]
pub struct Ears {
    codec: Codec,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Ears {
    pub fn new(codec: Codec) -> Self {
        Self { codec, heard: Arc::default() }
    }

    pub fn keep(&self, packet: Heard) {
        self.heard.lock().unwrap().push(packet);
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// The samples that are heard from now on, so many of them, as linear.
    fn samples(&self, wanted: usize) -> Vec<f64> {
        let begin = self.heard().len();
        let mut samples = Vec::new();
        until("samples", || {
            samples = self.heard()[begin..]
                .iter()
                .filter(|packet| packet.payload.len() == 160)
                .flat_map(|packet| packet.payload.iter().map(|byte| f64::from(self.codec.linear(*byte))))
                .collect();
            samples.len() >= wanted
        });
        samples.truncate(wanted);
        samples
    }

    /// Waits until these tones are heard and none of the others, at nearly full strength for 200 ms.
    pub fn hears(&self, tones: &[f64], silent: &[f64]) {
        let mut seen = Vec::new();
        let begin = Instant::now();
        loop {
            let samples = self.samples(1_600);
            let all: Vec<_> = tones.iter().chain(silent).map(|hertz| strength(&samples, *hertz)).collect();
            let (there, not_there) = all.split_at(tones.len());
            if there.iter().all(|level| *level > 4_000.0) && not_there.iter().all(|level| *level < 300.0) {
                return;
            }
            seen.push(all);
            assert!(begin.elapsed() < PATIENCE, "wanted {tones:?} and not {silent:?}, heard {seen:?}");
        }
    }
}

pub struct Phone {
    pub socket: UdpSocket,
    pub codec: Codec,
    ears: Ears,
    says: Arc<Mutex<Says>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Phone {
    /// A phone that listens; it speaks when it is told to whom.
    pub fn new(codec: Codec) -> Self {
        let socket = UdpSocket::bind((LOCAL, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let (ears, stop) = (Ears::new(codec), Arc::new(AtomicBool::new(false)));
        let receiver = socket.try_clone().unwrap();
        let (keep, end) = (ears.clone(), stop.clone());
        let listen = std::thread::spawn(move || {
            let mut packet = [0; 2_000];
            while !end.load(Ordering::Relaxed) {
                let Ok(bytes) = receiver.recv(&mut packet) else { continue };
                let Some(read) = rtp::parse(&packet[..bytes]) else { continue };
                keep.keep(Heard {
                    marker: packet[1] & 0x80 != 0,
                    payload_type: read.payload_type,
                    sequence: read.sequence,
                    timestamp: read.timestamp,
                    ssrc: read.ssrc,
                    payload: read.payload.to_vec(),
                });
            }
        });
        let says = Arc::new(Mutex::new(Says::Nothing));
        Self { socket, codec, ears, says, stop, threads: vec![listen] }
    }

    pub fn remote(&self) -> Remote {
        Remote {
            address: Some(self.socket.local_addr().unwrap()),
            latch: LOCAL,
            codec: self.codec,
            payload_type: self.codec.static_payload_type(),
            telephone_event: Some(101),
            sending: true,
        }
    }

    /// Begins to speak to a port, every 20 ms until the end.
    pub fn speak(&mut self, port: u16, says: Says) {
        *self.says.lock().unwrap() = says;
        let (socket, said, end) = (self.socket.try_clone().unwrap(), self.says.clone(), self.stop.clone());
        let codec = self.codec;
        self.threads.push(std::thread::spawn(move || {
            let mut packetizer = Packetizer::new(77, 1, 8_000);
            let mut due = Instant::now();
            let mut n = 0usize;
            while !end.load(Ordering::Relaxed) {
                let frame = frame_of(*said.lock().unwrap(), codec, n);
                match frame {
                    Some(frame) => {
                        let packet = packetizer.packet(codec.static_payload_type(), &frame);
                        socket.send_to(&packet, (LOCAL, port)).ok();
                    }
                    None => packetizer.pass_frame(),
                }
                n += 1;
                due += Duration::from_millis(20);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        }));
    }

    pub fn say(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// Presses keys: RFC 4733 with every packet three times, as a bad network may do it.
    pub fn press(&self, port: u16, keys: &str) {
        let mut packetizer = Packetizer::new(77, 40_000, 0);
        for (n, key) in keys.chars().enumerate() {
            let event = call_media::dtmf::event_of(key).unwrap();
            for (end, duration) in [(0u8, 160u16), (0, 320), (0x80, 480), (0x80, 480), (0x80, 480)] {
                let timestamp = 100_000 + n as u32 * 2_000;
                let mut packet = packetizer.header(101, duration == 160, timestamp).to_vec();
                packet.extend_from_slice(&[event, end | 10]);
                packet.extend_from_slice(&duration.to_be_bytes());
                for _ in 0..3 {
                    self.socket.send_to(&packet, (LOCAL, port)).unwrap();
                }
            }
        }
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.ears.heard()
    }

    pub fn hears(&self, tones: &[f64], silent: &[f64]) {
        self.ears.hears(tones, silent);
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

/// The amplitude of one frequency (Goertzel).
pub fn strength(samples: &[f64], hertz: f64) -> f64 {
    let turn = 2.0 * (std::f64::consts::TAU * hertz / 8_000.0).cos();
    let (mut before, mut last) = (0.0, 0.0);
    for sample in samples {
        (before, last) = (last, sample + turn * last - before);
    }
    let power = before * before + last * last - turn * before * last;
    2.0 * power.max(0.0).sqrt() / samples.len() as f64
}

pub fn frame_of(says: Says, codec: Codec, n: usize) -> Option<[u8; 160]> {
    match says {
        Says::Nothing => None,
        Says::Tone(hertz) => Some(std::array::from_fn(|k| {
            let time = (n * 160 + k) as f64 / 8_000.0;
            codec.encode((6_000.0 * (std::f64::consts::TAU * hertz * time).sin()) as i16)
        })),
        Says::Counted => Some(std::array::from_fn(|k| match k {
            0 => (n >> 8) as u8,
            1 => n as u8,
            _ => (n * 31 + k * 7) as u8,
        })),
    }
}
