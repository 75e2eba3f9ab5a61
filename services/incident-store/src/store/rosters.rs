//! Questions about duty rosters and hand-overs of shifts.

use dispatch_core::ids::{AgencyId, ShiftHandoverId};
use dispatch_core::limits::{HANDOVERS_LISTED_MAX, SHIFTS_PLANNED_MAX};
use dispatch_core::roster::handover::ShiftHandover;
use dispatch_core::roster::{Person, Roster, Shift, Swap};
use dispatch_core::time::{Seconds, Timestamp};

use super::Store;
use crate::engine::{Row, Value};
use crate::error::StoreError;

/// For how long shifts that ended, and swaps that were decided, are part of the roster that is worked on.
pub(crate) const ROSTER_KEPT: Seconds = Seconds(24 * 3600);
/// Everybody.
pub(crate) const ROSTER_PEOPLE: &str = "SELECT person FROM roster_person ORDER BY id";
/// The shifts that end after a moment.
pub(crate) const ROSTER_SHIFTS: &str = "SELECT id, person, from_us, to_us FROM roster_shift WHERE to_us > $1";
/// The swaps that are open, or were asked for after a moment.
pub(crate) const ROSTER_SWAPS: &str = "SELECT swap FROM roster_swap WHERE is_open = 1 OR asked_us > $1";

impl Store {
    /// The duty rosters: everybody, the shifts that end after a moment, the swaps that are open or younger than it.
    pub async fn roster(&self, since: Timestamp) -> Result<Roster, StoreError> {
        let people = self.readers().rows(ROSTER_PEOPLE, vec![]).await?;
        let shifts = self.readers().rows(ROSTER_SHIFTS, vec![since.into()]).await?;
        let swaps = self.readers().rows(ROSTER_SWAPS, vec![since.into()]).await?;
        read_roster(&people, &shifts, &swaps)
    }

    /// The duty rosters as far as they say who is on duty at a moment.
    pub async fn roster_at(&self, at: Timestamp) -> Result<Roster, StoreError> {
        let people = self.readers().rows(ROSTER_PEOPLE, vec![]).await?;
        let running =
            "SELECT id, person, from_us, to_us FROM roster_shift WHERE from_us <= $1 AND to_us > $1 LIMIT $2";
        let limit = i64::try_from(SHIFTS_PLANNED_MAX).unwrap_or(i64::MAX);
        let shifts = self.readers().rows(running, vec![at.into(), Value::from(limit)]).await?;
        read_roster(&people, &shifts, &[])
    }

    /// The hand-overs of an office: those that nobody has taken, then the newest.
    pub async fn shift_handovers(&self, office: Option<AgencyId>) -> Result<Vec<ShiftHandover>, StoreError> {
        let sql = "SELECT handover FROM shift_handover WHERE office = $1 ORDER BY is_open DESC, at_us DESC, id LIMIT $2";
        let values = vec![office_name(office).into(), HANDOVERS_LISTED_MAX.into()];
        self.readers().rows(sql, values).await?.iter().map(|row| row.json(0)).collect()
    }

    /// One hand-over.
    pub async fn shift_handover(&self, id: ShiftHandoverId) -> Result<Option<ShiftHandover>, StoreError> {
        let sql = "SELECT handover FROM shift_handover WHERE id = $1";
        self.readers().row(sql, vec![Value::of(id)]).await?.map(|row| row.json(0)).transpose()
    }
}

/// How an office stands in the store.
pub(crate) fn office_name(office: Option<AgencyId>) -> String {
    office.map(|agency| agency.to_string()).unwrap_or_default()
}

pub(crate) fn read_roster(people: &[Row], shifts: &[Row], swaps: &[Row]) -> Result<Roster, StoreError> {
    let mut roster = Roster::default();
    for row in people {
        let person: Person = row.json(0)?;
        roster.people.insert(person.id, person);
    }
    for row in shifts {
        let shift = Shift { id: row.parse(0)?, person: row.parse(1)?, from: row.time(2)?, to: row.time(3)? };
        roster.shifts.insert(shift.id, shift);
    }
    for row in swaps {
        let swap: Swap = row.json(0)?;
        roster.swaps.insert(swap.id, swap);
    }
    Ok(roster)
}
