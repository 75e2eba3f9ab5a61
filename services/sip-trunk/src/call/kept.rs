//! Writing an established call down, so that another process could go on with it.

use call_media::room::LegId;
use dispatch_core::call::fact::CallFact;
use dispatch_core::duty::Audio;

use super::Call;
use crate::restore::{self, KeptCall, KeptLeg};

impl Call {
    /// After each step: what another process would have to know, when it is not on record yet. Nobody waits for it.
    pub(super) fn keep(&mut self) {
        let Some(kept) = self.to_keep() else { return };
        if self.kept.as_deref() == Some(&kept) {
            return;
        }
        let recording = self.room.as_ref().and(self.core.recording_of(self.id));
        let Some(held) = restore::write(&kept, &self.positions(), recording) else { return };
        // A journal that has no room now gets it after the next step.
        if self.core.note(self.id, CallFact::DialogHeld(Box::new(held))) {
            self.kept = Some(Box::new(kept));
        }
    }

    fn to_keep(&self) -> Option<KeptCall> {
        let dialog = self.dialog.as_ref().filter(|_| self.entry.view().confirmed && !self.hangup_wanted)?;
        let caller = KeptLeg::new(LegId::Caller, &dialog.snapshot(), None, self.entry.leg().kept())?;
        let others = self.outside.established().filter(|(id, ..)| *id != LegId::Caller);
        let others = others.filter_map(|(id, dialog, entry)| {
            let target = match id {
                LegId::Party(party) => Some(self.parties.get(&party)?.target.clone()),
                LegId::Caller | LegId::PhoneSeat(_) => None,
            };
            let leg = KeptLeg::new(id, &dialog.snapshot(), target, entry.leg().kept())?;
            Some(leg.timed(self.outside.timer(id)))
        });
        let browser = self.centre.talker().is_some_and(|user| {
            self.core.seats.audio(user) == Audio::Browser && self.core.media.seat_connected(user)
        });
        let phone_rang =
            self.centre.talker().is_some_and(|user| self.outside.is_ringing(LegId::PhoneSeat(user)));
        Some(KeptCall {
            since: self.entry.since,
            arrival: self.arrival.clone(),
            class: self.class,
            had_turn: self.centre.had_turn,
            hand: self.centre.hand,
            on_hold: self.centre.held,
            browser,
            phone_rang,
            supervisors: self.centre.supervisors.clone(),
            timer: self.signalling.timer,
            legs: std::iter::once(caller).chain(others).collect(),
        })
    }

    /// How far the streams have come, in the order of the legs that have sound.
    fn positions(&self) -> Vec<call_media::rtp::StreamPosition> {
        let others = self.outside.established().filter(|(id, ..)| *id != LegId::Caller);
        let entries = std::iter::once(&self.entry).chain(others.map(|(.., entry)| entry));
        entries.filter_map(|entry| entry.leg().position()).collect()
    }
}
