//! The reports of one leg (RTCP): sent every five seconds or so, read once a second, never in the way of its sound.
//!
//! Their port is one above that of the sound (RFC 3550 section 11) and is bound when the first report is due, so that a
//! short call pays nothing. When it is taken, or the leg is encrypted (we speak no SRTCP), the leg goes on without.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::plane::now_micros;
use crate::rtcp::{Block, Compound, NAME_BYTES, Reception, Sent, Since, ntp, read};
use crate::rtp::Received;

/// The mean time between two reports (RFC 3550 section 6.2); the first comes after half of it.
const EVERY: Duration = Duration::from_secs(5);
/// How often the port is read. Whoever reports does so every few seconds.
const READ_EVERY: Duration = Duration::from_secs(1);
/// Packets read in one go; what is more waits, or is a flood.
const READS_MAX: usize = 8;
/// Jitter from here on is heard: 40 ms in timestamp units.
const JITTERY: u32 = 320;

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// What all legs together reported and were told, since the start of the process.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct ReportCounts {
            $($(#[$doc])* pub $name: u64,)+
        }

        /// The same, while it grows.
        #[derive(Debug, Default)]
        pub(crate) struct SharedReports {
            $($name: AtomicU64,)+
        }

        impl SharedReports {
            pub(crate) fn now(&self) -> ReportCounts {
                ReportCounts { $($name: self.$name.load(Ordering::Relaxed),)+ }
            }
        }
    };
}

counts! {
    /// Reports sent.
    sent,
    /// Reports of the other sides.
    received,
    /// Packets on report ports from elsewhere, or that are no reports: dropped.
    foreign,
    /// Legs whose report port was taken.
    without_port,
    /// Packets of sound that the numbers of the streams to us promised.
    expected,
    /// Of them did not come.
    lost,
    /// Packets of ours that the other sides missed.
    lost_there,
    /// Reports, ours or the other sides', of a stream that came unevenly by 40 ms or more.
    jittery,
}

fn add(counter: &AtomicU64, more: impl Into<u64>) {
    counter.fetch_add(more.into(), Ordering::Relaxed);
}

/// Those of one leg.
#[derive(Debug)]
pub(crate) struct Reports {
    counts: Arc<SharedReports>,
    /// Where its port is to be; none when there is none for it.
    address: Option<SocketAddr>,
    socket: Option<UdpSocket>,
    name: [u8; NAME_BYTES],
    heard: Reception,
    packets: u32,
    octets: u32,
    packets_told: u32,
    /// What the other side said last that it had missed.
    lost_there: i32,
    next: Instant,
    next_read: Instant,
    chance: u32,
    /// Where the last report went, and of which stream: there a goodbye goes.
    said: Option<(SocketAddr, u32)>,
}

impl Reports {
    /// `address`: where its port is to be.
    pub(crate) fn new(address: Option<SocketAddr>, counts: Arc<SharedReports>) -> Self {
        let mut random = [0u8; NAME_BYTES / 2 + 4];
        // Without a random source two names may be alike; the SSRCs still differ.
        getrandom::fill(&mut random).ok();
        let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
        let name = std::array::from_fn(|n| digit(random[n / 2] >> (4 * (n % 2)) & 0xF));
        let [.., a, b, c, d] = random;
        let now = Instant::now();
        let mut reports = Self {
            counts,
            address,
            socket: None,
            name,
            heard: Reception::new(now),
            packets: 0,
            octets: 0,
            packets_told: 0,
            lost_there: 0,
            next: now,
            next_read: now,
            chance: u32::from_be_bytes([a, b, c, d]) | 1,
            said: None,
        };
        reports.next = now + reports.pause() / 2;
        reports.next_read = reports.next;
        reports
    }

    /// A packet came; `keys` is the payload type of those that carry keys.
    pub(crate) fn heard(&mut self, packet: &Received<'_>, keys: Option<u8>, now: Instant) {
        if keys == Some(packet.payload_type) {
            self.heard.take_key(packet);
        } else {
            self.heard.take_sound(packet, now);
        }
    }

    /// So many bytes of sound or of a key went out.
    pub(crate) const fn sent(&mut self, octets: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32);
    }

    /// Whether there is something to be done now.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.address.is_some() && (now >= self.next || now >= self.next_read)
    }

    /// Reads what came, and reports when it is time. `to`: where the sound goes; `from`: the host that the reports of the
    /// other side come from.
    pub(crate) fn step(
        &mut self,
        now: Instant,
        ssrc: u32,
        timestamp: u32,
        to: Option<SocketAddr>,
        from: IpAddr,
    ) {
        if self.socket.is_none() && !self.open() {
            return;
        }
        if now >= self.next_read {
            self.next_read = now + READ_EVERY;
            self.read(now, ssrc, from);
        }
        if now >= self.next {
            self.next = now + self.pause();
            self.send(now, ssrc, timestamp, to);
        }
    }

    /// The leg is encrypted from here on: what would be said in clear is not said.
    pub(crate) fn fall_silent(&mut self) {
        (self.address, self.socket, self.said) = (None, None, None);
    }

    fn open(&mut self) -> bool {
        let bound = self.address.and_then(|address| UdpSocket::bind(address).ok());
        self.socket = bound.filter(|socket| socket.set_nonblocking(true).is_ok());
        if self.socket.is_none() {
            // Not asked again: somebody has it, and the call needs it not.
            self.address = None;
            add(&self.counts.without_port, 1u64);
        }
        self.socket.is_some()
    }

    fn read(&mut self, now: Instant, ours: u32, from: IpAddr) {
        let mut packet = [0u8; 1_500];
        for _ in 0..READS_MAX {
            let Some(Ok((bytes, sender))) = self.socket.as_ref().map(|socket| socket.recv_from(&mut packet))
            else {
                return;
            };
            let told = read(&packet[..bytes], ours).filter(|told| {
                sender.ip() == from && self.heard.ssrc().is_none_or(|heard| heard == told.ssrc)
            });
            let Some(told) = told else {
                add(&self.counts.foreign, 1u64);
                continue;
            };
            add(&self.counts.received, 1u64);
            if let Some(sent_at) = told.sent_at {
                self.heard.take_report(sent_at, now);
            }
            if let Some(block) = told.about_us {
                self.note(&block);
            }
        }
    }

    /// How our stream comes in there.
    fn note(&mut self, block: &Block) {
        let more = block.lost.saturating_sub(self.lost_there);
        self.lost_there = block.lost;
        add(&self.counts.lost_there, u64::try_from(more).unwrap_or(0));
        self.judge(block);
    }

    fn judge(&self, block: &Block) {
        if block.jitter >= JITTERY {
            add(&self.counts.jittery, 1u64);
        }
    }

    fn send(&mut self, now: Instant, ssrc: u32, timestamp: u32, to: Option<SocketAddr>) {
        let Some(to) = to.and_then(above) else { return };
        let heard = self.heard.report(now);
        if let Some((block, Since { expected, lost })) = &heard {
            add(&self.counts.expected, *expected);
            add(&self.counts.lost, *lost);
            self.judge(block);
        }
        let sent = (self.packets != self.packets_told).then(|| self.so_far(timestamp));
        self.packets_told = self.packets;
        if sent.is_none() && heard.is_none() {
            return;
        }
        let report =
            Compound::report(ssrc, sent.as_ref(), heard.as_ref().map(|(block, _)| block), &self.name);
        // What the network does not take is told by the next report.
        if self.socket.as_ref().is_some_and(|socket| socket.send_to(report.bytes(), to).is_ok()) {
            add(&self.counts.sent, 1u64);
            self.said = Some((to, ssrc));
        }
    }

    fn so_far(&self, timestamp: u32) -> Sent {
        Sent { ntp: ntp(now_micros()), timestamp, packets: self.packets, octets: self.octets }
    }

    /// Between half and one and a half of the mean, so that many legs do not report in step.
    fn pause(&mut self) -> Duration {
        // xorshift32: evenness is all that is asked of it.
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 17;
        self.chance ^= self.chance << 5;
        EVERY / 2 + EVERY * (self.chance >> 16) / 65_536
    }
}

/// One port above (RFC 3550 section 11).
pub(crate) fn above(address: SocketAddr) -> Option<SocketAddr> {
    address.port().checked_add(1).map(|port| SocketAddr::new(address.ip(), port))
}

impl Drop for Reports {
    /// Whoever reported says goodbye.
    fn drop(&mut self) {
        if let (Some(socket), Some((to, ssrc))) = (&self.socket, self.said) {
            let last = Compound::report(ssrc, None, None, &self.name).and_goodbye(ssrc);
            socket.send_to(last.bytes(), to).ok();
        }
    }
}
