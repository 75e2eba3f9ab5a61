//! What is kept of an established call, so that another process can go on with it.
//!
//! It stands in the journal as [`HeldDialog`], written after every step that changes it and never in the way of an
//! answer. It tells everything by itself: of a long call the journal may have deleted what came before.
//!
//! Deliberately not here: what rings. A leg that nobody has answered is gone with its process.

mod dialog;

use std::collections::BTreeMap;
use std::net::IpAddr;

use call_media::room::{LegId, Remote};
use call_media::rtp::StreamPosition;
use call_media::sdp::Ours;
use call_media::srtp::SdesKeys;
use dispatch_core::call::fact::{Arrival, CallerClass, HeldDialog, SuperviseMode};
use dispatch_core::ids::UserId;
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use rsipstack::dialog::dialog::DialogSnapshot;
use serde::{Deserialize, Serialize};

use crate::call::Hand;
use crate::session_timer::SessionTimer;

/// An established call.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct KeptCall {
    pub(crate) since: Timestamp,
    pub(crate) arrival: Arrival,
    pub(crate) class: CallerClass,
    /// It rang at a seat: it has had its turn.
    #[serde(default)]
    pub(crate) had_turn: bool,
    pub(crate) hand: Hand,
    /// The caller hears music.
    pub(crate) on_hold: bool,
    /// The call-taker's browser was heard: it will come back.
    pub(crate) browser: bool,
    /// The call-taker's telephone still rang: it rings no more, and nobody will pick it up.
    #[serde(default)]
    pub(crate) phone_rang: bool,
    pub(crate) supervisors: BTreeMap<UserId, SuperviseMode>,
    pub(crate) timer: Option<SessionTimer>,
    /// The caller's leg first.
    pub(crate) legs: Vec<KeptLeg>,
}

/// One established leg.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct KeptLeg {
    pub(crate) id: LegId,
    dialog: dialog::Fields,
    /// Where a third party was called.
    pub(crate) target: Option<Private<String>>,
    /// The session timer of a leg that we opened.
    #[serde(default)]
    pub(crate) timer: Option<SessionTimer>,
    /// `None`: a leg without sound.
    #[serde(skip)]
    pub(crate) sound: Option<KeptSound>,
}

/// The sound of one leg.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct KeptSound {
    pub(crate) ours: Ours,
    pub(crate) peer: IpAddr,
    pub(crate) remote: Remote,
    /// What encrypts it; it reaches the journal as [`Private`] only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) keys: Option<SdesKeys>,
}

/// One leg's part of [`HeldDialog::media`].
#[derive(Serialize, Deserialize)]
struct SoundText {
    #[serde(flatten)]
    sound: KeptSound,
    position: StreamPosition,
}

impl KeptLeg {
    /// `None` when the dialog is not established.
    pub(crate) fn new(
        id: LegId,
        dialog: &DialogSnapshot,
        target: Option<Private<String>>,
        sound: Option<KeptSound>,
    ) -> Option<Self> {
        Some(Self { id, dialog: dialog::write(dialog)?, target, timer: None, sound })
    }

    /// The same with a session timer of its own.
    pub(crate) fn timed(self, timer: Option<SessionTimer>) -> Self {
        Self { timer, ..self }
    }

    /// The dialog, with our CSeq moved on. `None` when it cannot be read.
    pub(crate) fn dialog(&self) -> Option<DialogSnapshot> {
        dialog::read(&self.dialog)
    }
}

/// For the journal. `positions`: how far the stream of each leg that has sound has come.
pub(crate) fn write(
    kept: &KeptCall,
    positions: &[StreamPosition],
    recording: Option<String>,
) -> Option<HeldDialog> {
    let mut positions = positions.iter();
    let mut sounds = Vec::with_capacity(kept.legs.len());
    for leg in &kept.legs {
        let text = leg.sound.clone().zip(positions.next().copied());
        sounds.push(text.map(|(sound, position)| SoundText { sound, position }));
    }
    Some(HeldDialog {
        dialog: Private::new(serde_json::to_string(kept).ok()?),
        media: Private::new(serde_json::to_string(&sounds).ok()?),
        seat: kept.hand.talker(),
        recording,
    })
}

/// The call and, for each leg, how far its stream had come. `None` when it cannot be read: it was written by another
/// version.
pub(crate) fn read(held: &HeldDialog) -> Option<(KeptCall, Vec<Option<StreamPosition>>)> {
    let mut kept: KeptCall = serde_json::from_str(held.dialog.reveal()).ok()?;
    let sounds: Vec<Option<SoundText>> = serde_json::from_str(held.media.reveal()).ok()?;
    if kept.legs.len() != sounds.len() {
        return None;
    }
    let positions = sounds.iter().map(|text| text.as_ref().map(|text| text.position)).collect();
    for (leg, text) in kept.legs.iter_mut().zip(sounds) {
        leg.sound = text.map(|text| text.sound);
    }
    Some((kept, positions))
}
