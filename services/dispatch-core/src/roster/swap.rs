//! Letting another person take a shift (tukar piket): asked, agreed to, approved by somebody who gains nothing by it.

use serde::{Deserialize, Serialize};

use super::change::{By, RosterEvent, RosterRefusal, may_plan};
use super::{Person, Roster, Shift};
use crate::ids::{RosterPersonId, ShiftId, SwapId, UserId};
use crate::limits::{NOTE_BYTES_MAX, SWAPS_OPEN_MAX};
use crate::private::Private;
use crate::time::Timestamp;

/// A wish to let another person take a shift, for one of theirs or for nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Swap {
    /// Its id.
    pub id: SwapId,
    /// The shift that changes hands.
    pub shift: ShiftId,
    /// Whose it was when it was asked.
    pub from: RosterPersonId,
    /// Who is to take it.
    pub to: RosterPersonId,
    /// The shift that comes back for it, if one does.
    pub back: Option<ShiftId>,
    /// Why, in the words of whoever asked.
    pub note: Private<String>,
    /// How far it is.
    pub state: SwapState,
    /// Who asked.
    pub asked_by: UserId,
    /// When.
    pub asked_at: Timestamp,
    /// Who said that the other person agrees: themselves, or whoever rang them.
    pub agreed_by: Option<UserId>,
    /// Who approved, refused or withdrew it.
    pub ended_by: Option<UserId>,
}

/// How far a swap is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapState {
    /// The other person has not said yet.
    Asked,
    /// The other person agrees; somebody has to approve.
    Agreed,
    /// The shifts have changed hands.
    Approved,
    /// The other person or the approver said no.
    Refused,
    /// Whoever asked took it back.
    Withdrawn,
}

impl SwapState {
    /// Whether somebody still has to act.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Agreed)
    }
}

/// What somebody does with a swap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapStep {
    /// The other person agrees.
    Agree,
    /// Let the shifts change hands; not by who is in it or asked for it.
    Approve,
    /// No.
    Refuse,
    /// Take the wish back.
    Withdraw,
}

impl Roster {
    pub(super) fn ask(
        &self,
        id: SwapId,
        shift: ShiftId,
        to: RosterPersonId,
        back: Option<ShiftId>,
        note: Private<String>,
        by: By,
    ) -> Result<RosterEvent, RosterRefusal> {
        if note.reveal().len() > NOTE_BYTES_MAX {
            return Err(RosterRefusal::Malformed("note"));
        }
        let given = self.shift(shift)?;
        let from = self.person(given.person)?;
        may_plan(from.agency, by).or_else(|refusal| from.is(by.user).then_some(()).ok_or(refusal))?;
        let open = || self.swaps.values().filter(|swap| swap.state.is_open());
        if open().count() >= SWAPS_OPEN_MAX {
            return Err(RosterRefusal::TooMany);
        }
        let takes = |swap: &Swap, shift: ShiftId| swap.shift == shift || swap.back == Some(shift);
        if self.swaps.contains_key(&id)
            || open().any(|swap| takes(swap, shift) || back.is_some_and(|back| takes(swap, back)))
        {
            return Err(RosterRefusal::SwapTaken);
        }
        let swap = Swap {
            id,
            shift,
            from: from.id,
            to,
            back,
            note,
            state: SwapState::Asked,
            asked_by: by.user,
            asked_at: by.at,
            agreed_by: None,
            ended_by: None,
        };
        self.exchanged(&swap, by.at)?;
        Ok(RosterEvent::SwapMoved { swap })
    }

    pub(super) fn step(&self, id: SwapId, step: SwapStep, by: By) -> Result<RosterEvent, RosterRefusal> {
        let mut swap = self.swaps.get(&id).ok_or(RosterRefusal::UnknownSwap)?.clone();
        // Who has left can agree to nothing, but what they were asked can still be ended.
        let known = |id| self.people.get(&id).ok_or(RosterRefusal::UnknownPerson);
        let (from, to) = (known(swap.from)?, known(swap.to)?);
        let plans = may_plan(from.agency, by);
        let asked = swap.asked_by == by.user || from.is(by.user);
        match step {
            SwapStep::Agree => {
                if swap.state != SwapState::Asked {
                    return Err(RosterRefusal::SwapState);
                }
                // Who has no account says it to somebody who plans.
                plans.or_else(|refusal| to.is(by.user).then_some(()).ok_or(refusal))?;
                if to.user.is_some() && !to.is(by.user) {
                    return Err(RosterRefusal::NotYours);
                }
                self.exchanged(&swap, by.at)?;
                swap.state = SwapState::Agreed;
                swap.agreed_by = Some(by.user);
            }
            SwapStep::Approve => {
                plans?;
                if swap.state != SwapState::Agreed {
                    return Err(RosterRefusal::SwapState);
                }
                if asked || to.is(by.user) {
                    return Err(RosterRefusal::OwnSwap);
                }
                let shifts = self.exchanged(&swap, by.at)?;
                swap.state = SwapState::Approved;
                swap.ended_by = Some(by.user);
                return Ok(RosterEvent::SwapApproved { swap, shifts });
            }
            SwapStep::Refuse | SwapStep::Withdraw if !swap.state.is_open() => {
                return Err(RosterRefusal::SwapState);
            }
            SwapStep::Refuse => {
                plans.or_else(|refusal| to.is(by.user).then_some(()).ok_or(refusal))?;
                swap.state = SwapState::Refused;
                swap.ended_by = Some(by.user);
            }
            SwapStep::Withdraw => {
                plans.or_else(|refusal| asked.then_some(()).ok_or(refusal))?;
                swap.state = SwapState::Withdrawn;
                swap.ended_by = Some(by.user);
            }
        }
        Ok(RosterEvent::SwapMoved { swap })
    }

    /// The shifts of a swap in their new hands, if that can still be.
    fn exchanged(&self, swap: &Swap, at: Timestamp) -> Result<Vec<Shift>, RosterRefusal> {
        let (from, to) = (self.person(swap.from)?, self.person(swap.to)?);
        if from.id == to.id || (from.agency, from.post) != (to.agency, to.post) {
            return Err(RosterRefusal::NotAPair);
        }
        let given = *self.shift(swap.shift)?;
        let back = swap.back.map(|back| self.shift(back).copied()).transpose()?;
        let but: Vec<ShiftId> = [swap.shift].into_iter().chain(swap.back).collect();
        let mut exchanged = Vec::with_capacity(2);
        for (shift, owner, taker) in
            [(Some(given), from, to), (back, to, from)].into_iter().filter_map(|(s, o, t)| Some((s?, o, t)))
        {
            if shift.person != owner.id {
                return Err(RosterRefusal::SwapTaken);
            }
            if shift.from <= at {
                return Err(RosterRefusal::Begun);
            }
            if self.has_shift_between(taker.id, shift.from, shift.to, &but) {
                return Err(RosterRefusal::Overlap);
            }
            exchanged.push(Shift { person: taker.id, ..shift });
        }
        Ok(exchanged)
    }
}

impl Person {
    fn is(&self, user: UserId) -> bool {
        self.user == Some(user)
    }
}
