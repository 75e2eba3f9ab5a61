//! One call's sound on the media thread: 20 ms at a time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use dispatch_core::ids::{CallId, UserId};

use super::EventSink;
use super::line::{Change, Line};
use super::mix::{Kind, Mix};
use super::seats::SeatDoor;
use super::tap::Tap;
use crate::announcement::{Announcement, Sounds};
use crate::level::LevelMeter;
use crate::room::{LegId, LegOrSeat, MediaEvent, Remote, SeatRole, SharedLevels};
use crate::rtp::{Codec, Sound};
use crate::srtp::SdesKeys;
use crate::tones;

/// Legs of one call. A conference of more is a mistake or an attack.
const LINES_MAX: usize = 16;
/// Seats in one call.
const SEATS_MAX: usize = 16;
/// Frames of speech until the caller counts as heard: 200 ms after the meter calls it speech.
const VOICE_HEARD_FRAMES: u32 = 10;

/// Room to work in, kept between the ticks so that none of them allocates.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    voices: Vec<Voice>,
    pressed: Vec<(usize, char)>,
    mix: Mix,
}

/// One participant in this tick.
#[derive(Debug)]
struct Voice {
    kind: Kind,
    present: bool,
    sound: Option<Sound>,
}

/// One room.
#[derive(Debug)]
pub(crate) struct RoomState {
    call: CallId,
    lines: Vec<Line>,
    seats: Vec<(UserId, SeatRole)>,
    held: bool,
    /// How long a number has been heard to ring, in frames.
    ringing: Option<usize>,
    caller: LevelMeter,
    centre: LevelMeter,
    voice_frames: u32,
    levels: Arc<SharedLevels>,
    tap: Option<Tap>,
}

impl RoomState {
    pub(crate) fn new(call: CallId, levels: Arc<SharedLevels>, tap: Option<Tap>) -> Self {
        Self {
            call,
            lines: Vec::new(),
            seats: Vec::new(),
            held: false,
            ringing: None,
            caller: LevelMeter::default(),
            centre: LevelMeter::default(),
            voice_frames: 0,
            levels,
            tap,
        }
    }

    /// Whether there is a recording to be ended.
    pub(crate) fn is_recorded(&self) -> bool {
        self.tap.as_ref().is_some_and(Tap::is_begun)
    }

    /// A leg with the same name takes the other's place: the other is closed.
    pub(crate) fn add_line(&mut self, line: Line) {
        self.lines.retain(|other| other.id != line.id);
        if self.lines.len() < LINES_MAX {
            self.lines.push(line);
        }
    }

    pub(crate) fn remove_line(&mut self, number: u64) {
        self.lines.retain(|line| line.number() != number);
    }

    pub(crate) fn set_remote(&mut self, number: u64, remote: Remote) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.number() == number) {
            line.set_remote(remote);
        }
    }

    pub(crate) fn set_srtp(&mut self, number: u64, keys: Option<SdesKeys>) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.number() == number) {
            line.set_srtp(keys);
        }
    }

    pub(crate) fn play(&mut self, leg: LegId, announcement: Announcement) {
        if let Some(line) = self.line(leg) {
            line.play(announcement);
        }
    }

    pub(crate) fn press(&mut self, leg: LegId, keys: &str) {
        if let Some(line) = self.line(leg) {
            line.press(keys);
        }
    }

    pub(crate) fn seat(&mut self, user: UserId, role: SeatRole) {
        if let Some(seat) = self.seats.iter_mut().find(|(seated, _)| *seated == user) {
            seat.1 = role;
        } else if self.seats.len() < SEATS_MAX {
            self.seats.push((user, role));
        }
    }

    pub(crate) fn unseat(&mut self, user: UserId) {
        self.seats.retain(|(seated, _)| *seated != user);
    }

    pub(crate) fn hold(&mut self, on: bool) {
        self.held = on;
        if on {
            self.play(LegId::Caller, Announcement::Hold);
        }
    }

    pub(crate) fn ringback(&mut self, on: bool) {
        self.ringing = if on { self.ringing.or(Some(0)) } else { None };
    }

    /// A seat pressed a key: everybody who would hear the seat gets it.
    pub(crate) fn seat_pressed(&mut self, user: UserId, key: char, events: &mut EventSink) {
        let Some((_, role)) = self.seats.iter().find(|(seated, _)| *seated == user) else { return };
        self.pass_on(Kind::Seat(*role), None, key);
        events.tell(MediaEvent::Digit { call: self.call, from: LegOrSeat::Seat(user), digit: key });
    }

    pub(crate) fn skip(&mut self, frames: u32) {
        for line in &mut self.lines {
            line.skip(frames);
        }
        self.tap.iter_mut().for_each(|tap| tap.skip(frames));
    }

    pub(crate) fn tick(
        &mut self,
        now: Instant,
        seats: &mut SeatDoor,
        sounds: &Sounds,
        scratch: &mut Scratch,
        events: &mut EventSink,
    ) {
        self.receive(now, &mut scratch.pressed, events);
        self.gather(seats, &mut scratch.voices);
        self.send(sounds, scratch);
        self.fill_seats(seats, &scratch.voices);
        self.measure(scratch, events);
    }

    fn receive(&mut self, now: Instant, pressed: &mut Vec<(usize, char)>, events: &mut EventSink) {
        let call = self.call;
        pressed.clear();
        for (place, line) in self.lines.iter_mut().enumerate() {
            line.receive(now, |key| pressed.push((place, key)));
            let leg = line.id;
            match line.watch(now) {
                Some(Change::Silent(silent_for)) => {
                    events.tell(MediaEvent::LegSilent { call, leg, silent_for })
                }
                Some(Change::Back) => events.tell(MediaEvent::LegBack { call, leg }),
                None => {}
            }
        }
        for (place, key) in pressed.drain(..) {
            let leg = self.lines[place].id;
            self.pass_on(self.kind_of(leg), Some(place), key);
            events.tell(MediaEvent::Digit { call, from: LegOrSeat::Leg(leg), digit: key });
        }
    }

    /// Everybody's voice in this tick: first the legs, then the seats, each in its order, and behind them what rings.
    fn gather(&mut self, seats: &SeatDoor, voices: &mut Vec<Voice>) {
        voices.clear();
        for line in &self.lines {
            voices.push(Voice { kind: self.kind_of(line.id), present: line.present(), sound: line.heard });
        }
        for (user, role) in &self.seats {
            let (present, sound) = seats.heard(*user);
            voices.push(Voice { kind: Kind::Seat(*role), present, sound });
        }
        if let Some(position) = &mut self.ringing {
            let sound = Some(Sound { codec: Codec::Pcma, bytes: tones::ringback(*position) });
            voices.push(Voice { kind: Kind::Party, present: true, sound });
            *position += 1;
        }
    }

    fn send(&mut self, sounds: &Sounds, scratch: &mut Scratch) {
        let Scratch { voices, mix, .. } = scratch;
        let in_queue = Some(self.levels.place.load(Ordering::Relaxed)).filter(|place| *place > 0);
        if let Some(line) = self.line(LegId::Caller) {
            line.set_place(in_queue);
        }
        for (place, line) in self.lines.iter_mut().enumerate() {
            let listener = voices[place].kind;
            let mut talker = false;
            mix.clear();
            for (other, voice) in voices.iter().enumerate() {
                if other != place && listener.hears(voice.kind) {
                    talker |= voice.present;
                    voice.sound.iter().for_each(|sound| mix.add(sound));
                }
            }
            line.send(mix.frame(line.codec()), talker, sounds);
        }
    }

    fn fill_seats(&self, seats: &mut SeatDoor, voices: &[Voice]) {
        for (n, (user, role)) in self.seats.iter().enumerate() {
            let own = self.lines.len() + n;
            let heard = voices
                .iter()
                .enumerate()
                .filter(|(place, voice)| *place != own && Kind::Seat(*role).hears(voice.kind))
                .filter_map(|(_, voice)| voice.sound.as_ref());
            seats.fill(*user, heard);
        }
    }

    fn measure(&mut self, scratch: &mut Scratch, events: &mut EventSink) {
        let Scratch { voices, mix, .. } = scratch;
        mix.clear();
        for voice in voices.iter().filter(|voice| voice.kind.on_the_right()) {
            voice.sound.iter().for_each(|sound| mix.add(sound));
        }
        let centre = mix.frame(Codec::Pcma).map(|bytes| Sound { codec: Codec::Pcma, bytes });
        let caller = self.lines.iter().find(|line| line.id == LegId::Caller);
        let heard = caller.and_then(|line| line.heard);
        if let Some(tap) = &mut self.tap {
            // While nobody of the centre speaks, what the caller hears instead belongs to the record.
            let right = centre.or_else(|| caller.and_then(|line| line.announced));
            tap.take(heard, right, events);
        }
        self.caller.take(heard.as_ref());
        self.centre.take(centre.as_ref());
        self.levels.caller_db.store(self.caller.shown(), Ordering::Relaxed);
        self.levels.centre_db.store(self.centre.shown(), Ordering::Relaxed);
        self.levels.caller_voice.store(self.caller.voice(), Ordering::Relaxed);
        if self.caller.voice() && self.voice_frames < VOICE_HEARD_FRAMES {
            self.voice_frames += 1;
            if self.voice_frames == VOICE_HEARD_FRAMES {
                events.tell(MediaEvent::VoiceHeard { call: self.call });
            }
        }
    }

    /// Gives a key to every leg that hears the one who pressed it, as the telephone network does.
    fn pass_on(&mut self, speaker: Kind, from: Option<usize>, key: char) {
        let mut text = [0; 4];
        let text = key.encode_utf8(&mut text);
        for place in 0..self.lines.len() {
            if Some(place) != from && self.kind_of(self.lines[place].id).hears(speaker) {
                self.lines[place].press(text);
            }
        }
    }

    fn line(&mut self, leg: LegId) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.id == leg)
    }

    /// A desk phone talks unless its owner was given another role.
    fn kind_of(&self, leg: LegId) -> Kind {
        match leg {
            LegId::Caller => Kind::Caller { held: self.held },
            LegId::Party(_) => Kind::Party,
            LegId::PhoneSeat(user) => {
                let role = self.seats.iter().find(|(seated, _)| *seated == user).map(|(_, role)| *role);
                Kind::Seat(role.unwrap_or(SeatRole::Talk))
            }
        }
    }
}
