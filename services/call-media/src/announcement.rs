//! What a caller hears from us: text and tones as frames of 20 ms, and in which order.

use std::sync::Arc;

use crate::g711::{self, ALAW_SILENCE};
use crate::rtp::Codec;
use crate::wav::{self, WavError};

/// Samples in a frame of 20 ms at 8000 Hz; in G.711 as many bytes.
pub const FRAME_BYTES: usize = 160;
/// Frames from the beginning of one text to the beginning of the next: 24 s. It holds the queue text, the caller's
/// place and a few beats of the tone.
const REPEAT_FRAMES: usize = 1_200;

/// The same for the disaster text, which is longer: 34 s.
const DISASTER_REPEAT_FRAMES: usize = 1_700;

/// One frame of sound.
pub type Frame = [u8; FRAME_BYTES];

macro_rules! wav {
    ($file:literal) => {
        include_bytes!(concat!("../../../sip-config/announcements/", $file))
    };
}

const TONE_WAV: &[u8] = wav!("nada-tunggu.wav");
/// "Anda di urutan satu" to "sembilan", then "sepuluh atau lebih".
const PLACE_WAVS: [&[u8]; 10] = [
    wav!("urutan-1.wav"),
    wav!("urutan-2.wav"),
    wav!("urutan-3.wav"),
    wav!("urutan-4.wav"),
    wav!("urutan-5.wav"),
    wav!("urutan-6.wav"),
    wav!("urutan-7.wav"),
    wav!("urutan-8.wav"),
    wav!("urutan-9.wav"),
    wav!("urutan-10.wav"),
];

/// What to play.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Announcement {
    /// The queue text, the caller's place if it is known, then the comfort tone, again every 24 s.
    Queue,
    /// In disaster mode in the place of the queue text: who is hurt or in danger stays on the line.
    Disaster,
    /// "Petugas akan segera bicara", then the comfort tone until a person speaks.
    Connected,
    /// "Mohon tunggu": the call-taker's audio was lost; then the comfort tone, again every 24 s.
    Wait,
    /// The call outlived a restart: says so, then the comfort tone until a person speaks.
    Restored,
    /// Music, for a caller on hold.
    Hold,
    /// "Sambungan Anda dialihkan", then the comfort tone.
    Diverted,
    /// "Tekan angka lima": for a silent call. Spoken once, over whatever the caller hears.
    SilentCall,
    /// "Jika darurat, tekan satu, atau bicaralah sekarang". Spoken once, over whatever the caller hears.
    Challenge,
}

impl Announcement {
    const ALL: [Self; 9] = [
        Self::Queue,
        Self::Disaster,
        Self::Connected,
        Self::Wait,
        Self::Restored,
        Self::Hold,
        Self::Diverted,
        Self::SilentCall,
        Self::Challenge,
    ];

    /// Spoken once and over voices; every other announcement is what is heard while nobody speaks.
    pub const fn is_prompt(self) -> bool {
        match self {
            Self::SilentCall | Self::Challenge => true,
            Self::Queue
            | Self::Disaster
            | Self::Connected
            | Self::Wait
            | Self::Restored
            | Self::Hold
            | Self::Diverted => false,
        }
    }

    /// Heard by those whom nobody has answered yet; they are told their place.
    const fn is_queue(self) -> bool {
        matches!(self, Self::Queue | Self::Disaster)
    }

    const fn file(self) -> &'static [u8] {
        match self {
            Self::Queue => wav!("antrean.wav"),
            Self::Disaster => wav!("bencana.wav"),
            Self::Connected => wav!("terhubung.wav"),
            Self::Wait => wav!("mohon-tunggu.wav"),
            Self::Restored => wav!("tersambung-kembali.wav"),
            Self::Hold => wav!("musik-tahan.wav"),
            Self::Diverted => wav!("dialihkan.wav"),
            Self::SilentCall => wav!("tekan-lima.wav"),
            Self::Challenge => wav!("darurat-tekan-satu.wav"),
        }
    }

    /// After how many frames it begins again; `None` when it does not.
    const fn repeat(self, own_frames: usize) -> Option<usize> {
        match self {
            // Longer: the caller's place comes after it.
            Self::Disaster => Some(DISASTER_REPEAT_FRAMES),
            Self::Queue | Self::Wait => {
                Some(if own_frames > REPEAT_FRAMES { own_frames } else { REPEAT_FRAMES })
            }
            Self::Hold => Some(own_frames),
            Self::Connected | Self::Restored | Self::Diverted | Self::SilentCall | Self::Challenge => None,
        }
    }
}

/// Every sound, ready to be sent in either law. Made once at start.
#[derive(Debug)]
pub struct Sounds {
    alaw: Set,
    ulaw: Set,
}

#[derive(Debug)]
struct Set {
    /// In the order of [`Announcement::ALL`], which is that of the enum.
    texts: Vec<Vec<Frame>>,
    places: Vec<Vec<Frame>>,
    tone: Vec<Frame>,
}

impl Sounds {
    /// The sounds that are part of the program.
    ///
    /// # Errors
    /// When one of the files is not A-law at 8000 Hz; the program was then built from a broken tree.
    pub fn built_in() -> Result<Arc<Self>, WavError> {
        let read = |file| Ok(frames(wav::read_alaw(file)?));
        let all =
            |files: &mut dyn Iterator<Item = &'static [u8]>| files.map(read).collect::<Result<_, WavError>>();
        let alaw = Set {
            texts: all(&mut Announcement::ALL.iter().map(|text| text.file()))?,
            places: all(&mut PLACE_WAVS.into_iter())?,
            tone: read(TONE_WAV)?,
        };
        let ulaw = Set {
            texts: alaw.texts.iter().map(|text| in_ulaw(text)).collect(),
            places: alaw.places.iter().map(|text| in_ulaw(text)).collect(),
            tone: in_ulaw(&alaw.tone),
        };
        Ok(Arc::new(Self { alaw, ulaw }))
    }

    /// The `position`-th frame of an announcement; after its words comes the comfort tone, for ever.
    pub fn frame(&self, announcement: Announcement, codec: Codec, position: usize) -> &Frame {
        self.frame_in_queue(announcement, None, codec, position)
    }

    /// As [`Self::frame`], and the queue text is followed by the caller's place, from 1.
    pub fn frame_in_queue(
        &self,
        announcement: Announcement,
        place: Option<usize>,
        codec: Codec,
        position: usize,
    ) -> &Frame {
        let set = match codec {
            Codec::Pcma => &self.alaw,
            Codec::Pcmu => &self.ulaw,
        };
        let text = &set.texts[announcement as usize];
        let position = announcement.repeat(text.len()).map_or(position, |frames| position % frames);
        let Some(after) = position.checked_sub(text.len()) else { return &text[position] };
        let told = place.filter(|place| *place > 0 && announcement.is_queue());
        let words = told.and_then(|place| set.places[place.min(PLACE_WAVS.len()) - 1].get(after));
        words.unwrap_or(&set.tone[after % set.tone.len()])
    }

    /// How many frames its words take.
    pub fn words(&self, announcement: Announcement) -> usize {
        self.alaw.texts[announcement as usize].len()
    }
}

/// A-law samples in frames; the last one ends in silence.
pub(crate) fn frames(samples: &[u8]) -> Vec<Frame> {
    samples
        .chunks(FRAME_BYTES)
        .map(|chunk| {
            let mut frame = [ALAW_SILENCE; FRAME_BYTES];
            frame[..chunk.len()].copy_from_slice(chunk);
            frame
        })
        .collect()
}

fn in_ulaw(frames: &[Frame]) -> Vec<Frame> {
    frames.iter().map(|frame| frame.map(g711::ulaw_from_alaw)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_text_comes_again_after_24_s_with_the_place_and_the_tone_between() {
        let sounds = Sounds::built_in().unwrap();
        let text = wav::read_alaw(Announcement::Queue.file()).unwrap();
        let tone = wav::read_alaw(TONE_WAV).unwrap();
        let text_frames = text.len().div_ceil(FRAME_BYTES);
        assert!(text_frames < REPEAT_FRAMES, "the text leaves room for the tone");
        let frame = |n| sounds.frame(Announcement::Queue, Codec::Pcma, n);
        assert_eq!(frame(3)[..], text[480..640]);
        assert_eq!(frame(text_frames)[..], tone[..FRAME_BYTES]);
        assert_eq!(frame(1_203), frame(3));
        let told = |place, n| sounds.frame_in_queue(Announcement::Queue, Some(place), Codec::Pcma, n);
        for (n, file) in PLACE_WAVS.iter().enumerate() {
            let words = wav::read_alaw(file).unwrap();
            assert!(text_frames + words.len() / FRAME_BYTES + 50 < REPEAT_FRAMES, "and a second of tone");
            assert_eq!(told(n + 1, text_frames + 20)[..], words[20 * FRAME_BYTES..21 * FRAME_BYTES]);
            assert_eq!(told(n + 1, 3), frame(3));
        }
        assert_eq!(told(usize::MAX, text_frames + 60), told(10, text_frames + 60));
        assert_eq!(told(0, text_frames + 60), frame(text_frames + 60));
    }

    #[test]
    fn a_short_last_frame_ends_in_silence() {
        let made = frames(&[1; 170]);
        assert_eq!(made.len(), 2);
        assert_eq!((made[1][9], made[1][10], made[1][159]), (1, ALAW_SILENCE, ALAW_SILENCE));
    }

    #[test]
    fn connected_ends_in_the_tone_and_does_not_repeat_its_words() {
        let sounds = Sounds::built_in().unwrap();
        let frame = |n| sounds.frame(Announcement::Connected, Codec::Pcmu, n);
        let words = sounds.words(Announcement::Connected);
        assert_eq!(frame(0), &sounds.ulaw.texts[Announcement::Connected as usize][0]);
        assert_eq!(frame(words), &sounds.ulaw.tone[0]);
        assert_eq!(frame(words + sounds.ulaw.tone.len() * 500), &sounds.ulaw.tone[0]);
    }

    #[test]
    fn every_announcement_has_its_own_words_and_hold_is_music_without_end() {
        let sounds = Sounds::built_in().unwrap();
        for (place, one) in Announcement::ALL.iter().enumerate() {
            assert_eq!(place, *one as usize);
            let words = sounds.words(*one);
            assert!((100..REPEAT_FRAMES).contains(&words), "{one:?}: {words} frames");
            for other in &Announcement::ALL[..place] {
                assert_ne!(one.file(), other.file());
            }
        }
        let music = sounds.words(Announcement::Hold);
        let frame = |n| sounds.frame(Announcement::Hold, Codec::Pcma, n);
        assert_eq!(frame(music), frame(0));
        assert_eq!(frame(music * 7 + 5), frame(5));
    }
}
