//! Digits as telephone-events (RFC 4733), both ways.

use std::collections::VecDeque;

use crate::announcement::FRAME_BYTES;

/// The keys in the order of their event codes (RFC 4733 section 3.2, table 3).
const KEYS: &[u8; 16] = b"0123456789*#ABCD";
/// Frames that a key is held: 100 ms. RFC 4733 section 2.5.2.1 leaves it free; switches want 40 ms at least.
const HELD_FRAMES: u16 = 5;
/// Repeats of the last packet (RFC 4733 section 2.5.1.4: three times in all), each in a frame of its own, so that a
/// short burst of loss does not take all.
const END_FRAMES: u16 = 3;
/// Frames between two keys: 60 ms.
const PAUSE_FRAMES: u16 = 3;
/// Keys that wait to be sent. A person cannot read out more.
pub(crate) const KEYS_WAITING_MAX: usize = 64;
/// Power level in -dBm0 of the keys that we send (RFC 4733 section 2.3.3).
const VOLUME: u8 = 10;
/// Units of a timestamp after which an event with the same beginning is another: 8 s.
const EVENT_UNITS_MAX: u32 = 64_000;

/// The key of an event code; `None` for flash and the codes of data modems.
pub fn key_of(event: u8) -> Option<char> {
    KEYS.get(usize::from(event)).map(|key| char::from(*key))
}

/// The event code of a key.
pub fn event_of(key: char) -> Option<u8> {
    let key = u8::try_from(key.to_ascii_uppercase()).ok()?;
    KEYS.iter().position(|known| *known == key).and_then(|place| u8::try_from(place).ok())
}

/// Reads the events of one incoming stream. The several packets of one event, lost, doubled or out of order, are
/// one key.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventReceiver {
    last: Option<(u32, u32)>,
}

impl EventReceiver {
    /// The key that this packet begins, if it does.
    pub fn take(&mut self, ssrc: u32, timestamp: u32, payload: &[u8]) -> Option<char> {
        let report = payload.first_chunk::<4>()?;
        let key = key_of(report[0])?;
        if let Some((stream, begun)) = self.last
            && stream == ssrc
        {
            let after = timestamp.wrapping_sub(begun) as i32;
            // An older event: a repeat of its end that was overtaken by the next key.
            if after == 0 || (after < 0 && after.unsigned_abs() < EVENT_UNITS_MAX) {
                return None;
            }
        }
        self.last = Some((ssrc, timestamp));
        Some(key)
    }
}

/// What the sender puts into a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventPacket {
    /// The four bytes of RFC 4733 section 2.3.
    pub payload: [u8; 4],
    /// The timestamp of the event's beginning.
    pub timestamp: u32,
    /// The first packet of an event.
    pub marker: bool,
    /// Whether sound goes out in the same frame: only when the key is up again.
    pub with_sound: bool,
}

/// Sends keys, one after the other.
#[derive(Debug, Default)]
pub struct EventSender {
    waiting: VecDeque<u8>,
    sending: Option<Sending>,
}

#[derive(Clone, Copy, Debug)]
struct Sending {
    event: u8,
    timestamp: u32,
    frame: u16,
}

impl EventSender {
    /// Takes keys to send; what is no key is left out, and so is what does not fit any more.
    pub fn press(&mut self, keys: &str) {
        let room = KEYS_WAITING_MAX.saturating_sub(self.waiting.len());
        self.waiting.extend(keys.chars().filter_map(event_of).take(room));
    }

    /// What goes out in the frame that begins at `timestamp`.
    pub fn frame(&mut self, timestamp: u32) -> Option<EventPacket> {
        let mut sending = match self.sending {
            Some(sending) => sending,
            None => Sending { event: self.waiting.pop_front()?, timestamp, frame: 0 },
        };
        sending.frame += 1;
        let Sending { event, timestamp, frame } = sending;
        let over = frame >= HELD_FRAMES;
        self.sending = (frame < HELD_FRAMES + END_FRAMES - 1 + PAUSE_FRAMES).then_some(sending);
        if frame >= HELD_FRAMES + END_FRAMES {
            return None;
        }
        let duration = (frame.min(HELD_FRAMES) * FRAME_BYTES as u16).to_be_bytes();
        let payload = [event, (u8::from(over) << 7) | VOLUME, duration[0], duration[1]];
        Some(EventPacket { payload, timestamp, marker: frame == 1, with_sound: frame > HELD_FRAMES })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_code() {
        for (code, key) in KEYS.iter().enumerate() {
            assert_eq!(event_of(char::from(*key)), u8::try_from(code).ok());
            assert_eq!(key_of(code as u8), Some(char::from(*key)));
        }
        assert_eq!((event_of('a'), event_of('+'), event_of('é'), key_of(16)), (Some(12), None, None, None));
    }

    #[test]
    fn what_is_sent_is_read_as_the_same_keys_whatever_is_lost_doubled_or_overtaken() {
        let mut sender = EventSender::default();
        sender.press("112#");
        let packets: Vec<_> = (0..80u32).filter_map(|n| sender.frame(5_000 + n * 160)).collect();
        assert_eq!(packets.len(), 4 * 7);
        assert_eq!(packets[0].payload, [1, 10, 0, 160]);
        assert_eq!((packets[0].marker, packets[1].marker), (true, false));
        for packet in &packets[4..7] {
            assert_eq!(packet.payload, [1, 0x8A, 3, 32], "100 ms, three times");
        }
        assert_eq!(packets[..7].iter().filter(|packet| packet.with_sound).count(), 2);
        let read = |packets: &[EventPacket]| -> String {
            let mut receiver = EventReceiver::default();
            packets.iter().filter_map(|p| receiver.take(9, p.timestamp, &p.payload)).collect()
        };
        assert_eq!(read(&packets), "112#");
        let doubled: Vec<_> = packets.iter().flat_map(|packet| [*packet, *packet]).collect();
        assert_eq!(read(&doubled), "112#");
        for kept in 0..7 {
            let thin: Vec<_> = packets.iter().skip(kept).step_by(7).copied().collect();
            assert_eq!(read(&thin), "112#", "only packet {kept} of each came");
        }
        let mut overtaken = packets.clone();
        overtaken.swap(6, 8);
        assert_eq!(read(&overtaken), "112#");
    }

    #[test]
    fn garbage_is_no_key_and_a_flood_of_keys_is_bounded() {
        let mut receiver = EventReceiver::default();
        assert_eq!(receiver.take(1, 1, &[]), None);
        assert_eq!(receiver.take(1, 1, &[1, 2, 3]), None);
        assert_eq!(receiver.take(1, 1, &[16, 0, 0, 0]), None);
        let mut sender = EventSender::default();
        sender.press(&"1".repeat(1_000));
        sender.press("+é\0");
        let frames = (0..10_000).filter_map(|n| sender.frame(n)).filter(|packet| packet.marker).count();
        assert_eq!(frames, KEYS_WAITING_MAX);
    }
}
