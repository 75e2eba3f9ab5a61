//! Who hears whom, and what several voices at once sound like.

use crate::announcement::{FRAME_BYTES, Frame};
use crate::room::SeatRole;
use crate::rtp::{Codec, Sound};

/// What a participant is to the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// The caller; `held` hears nobody and is heard by nobody.
    Caller { held: bool },
    /// An agency or a neighbouring centre.
    Party,
    /// A call-taker or supervisor.
    Seat(SeatRole),
}

impl Kind {
    /// Whether `self` hears `speaker`.
    pub(crate) const fn hears(self, speaker: Self) -> bool {
        let isolated =
            matches!(self, Self::Caller { held: true }) || matches!(speaker, Self::Caller { held: true });
        match speaker {
            Self::Caller { .. } | Self::Party | Self::Seat(SeatRole::Talk | SeatRole::Barge) => !isolated,
            Self::Seat(SeatRole::Whisper) => matches!(self, Self::Seat(SeatRole::Talk)),
            Self::Seat(SeatRole::Listen) => false,
        }
    }

    /// Whether it is a voice of the centre's side of the recording.
    pub(crate) const fn on_the_right(self) -> bool {
        match self {
            Self::Party | Self::Seat(SeatRole::Talk | SeatRole::Barge) => true,
            Self::Caller { .. } | Self::Seat(SeatRole::Listen | SeatRole::Whisper) => false,
        }
    }
}

/// Adds voices. One voice goes through bit by bit; more are added as linear samples and cut at full scale.
#[derive(Clone, Debug)]
pub(crate) struct Mix {
    voices: usize,
    first: Sound,
    sum: [i32; FRAME_BYTES],
}

impl Default for Mix {
    fn default() -> Self {
        Self { voices: 0, first: Sound::silence(Codec::Pcma), sum: [0; FRAME_BYTES] }
    }
}

impl Mix {
    pub(crate) const fn clear(&mut self) {
        self.voices = 0;
    }

    pub(crate) fn add(&mut self, sound: &Sound) {
        match self.voices {
            0 => self.first = *sound,
            1 => {
                self.sum = self.first.bytes.map(|byte| i32::from(self.first.codec.linear(byte)));
                self.accumulate(sound);
            }
            _ => self.accumulate(sound),
        }
        self.voices += 1;
    }

    fn accumulate(&mut self, sound: &Sound) {
        for (sum, byte) in self.sum.iter_mut().zip(&sound.bytes) {
            *sum += i32::from(sound.codec.linear(*byte));
        }
    }

    /// What it sounds like in the law that is wanted; `None` without a voice.
    pub(crate) fn frame(&self, codec: Codec) -> Option<Frame> {
        match self.voices {
            0 => None,
            1 => Some(self.first.in_law(codec)),
            _ => Some(self.sum.map(|sum| {
                codec.encode(i16::try_from(sum).unwrap_or(if sum < 0 { i16::MIN } else { i16::MAX }))
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Kind; 7] = [
        Kind::Caller { held: false },
        Kind::Caller { held: true },
        Kind::Party,
        Kind::Seat(SeatRole::Talk),
        Kind::Seat(SeatRole::Listen),
        Kind::Seat(SeatRole::Whisper),
        Kind::Seat(SeatRole::Barge),
    ];

    #[test]
    fn the_table_of_who_hears_whom() {
        // Rows hear columns: caller, held caller, party, talk, listen, whisper, barge.
        let wanted = [
            "x.xx..x", // caller
            ".......", // held caller
            "x.xx..x", // party
            "x.xx.xx", // talk
            "x.xx..x", // listen
            "x.xx..x", // whisper
            "x.xx..x", // barge
        ];
        for (listener, row) in ALL.iter().zip(wanted) {
            let heard: String =
                ALL.iter().map(|speaker| if listener.hears(*speaker) { 'x' } else { '.' }).collect();
            assert_eq!(heard, row, "{listener:?}");
        }
    }

    #[test]
    fn one_voice_is_untouched_two_are_added_and_too_much_is_cut() {
        let voice = |codec: Codec, sample| Sound { codec, bytes: [codec.encode(sample); FRAME_BYTES] };
        let mut mix = Mix::default();
        assert_eq!(mix.frame(Codec::Pcma), None);
        let odd = Sound { codec: Codec::Pcmu, bytes: std::array::from_fn(|n| n as u8) };
        mix.add(&odd);
        assert_eq!(mix.frame(Codec::Pcmu), Some(odd.bytes));
        mix.clear();
        mix.add(&voice(Codec::Pcma, 4_000));
        mix.add(&voice(Codec::Pcmu, -1_000));
        let sample = Codec::Pcma.linear(mix.frame(Codec::Pcma).unwrap()[0]);
        assert!((2_850..=3_150).contains(&sample), "{sample}");
        mix.add(&voice(Codec::Pcma, 32_000));
        mix.add(&voice(Codec::Pcma, 32_000));
        assert_eq!(Codec::Pcma.linear(mix.frame(Codec::Pcma).unwrap()[9]), 32_256);
    }
}
