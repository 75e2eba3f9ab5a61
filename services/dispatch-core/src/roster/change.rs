//! Changing a roster: what may be asked, what follows, why not.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::swap::{Swap, SwapStep};
use super::{Person, Roster, Shift};
use crate::ids::{AgencyId, RosterPersonId, ShiftId, SwapId, UserId};
use crate::limits::{ROSTER_PEOPLE_MAX, SHIFTS_PER_REQUEST_MAX, SHIFTS_PLANNED_MAX, SHORT_TEXT_BYTES_MAX};
use crate::private::Private;
use crate::time::{Seconds, Timestamp};

/// A shift is no longer than a day: who is awake for longer is not on duty.
const SHIFT_MAX: Seconds = Seconds(24 * 3600);
/// How far ahead shifts are planned: a year and a bit. A later one is a slip in the date.
const AHEAD_MAX: Seconds = Seconds(400 * 24 * 3600);

/// Whose rosters somebody may plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Everybody's: a supervisor or an admin.
    All,
    /// Those of one agency: its dispatcher.
    Agency(AgencyId),
    /// None; only the swaps that they are in.
    Own,
}

/// Who asks, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct By {
    /// Who.
    pub user: UserId,
    /// Whose rosters they may plan.
    pub reach: Reach,
    /// When.
    pub at: Timestamp,
}

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RosterCommand {
    /// Add a person, or change what is known of one.
    SetPerson(Box<Person>),
    /// Plan shifts, all or none.
    Plan {
        /// Which.
        shifts: Vec<Shift>,
        /// By which decree or letter, where one was named.
        decree: Option<String>,
    },
    /// Take a shift out that has not begun; one that runs ends now.
    Cancel(ShiftId),
    /// Ask that another person takes a shift.
    AskSwap {
        /// Its id, new.
        id: SwapId,
        /// The shift.
        shift: ShiftId,
        /// Who is to take it.
        to: RosterPersonId,
        /// Which shift of theirs comes back for it.
        back: Option<ShiftId>,
        /// Why.
        note: Private<String>,
    },
    /// Go on with a swap.
    StepSwap(SwapId, SwapStep),
}

/// What happened to a roster.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum RosterEvent {
    /// A person was added or changed.
    PersonSet {
        /// As they are now.
        person: Person,
    },
    /// Shifts were planned.
    ShiftsPlanned {
        /// Which.
        shifts: Vec<Shift>,
        /// By which decree or letter, where one was named (Pasal 26(4)d).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decree: Option<String>,
    },
    /// A shift that had not begun was taken out.
    ShiftCancelled {
        /// Which.
        shift: ShiftId,
    },
    /// A shift ended before its time.
    ShiftCut {
        /// Which, with its new end.
        shift: Shift,
    },
    /// A swap was asked for, agreed to, refused or taken back.
    SwapMoved {
        /// As it is now.
        swap: Swap,
    },
    /// A swap was approved: the shifts have other people now.
    SwapApproved {
        /// As it is now.
        swap: Swap,
        /// The shifts as they are now.
        shifts: Vec<Shift>,
    },
}

/// Why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum RosterRefusal {
    /// The roster is another office's.
    #[error("the roster belongs to another office")]
    NotYours,
    /// There is no such person, or they have left.
    #[error("there is no such person")]
    UnknownPerson,
    /// There is no such shift any more.
    #[error("there is no such shift")]
    UnknownShift,
    /// There is no such swap.
    #[error("there is no such swap")]
    UnknownSwap,
    /// A text, number or address cannot be what it should be.
    #[error("{0} is not well formed")]
    Malformed(&'static str),
    /// The post does not belong to such an office.
    #[error("the post does not fit the office")]
    PostMismatch,
    /// A shift is empty, longer than a day, over, or too far ahead.
    #[error("the times of a shift are impossible")]
    ShiftTimes,
    /// The person has another shift then.
    #[error("the person has another shift at that time")]
    Overlap,
    /// More than the limits allow.
    #[error("there are too many")]
    TooMany,
    /// The shift has begun already.
    #[error("the shift has begun")]
    Begun,
    /// The other person is the same, or of another office or post.
    #[error("the two cannot swap")]
    NotAPair,
    /// The shift is in another swap, or has other hands by now.
    #[error("the shift is in another swap")]
    SwapTaken,
    /// The swap is not at that point.
    #[error("the swap is not at that point")]
    SwapState,
    /// Whoever is in a swap, or asked for it, does not approve it.
    #[error("whoever is in a swap does not approve it")]
    OwnSwap,
}

impl Roster {
    /// What follows from a command. Nothing when it is so already.
    ///
    /// # Errors
    /// Why it cannot be; nothing has changed then.
    pub fn decide(&self, command: RosterCommand, by: By) -> Result<Option<RosterEvent>, RosterRefusal> {
        match command {
            RosterCommand::SetPerson(person) => self.set_person(*person, by),
            RosterCommand::Plan { shifts, decree } => self.plan(shifts, decree, by).map(Some),
            RosterCommand::Cancel(shift) => self.cancel(shift, by).map(Some),
            RosterCommand::AskSwap { id, shift, to, back, note } => {
                self.ask(id, shift, to, back, note, by).map(Some)
            }
            RosterCommand::StepSwap(id, step) => self.step(id, step, by).map(Some),
        }
    }

    /// The roster after an event.
    pub fn apply(&mut self, event: &RosterEvent) {
        match event {
            RosterEvent::PersonSet { person } => {
                self.people.insert(person.id, person.clone());
            }
            RosterEvent::ShiftsPlanned { shifts, decree: _ } => {
                self.shifts.extend(shifts.iter().map(|shift| (shift.id, *shift)));
            }
            RosterEvent::ShiftCancelled { shift } => {
                self.shifts.remove(shift);
            }
            RosterEvent::ShiftCut { shift } => {
                self.shifts.insert(shift.id, *shift);
            }
            RosterEvent::SwapMoved { swap } => {
                self.swaps.insert(swap.id, swap.clone());
            }
            RosterEvent::SwapApproved { swap, shifts } => {
                self.swaps.insert(swap.id, swap.clone());
                self.shifts.extend(shifts.iter().map(|shift| (shift.id, *shift)));
            }
        }
    }

    fn set_person(&self, person: Person, by: By) -> Result<Option<RosterEvent>, RosterRefusal> {
        may_plan(person.agency, by)?;
        let known = self.people.get(&person.id);
        if let Some(known) = known {
            may_plan(known.agency, by)?;
        } else if self.people.len() >= ROSTER_PEOPLE_MAX {
            return Err(RosterRefusal::TooMany);
        }
        if person.post.is_of_an_agency() != person.agency.is_some() {
            return Err(RosterRefusal::PostMismatch);
        }
        let named =
            !person.name.reveal().trim().is_empty() && person.name.reveal().len() <= SHORT_TEXT_BYTES_MAX;
        if !named {
            return Err(RosterRefusal::Malformed("name"));
        }
        if person.phone.as_ref().is_some_and(|phone| !is_number(phone.reveal())) {
            return Err(RosterRefusal::Malformed("phone"));
        }
        if person.email.as_ref().is_some_and(|email| !is_mail(email.reveal())) {
            return Err(RosterRefusal::Malformed("email"));
        }
        let same = known.is_some_and(|known| *known == person);
        Ok((!same).then_some(RosterEvent::PersonSet { person }))
    }

    fn plan(&self, shifts: Vec<Shift>, decree: Option<String>, by: By) -> Result<RosterEvent, RosterRefusal> {
        let open = self.shifts.values().filter(|shift| shift.to > by.at).count();
        if shifts.is_empty()
            || shifts.len() > SHIFTS_PER_REQUEST_MAX
            || open + shifts.len() > SHIFTS_PLANNED_MAX
        {
            return Err(RosterRefusal::TooMany);
        }
        let mut planned: Vec<Shift> = Vec::with_capacity(shifts.len());
        for shift in shifts {
            let person = self.person(shift.person)?;
            may_plan(person.agency, by)?;
            let possible = shift.from < shift.to
                && shift.to <= shift.from.after(SHIFT_MAX)
                && shift.to > by.at
                && shift.from <= by.at.after(AHEAD_MAX);
            if !possible {
                return Err(RosterRefusal::ShiftTimes);
            }
            let twice = planned.iter().any(|other| {
                other.id == shift.id || (other.person == shift.person && other.overlaps(shift.from, shift.to))
            });
            if twice
                || self.shifts.contains_key(&shift.id)
                || self.has_shift_between(shift.person, shift.from, shift.to, &[])
            {
                return Err(RosterRefusal::Overlap);
            }
            planned.push(shift);
        }
        Ok(RosterEvent::ShiftsPlanned { shifts: planned, decree })
    }

    fn cancel(&self, id: ShiftId, by: By) -> Result<RosterEvent, RosterRefusal> {
        let shift = self.shift(id)?;
        let agency = self.people.get(&shift.person).and_then(|person| person.agency);
        may_plan(agency, by)?;
        if shift.from > by.at {
            return Ok(RosterEvent::ShiftCancelled { shift: id });
        }
        if shift.to <= by.at {
            return Err(RosterRefusal::UnknownShift);
        }
        Ok(RosterEvent::ShiftCut { shift: Shift { to: by.at, ..*shift } })
    }

    pub(super) fn person(&self, id: RosterPersonId) -> Result<&Person, RosterRefusal> {
        self.people.get(&id).filter(|person| person.active).ok_or(RosterRefusal::UnknownPerson)
    }

    pub(super) fn shift(&self, id: ShiftId) -> Result<&Shift, RosterRefusal> {
        self.shifts.get(&id).ok_or(RosterRefusal::UnknownShift)
    }
}

pub(super) fn may_plan(agency: Option<AgencyId>, by: By) -> Result<(), RosterRefusal> {
    let may = match by.reach {
        Reach::All => true,
        Reach::Agency(own) => agency == Some(own),
        Reach::Own => false,
    };
    if may { Ok(()) } else { Err(RosterRefusal::NotYours) }
}

/// E.164: at most 15 digits; the shortest are service numbers.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// One `@` with something on both sides, in one piece: what mail servers refuse they refuse with a reason.
fn is_mail(text: &str) -> bool {
    let plain =
        text.len() <= 254 && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>,;\"()".contains(&byte));
    plain
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.contains('@') && host.split('.').all(|label| !label.is_empty())
        })
}
