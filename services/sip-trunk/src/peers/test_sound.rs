//! The sound of a call that has no room: of a test call, a second of silence there and what comes back; of a notice, its
//! words and the key that is pressed.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use call_media::announcement::{FRAME_BYTES, Frame};
use call_media::dtmf::EventReceiver;
use call_media::rtp::{self, Codec, PACKET_BYTES, Packetizer, Sound};
use call_media::sdp::Voice;
use call_media::srtp::{Protector, SdesKeys, TAG_BYTES, Unprotector};
use tokio::net::UdpSocket;
use tokio::time::{Instant, interval, timeout_at};

use crate::shared::Core;

/// Packets of the other side that make a conversation: a fifth of a second.
pub(super) const HEARD_PACKETS_MIN: u32 = 10;
/// Sound that is sent in a test call.
const PACKETS: u32 = 50;
/// After what is sent, this long for what is still on its way.
const LISTEN_MORE: Duration = Duration::from_secs(2);
const FRAME: Duration = Duration::from_millis(20);
/// How often everything is said when somebody presses keys that mean nothing.
const SAID_MAX: u32 = 3;
const PORT_TRIES: u16 = 16;
/// Nobody mixes the stream with another one: any number does.
const SSRC: u32 = 0x5349_4741;

/// Our end.
pub(crate) struct TestSound {
    socket: UdpSocket,
    secret: Option<(Protector, Unprotector)>,
    buffer: [u8; 1_500],
}

impl TestSound {
    /// On a port of the range that firewalls let through, from its upper end, where calls come last.
    pub(crate) async fn open(core: &Core, address: IpAddr) -> Option<Self> {
        let bind = if core.config.bind.ip().is_unspecified() { core.config.bind.ip() } else { address };
        let ports = core.config.rtp_ports.clone();
        for port in ports.rev().filter(|port| port % 2 == 0).take(PORT_TRIES.into()) {
            if let Ok(socket) = UdpSocket::bind((bind, port)).await {
                return Some(Self { socket, secret: None, buffer: [0; 1_500] });
            }
        }
        None
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.socket.local_addr().map_or(0, |local| local.port())
    }

    /// Encrypts both ways, or neither.
    pub(crate) fn encrypt(&mut self, keys: Option<SdesKeys>) {
        self.secret = keys.map(|keys| (Protector::new(&keys.local), Unprotector::new(&keys.remote)));
    }

    /// Sends a second of sound and counts what comes back from there, understood.
    pub(super) async fn talk(&mut self, to: SocketAddr, codec: Codec, payload_type: u8) -> u32 {
        let mut stream = Packetizer::new(SSRC, 0, 0);
        let (mut heard, mut sent) = (0, 0);
        let mut tick = interval(FRAME);
        while sent < PACKETS {
            tokio::select! {
                _ = tick.tick() => {
                    let packet = stream.packet(payload_type, &[codec.silence(); FRAME_BYTES]);
                    self.send(&packet, to).await;
                    sent += 1;
                }
                packet = Self::receive(&self.socket, &mut self.secret, &mut self.buffer) => {
                    heard += u32::from(packet.is_some_and(|(_, from)| from.ip() == to.ip()));
                }
            }
        }
        let until = Instant::now() + LISTEN_MORE;
        while heard < HEARD_PACKETS_MIN {
            let packet = Self::receive(&self.socket, &mut self.secret, &mut self.buffer);
            let Ok(packet) = timeout_at(until, packet).await else { break };
            heard += u32::from(packet.is_some_and(|(_, from)| from.ip() == to.ip()));
        }
        heard
    }

    /// Sends the next packet back to where it came from.
    pub(super) async fn send_back(&mut self) {
        let packet = Self::receive(&self.socket, &mut self.secret, &mut self.buffer).await;
        if let Some((length, from)) = packet {
            let packet = self.buffer;
            self.send(&packet[..length], from).await;
        }
    }

    /// Begins to speak with somebody; one stream from here to the end.
    pub(crate) fn speaks_to(&mut self, to: SocketAddr, voice: &Voice) -> Speaking<'_> {
        Speaking {
            sound: self,
            to,
            voice: *voice,
            stream: Packetizer::new(SSRC, 0, 0),
            keys: EventReceiver::default(),
            said: 0,
        }
    }

    /// The next packet's length and sender; `None` when it is no RTP, or not genuine.
    async fn receive(
        socket: &UdpSocket,
        secret: &mut Option<(Protector, Unprotector)>,
        buffer: &mut [u8; 1_500],
    ) -> Option<(usize, SocketAddr)> {
        let (length, from) = socket.recv_from(buffer).await.ok()?;
        let length = match secret {
            Some((_, incoming)) => incoming.unprotect(&mut buffer[..length])?,
            None => length,
        };
        rtp::parse(&buffer[..length]).map(|_| (length, from))
    }

    async fn send(&self, packet: &[u8], to: SocketAddr) {
        let Some((out, _)) = &self.secret else {
            self.socket.send_to(packet, to).await.ok();
            return;
        };
        let mut buffer = [0; PACKET_BYTES + TAG_BYTES];
        if packet.len() > PACKET_BYTES || packet.len() < rtp::HEADER_BYTES {
            return;
        }
        buffer[..packet.len()].copy_from_slice(packet);
        // A test call is over long before its numbers roll over.
        let index = u16::from_be_bytes([packet[2], packet[3]]);
        let length = out.protect(&mut buffer, packet.len(), index.into());
        self.socket.send_to(&buffer[..length], to).await.ok();
    }
}

/// A conversation with somebody who can only press keys.
pub(crate) struct Speaking<'a> {
    sound: &'a mut TestSound,
    to: SocketAddr,
    voice: Voice,
    stream: Packetizer,
    keys: EventReceiver,
    said: u32,
}

impl Speaking<'_> {
    /// Says the words (A-law), then is silent for `listen_for`; the first key that is pressed ends it. `None`: no key.
    pub(crate) async fn say(&mut self, words: &[Frame], listen_for: Duration) -> Option<char> {
        self.said += 1;
        let silent = usize::try_from(listen_for.as_millis() / FRAME.as_millis()).unwrap_or(0);
        let silence = [Codec::Pcma.silence(); FRAME_BYTES];
        let frames = words.iter().chain(std::iter::repeat_n(&silence, silent));
        let mut tick = interval(FRAME);
        for frame in frames {
            loop {
                tokio::select! {
                    _ = tick.tick() => break,
                    key = self.key() => if key.is_some() { return key },
                }
            }
            let sound = Sound { codec: Codec::Pcma, bytes: *frame };
            let packet = self.stream.packet(self.voice.payload_type, &sound.in_law(self.voice.codec));
            self.sound.send(&packet, self.to).await;
        }
        None
    }

    /// Whether it may all be said again.
    pub(crate) const fn has_patience(&self) -> bool {
        self.said < SAID_MAX
    }

    /// Waits for the next packet; the key that it begins.
    async fn key(&mut self) -> Option<char> {
        let TestSound { socket, secret, buffer } = &mut *self.sound;
        let (length, from) = TestSound::receive(socket, secret, buffer).await?;
        let packet = rtp::parse(&buffer[..length]).filter(|_| from.ip() == self.to.ip())?;
        let is_key = self.voice.telephone_event == Some(packet.payload_type);
        if is_key { self.keys.take(packet.ssrc, packet.timestamp, packet.payload) } else { None }
    }
}
