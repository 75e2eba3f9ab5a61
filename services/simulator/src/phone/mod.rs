//! A phone with sound, for calls that last: it places one call or takes one, speaks a tone and notes what it hears.
//!
//! Unlike [`crate::sip_agent`], which places thousands of calls and is deaf, each phone has a SIP socket and an RTP
//! socket of its own, answers what it is asked inside the call, and stays in it over a restart of the server.

mod audio;
mod signalling;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::task::JoinSet;

pub use audio::{Heard, Packet};

use crate::SimulatorError;
use crate::seeded::Seeded;
use audio::Audio;
use signalling::Signalling;

/// What a phone speaks and listens for. Whole hertz below 4000.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tones {
    /// Spoken.
    pub speaks: u32,
    /// Listened for.
    pub hears: u32,
}

impl Tones {
    /// A caller's.
    pub const CALLER: Self = Self { speaks: 440, hears: 620 };
    /// A call-taker's.
    pub const CALL_TAKER: Self = Self { speaks: 620, hears: 440 };
}

/// The phone. Dropping it leaves the call without a word, as a dead battery does.
#[derive(Debug)]
pub struct Phone {
    signalling: Arc<Signalling>,
    audio: Arc<Audio>,
    _tasks: JoinSet<()>,
}

impl Phone {
    /// A phone on free ports beside the server. Servers outside of this machine are refused.
    pub async fn open(server: SocketAddr, tones: Tones, seed: u64) -> Result<Self, SimulatorError> {
        if !server.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(server));
        }
        let socket = || async { UdpSocket::bind((server.ip(), 0)).await.map_err(SimulatorError::Socket) };
        let audio = Audio::new(socket().await?);
        // Two runs with one seed must not have Call-IDs in common.
        let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let mut ids = Seeded::new(seed ^ started.as_nanos() as u64);
        let ssrc = ids.word() as u32;
        let signalling = Arc::new(Signalling::new(socket().await?, server, audio.clone(), &mut ids)?);
        let mut tasks = JoinSet::new();
        tasks.spawn(audio.clone().speak(tones.speaks, ssrc));
        tasks.spawn(audio.clone().listen(tones.hears));
        tasks.spawn(signalling.clone().read());
        Ok(Self { signalling, audio, _tasks: tasks })
    }

    /// The port of its sound, for a relay that is not told of it by SIP.
    pub fn sound_port(&self) -> u16 {
        self.audio.port()
    }

    /// Speaks there from now on, without a call.
    pub fn speak_to(&self, to: SocketAddr) {
        self.audio.speak_to(Some(to));
    }

    /// Where it can be called: `sip:…`.
    pub fn uri(&self) -> String {
        self.signalling.uri()
    }

    /// Calls 112 from this number; true once it was answered and acknowledged.
    pub async fn call(&self, number: &str, within: Duration) -> bool {
        self.signalling.call(number, within).await
    }

    /// Waits until somebody has called here; the phone answers by itself.
    pub async fn is_called(&self, within: Duration) -> bool {
        self.signalling.is_called(within).await
    }

    /// Sends a request inside the call (`OPTIONS`, `INVITE`, `BYE` …), again and again until it is answered; its
    /// final status, or nothing within the time.
    pub async fn ask(&self, method: &str, within: Duration) -> Option<u16> {
        self.signalling.ask(method, within).await
    }

    /// Whether the other side has hung up.
    pub fn is_hung_up(&self) -> bool {
        self.signalling.is_hung_up()
    }

    /// Packets of sound that it sent so far.
    pub fn sent(&self) -> u64 {
        self.audio.sent()
    }

    /// What it heard so far.
    pub fn heard(&self) -> Heard {
        self.audio.heard()
    }

    /// Forgets what it heard, to begin a new account.
    pub fn forget(&self) {
        self.audio.forget();
    }
}
