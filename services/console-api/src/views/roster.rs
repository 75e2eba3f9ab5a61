//! Duty rosters and hand-overs of shifts, as they are shown.

use dispatch_core::ids::AgencyId;
use dispatch_core::private::Private;
use dispatch_core::roster::handover::ShiftHandover as HandoverRecord;
use dispatch_core::roster::{
    Person, Post as CorePost, Roster as RosterRecord, Shift as ShiftRecord, Swap as SwapRecord,
};
use dispatch_core::time::{Seconds, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Named;
use crate::names::Names;
use crate::wire::{Post, Priority, SwapState, Time};

/// How far ahead gaps are shown: a week, in which somebody can still be found.
const GAPS_AHEAD: Seconds = Seconds(7 * 24 * 3600);

/// The duty rosters, as far as they are the reader's.
#[derive(Serialize, ToSchema)]
pub struct Roster {
    /// As of when.
    pub at: Time,
    /// Everybody.
    pub people: Vec<RosterPerson>,
    /// The shifts that run, are to come, or ended within a day, by their beginning.
    pub shifts: Vec<RosterShift>,
    /// The swaps that are open or young, the youngest first.
    pub swaps: Vec<RosterSwap>,
    /// Who is on duty now, and when nobody will be, by office and post.
    pub posts: Vec<RosterPost>,
}

/// Somebody who can be on duty.
#[derive(Serialize, ToSchema)]
pub struct RosterPerson {
    /// Id.
    pub id: Uuid,
    /// Of which agency; none for the centre and the government.
    pub agency_id: Option<Uuid>,
    /// As what.
    pub post: Post,
    /// Name.
    pub name: String,
    /// A number to ring.
    pub phone: Option<String>,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// Their account.
    pub user_id: Option<Uuid>,
    /// Can be rung at any hour.
    pub standing: bool,
    /// Whether they are still there.
    pub active: bool,
    /// By which decree or letter, where one was named.
    pub decree: Option<String>,
}

/// One shift.
#[derive(Serialize, ToSchema)]
pub struct RosterShift {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub person_id: Uuid,
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub to: Time,
}

/// A wish to let another person take a shift.
#[derive(Serialize, ToSchema)]
pub struct RosterSwap {
    /// Id.
    pub id: Uuid,
    /// The shift.
    pub shift_id: Uuid,
    /// Whose it was.
    pub from_id: Uuid,
    /// Who is to take it.
    pub to_id: Uuid,
    /// The shift that comes back for it.
    pub back_id: Option<Uuid>,
    /// Why.
    pub note: String,
    /// How far it is.
    pub state: SwapState,
    /// Who asked.
    pub asked_by: Named,
    /// When.
    pub asked_at: Time,
    /// Who said that the other person agrees.
    pub agreed_by: Option<Named>,
    /// Who approved, refused or withdrew it.
    pub ended_by: Option<Named>,
}

/// A post of an office: who holds it now, and when nobody does.
#[derive(Serialize, ToSchema)]
pub struct RosterPost {
    /// Of which agency; none for the centre and the government.
    pub agency_id: Option<Uuid>,
    /// The agency's code.
    pub agency_code: Option<String>,
    /// Which post.
    pub post: Post,
    /// Who is on duty now, whom to ring first.
    pub now: Vec<Uuid>,
    /// When nobody is, within a week.
    pub gaps: Vec<RosterGap>,
}

/// A time without anybody on duty.
#[derive(Serialize, ToSchema)]
pub struct RosterGap {
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub to: Time,
}

impl Roster {
    /// What a reader sees: everything, or what is one agency's.
    /// `reaches`: whether the reader may ring people; numbers and addresses are for whoever does.
    pub fn of(
        roster: &RosterRecord,
        only: Option<AgencyId>,
        reaches: bool,
        now: Timestamp,
        names: &Names,
    ) -> Self {
        let shown = |person: &&Person| only.is_none() || person.agency == only;
        let owner = |shift: &ShiftRecord| roster.people.get(&shift.person).filter(shown);
        let mut shifts: Vec<&ShiftRecord> = roster.shifts.values().filter(|s| owner(s).is_some()).collect();
        shifts.sort_by_key(|shift| (shift.from, shift.id));
        let is_shown = |swap: &&SwapRecord| roster.people.get(&swap.from).as_ref().is_some_and(shown);
        let mut swaps: Vec<&SwapRecord> = roster.swaps.values().filter(is_shown).collect();
        swaps.sort_by_key(|swap| std::cmp::Reverse((swap.asked_at, swap.id)));
        Self {
            at: now.into(),
            people: roster.people.values().filter(shown).map(|one| RosterPerson::of(one, reaches)).collect(),
            shifts: shifts.into_iter().map(RosterShift::of).collect(),
            swaps: swaps.into_iter().map(|swap| RosterSwap::of(swap, names)).collect(),
            posts: offices(only, names)
                .flat_map(|office| CorePost::ALL.map(|post| (office, post)))
                .filter(|(office, post)| post.is_of_an_agency() == office.is_some())
                .map(|(office, post)| RosterPost::of(roster, office, post, now, names))
                .collect(),
        }
    }
}

/// The centre and every active agency, or one agency.
fn offices(only: Option<AgencyId>, names: &Names) -> impl Iterator<Item = Option<AgencyId>> {
    let centre = only.is_none().then_some(None);
    let agencies = names.policy().directory.agencies.values();
    let agencies = agencies.filter(move |entry| entry.active && only.is_none_or(|only| only == entry.id));
    centre.into_iter().chain(agencies.map(|entry| Some(entry.id)))
}

impl RosterPerson {
    fn of(person: &Person, reaches: bool) -> Self {
        let to_be_reached = |value: &Option<Private<String>>| {
            value.as_ref().filter(|_| reaches && person.active).map(|value| value.reveal().clone())
        };
        Self {
            id: person.id.0,
            agency_id: person.agency.map(|agency| agency.0),
            post: person.post.into(),
            name: person.name.reveal().clone(),
            phone: to_be_reached(&person.phone),
            email: to_be_reached(&person.email),
            user_id: person.user.map(|user| user.0),
            standing: person.standing,
            active: person.active,
            decree: person.decree.clone(),
        }
    }
}

impl RosterShift {
    fn of(shift: &ShiftRecord) -> Self {
        Self { id: shift.id.0, person_id: shift.person.0, from: shift.from.into(), to: shift.to.into() }
    }
}

impl RosterSwap {
    fn of(swap: &SwapRecord, names: &Names) -> Self {
        Self {
            id: swap.id.0,
            shift_id: swap.shift.0,
            from_id: swap.from.0,
            to_id: swap.to.0,
            back_id: swap.back.map(|shift| shift.0),
            note: swap.note.reveal().clone(),
            state: swap.state.into(),
            asked_by: Named::of(swap.asked_by, names),
            asked_at: swap.asked_at.into(),
            agreed_by: swap.agreed_by.map(|user| Named::of(user, names)),
            ended_by: swap.ended_by.map(|user| Named::of(user, names)),
        }
    }
}

impl RosterPost {
    fn of(
        roster: &RosterRecord,
        agency: Option<AgencyId>,
        post: CorePost,
        now: Timestamp,
        names: &Names,
    ) -> Self {
        let gaps = roster.gaps(agency, post, now, now.after(GAPS_AHEAD));
        Self {
            agency_id: agency.map(|agency| agency.0),
            agency_code: agency.and_then(|agency| names.agency(agency)).map(|entry| entry.code.0.clone()),
            post: post.into(),
            now: roster.on_duty(agency, post, now).into_iter().map(|person| person.id.0).collect(),
            gaps: gaps
                .into_iter()
                .map(|gap| RosterGap { from: gap.from.into(), to: gap.to.into() })
                .collect(),
        }
    }
}

/// What one person leaves to the next.
#[derive(Serialize, ToSchema)]
pub struct ShiftHandover {
    /// Id.
    pub id: Uuid,
    /// Who leaves.
    pub from: Named,
    /// When they said so.
    pub at: Time,
    /// Incidents that were open then.
    pub incidents: Vec<HandedIncident>,
    /// How many callers were owed a call-back then.
    pub call_backs: usize,
    /// What the next one has to know.
    pub note: String,
    /// Who took it over.
    pub taken_by: Option<Named>,
    /// When.
    pub taken_at: Option<Time>,
    /// What they said to it.
    pub taken_note: Option<String>,
}

/// An incident that was open.
#[derive(Serialize, ToSchema)]
pub struct HandedIncident {
    /// Id.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// Its priority then.
    pub priority: Priority,
}

/// The hand-overs of an office.
#[derive(Serialize, ToSchema)]
pub struct HandoverPage {
    /// The hand-overs: those that nobody has taken, then the newest.
    pub items: Vec<ShiftHandover>,
}

impl ShiftHandover {
    /// The view of a record.
    pub fn of(handover: &HandoverRecord, names: &Names) -> Self {
        let incident = |incident: &dispatch_core::roster::handover::HandedIncident| HandedIncident {
            id: incident.id.0,
            number: incident.number.clone(),
            priority: incident.priority.into(),
        };
        let taken = handover.taken.as_ref();
        Self {
            id: handover.id.0,
            from: Named::of(handover.from, names),
            at: handover.at.into(),
            incidents: handover.incidents.iter().map(incident).collect(),
            call_backs: handover.call_backs.len(),
            note: handover.note.reveal().clone(),
            taken_by: taken.map(|taken| Named::of(taken.by, names)),
            taken_at: taken.map(|taken| taken.at.into()),
            taken_note: taken.map(|taken| taken.note.reveal().clone()),
        }
    }
}
