//! Duty rosters (jadwal piket): who of an office is on shift when, whom to ring, and how shifts change hands.
//!
//! A person of a roster need not have an account: the officer on duty of an agency is somebody with a telephone. A
//! person who is `standing` can be rung at any hour (the head of a service); everybody else while a shift of theirs
//! runs. What was planned is data; [`Roster::on_duty`] says whom to ring at a moment, [`Roster::gaps`] when nobody is.

mod change;
pub mod handover;
mod swap;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{AgencyId, RosterPersonId, ShiftId, SwapId, UserId};
use crate::private::Private;
use crate::time::Timestamp;

pub use change::{By, Reach, RosterCommand, RosterEvent, RosterRefusal};
pub use swap::{Swap, SwapState, SwapStep};

/// What a person is on duty as.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Post {
    /// Petugas penerima panggilan of the centre.
    CallTaker,
    /// Petugas piket of an agency: the duty phone.
    DutyOfficer,
    /// Kepala bidang of an agency.
    AgencyHead,
    /// Kepala dinas, Kasat, Kapolres: the head of the service.
    ServiceHead,
    /// Piket Sekda: the regional secretary's officer on duty.
    Sekda,
}

impl Post {
    /// All posts.
    pub const ALL: [Self; 5] =
        [Self::CallTaker, Self::DutyOfficer, Self::AgencyHead, Self::ServiceHead, Self::Sekda];

    /// The code as stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CallTaker => "call_taker",
            Self::DutyOfficer => "duty_officer",
            Self::AgencyHead => "agency_head",
            Self::ServiceHead => "service_head",
            Self::Sekda => "sekda",
        }
    }

    /// The post with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|post| post.code() == code)
    }

    /// Whether it is a post of an agency, and not of the centre or the government.
    pub const fn is_of_an_agency(self) -> bool {
        match self {
            Self::DutyOfficer | Self::AgencyHead | Self::ServiceHead => true,
            Self::CallTaker | Self::Sekda => false,
        }
    }
}

/// Somebody who can be on duty.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: RosterPersonId,
    /// Of which agency; none for the centre and the government.
    pub agency: Option<AgencyId>,
    /// As what.
    pub post: Post,
    /// What to call them.
    pub name: Private<String>,
    /// A number that can be rung, as the exchange dials it: an optional `+` and 3 to 15 digits (E.164).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Private<String>>,
    /// Where mail reaches them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Private<String>>,
    /// Their account, if they have one: then they ask and agree themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Can be rung at any hour, shift or not.
    #[serde(default)]
    pub standing: bool,
    /// Whether they are still there.
    pub active: bool,
    /// By which decree or letter, where one was named (Pasal 26(4)d).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decree: Option<String>,
}

/// One shift of one person (sif, piket).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shift {
    /// Its id.
    pub id: ShiftId,
    /// Whose.
    pub person: RosterPersonId,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends; not part of it.
    pub to: Timestamp,
}

impl Shift {
    /// Whether a moment lies in it.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    fn overlaps(&self, from: Timestamp, to: Timestamp) -> bool {
        self.from < to && from < self.to
    }
}

/// The duty rosters of a site: everybody, the shifts that have not ended long ago, the swaps of those.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roster {
    /// The people.
    pub people: BTreeMap<RosterPersonId, Person>,
    /// The shifts.
    pub shifts: BTreeMap<ShiftId, Shift>,
    /// The swaps.
    pub swaps: BTreeMap<SwapId, Swap>,
}

/// A time without anybody on duty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
}

impl Roster {
    /// Whom to ring for a post at a moment: those on shift in the order in which they came, then those who are
    /// standing. Nobody twice, nobody who has left.
    pub fn on_duty(&self, agency: Option<AgencyId>, post: Post, at: Timestamp) -> Vec<&Person> {
        let fits = |person: &&Person| person.active && person.agency == agency && person.post == post;
        let mut running: Vec<&Shift> = self.shifts.values().filter(|shift| shift.holds_at(at)).collect();
        running.sort_by_key(|shift| (shift.from, shift.id));
        let on_shift = running.iter().filter_map(|shift| self.people.get(&shift.person)).filter(fits);
        let standing = self.people.values().filter(fits).filter(|person| person.standing);
        let mut found: Vec<&Person> = Vec::new();
        for person in on_shift.chain(standing) {
            if !found.iter().any(|known| known.id == person.id) {
                found.push(person);
            }
        }
        found
    }

    /// When nobody of a post is on duty between two moments. Empty where somebody is standing.
    pub fn gaps(&self, agency: Option<AgencyId>, post: Post, from: Timestamp, to: Timestamp) -> Vec<Gap> {
        let fits = |person: &Person| person.active && person.agency == agency && person.post == post;
        if self.people.values().any(|person| fits(person) && person.standing) {
            return Vec::new();
        }
        let of_the_post = |shift: &&Shift| self.people.get(&shift.person).is_some_and(fits);
        let mut shifts: Vec<&Shift> =
            self.shifts.values().filter(of_the_post).filter(|shift| shift.overlaps(from, to)).collect();
        shifts.sort_by_key(|shift| shift.from);
        let mut gaps = Vec::new();
        let mut covered_until = from;
        for shift in shifts {
            if shift.from > covered_until {
                gaps.push(Gap { from: covered_until, to: shift.from });
            }
            covered_until = covered_until.max(shift.to);
        }
        if covered_until < to {
            gaps.push(Gap { from: covered_until, to });
        }
        gaps
    }

    /// The shifts of a person that touch a time, except one.
    fn has_shift_between(
        &self,
        person: RosterPersonId,
        from: Timestamp,
        to: Timestamp,
        but: &[ShiftId],
    ) -> bool {
        let theirs = |shift: &&Shift| shift.person == person && !but.contains(&shift.id);
        self.shifts.values().filter(theirs).any(|shift| shift.overlaps(from, to))
    }
}
