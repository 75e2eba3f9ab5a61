//! To whom a channel goes: a number that stands in the configuration, or whoever the agency's roster names at the moment.

use agency_channels::{Channel, international};
use dispatch_core::escalation::Step;
use dispatch_core::ids::{AgencyCode, AgencyId, RosterPersonId};
use dispatch_core::incident::Called;
use dispatch_core::private::Private;
use dispatch_core::roster::{Person, Post, Roster};
use dispatch_core::time::Timestamp;

use super::Work;
use super::book::{Way, net};
use crate::config::Address;

/// Shifts that ended before this cannot have been sent what somebody answers now.
const ROSTER_SINCE_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// Digits of the shortest telephone number with its area code; what is shorter is a service's code.
const NUMBER_DIGITS_MIN: usize = 8;

/// Whom the roster names for a rung: the higher it is, the higher the person.
const fn post_of(step: Step) -> Post {
    match step {
        Step::AgencyHead => Post::AgencyHead,
        Step::HeadAndSekda => Post::ServiceHead,
        Step::SecondChannel
        | Step::RenotifyAndCallDuty
        | Step::SupervisorAndNextAgency
        | Step::NextDayList
        | Step::Supervisor
        | Step::WelfareCheck => Post::DutyOfficer,
    }
}

/// Why a channel leads to nobody, as it stands in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Nobody {
    /// Nobody with such an address is on duty, or the store is away.
    #[error("nobody on duty")]
    OnDuty,
    /// Whoever is on duty has a short number: 112, 110 … would ring the centre itself.
    #[error("number on duty too short")]
    Reachable,
}

/// Where a channel leads at the time of a try, and whose address it is when the roster named somebody.
pub(super) async fn now(
    work: &Work,
    way: &Way,
    agency: AgencyId,
    called: Called,
) -> Result<(Private<String>, Option<RosterPersonId>), Nobody> {
    match &way.to {
        Address::Itself => Ok((Private::new(String::new()), None)),
        Address::Fixed(to) => Ok((to.clone(), None)),
        Address::DutyOfficer => {
            let roster = work.desk.store().roster_at(called.at).await.map_err(|_away| Nobody::OnDuty)?;
            let (person, to) = on_duty(way, &roster, agency, called)?;
            Ok((to.clone(), Some(person)))
        }
    }
}

/// The first address that can be used.
fn first<'p>(
    addresses: impl Iterator<Item = (RosterPersonId, &'p Private<String>)>,
    by_mail: bool,
) -> Result<(RosterPersonId, &'p Private<String>), Nobody> {
    let mut nobody = Nobody::OnDuty;
    for (person, address) in addresses {
        if by_mail || is_subscriber(address.reveal()) {
            return Ok((person, address));
        }
        nobody = Nobody::Reachable;
    }
    Err(nobody)
}

/// Whether a number is somebody's telephone and no short code.
fn is_subscriber(number: &str) -> bool {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    digits >= NUMBER_DIGITS_MIN && international(number).starts_with('+')
}

fn is_by_mail(way: &Way) -> bool {
    matches!(net(&way.gateway.carrier), Some(Channel::Smtp(_)))
}

/// By what a person is reached over this channel.
fn reached<'p>(way: &Way, person: &'p Person) -> Option<&'p Private<String>> {
    if is_by_mail(way) { person.email.as_ref() } else { person.phone.as_ref() }
}

/// The rosters as far as answers need them.
pub(super) async fn roster(work: &Work) -> Option<Roster> {
    let since = Timestamp::from_micros(work.clock.now().as_micros() - ROSTER_SINCE_MICROS);
    work.desk.store().roster(since).await.ok()
}

/// Whether a number is the one that a channel led to: for whoever is on duty the one person whom that try was for.
pub(super) fn was_to(way: &Way, roster: &Roster, agency: AgencyId, called: Called, number: &str) -> bool {
    let is = |to: &Private<String>| international(to.reveal()) == international(number);
    match &way.to {
        Address::Itself => false,
        Address::Fixed(to) => is(to),
        Address::DutyOfficer => match called.person {
            // Whoever was rung may answer, also when the duty was swapped or the person has left since.
            Some(person) => roster.people.get(&person).and_then(|one| reached(way, one)).is_some_and(is),
            None => on_duty(way, roster, agency, called).is_ok_and(|(_person, to)| is(to)),
        },
    }
}

/// Whom the roster names for a rung at a time.
fn on_duty<'r>(
    way: &Way,
    roster: &'r Roster,
    agency: AgencyId,
    called: Called,
) -> Result<(RosterPersonId, &'r Private<String>), Nobody> {
    let people = roster.on_duty(Some(agency), post_of(called.step), called.at);
    let addresses = people.into_iter().filter_map(|one| reached(way, one).map(|to| (one.id, to)));
    first(addresses, is_by_mail(way))
}

/// The agency that has this code of its own.
pub(super) fn agency_of(work: &Work, code: &AgencyCode) -> Option<AgencyId> {
    let policy = work.desk.policy();
    policy.directory.agencies.values().find(|entry| entry.code == *code).map(|entry| entry.id)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use dispatch_core::ids::{RosterPersonId, ShiftId};
    use dispatch_core::roster::Shift;

    use super::super::book::ChannelBook;
    use super::*;
    use crate::config::{AgencyChannel, Carrier, Gateway};

    #[test]
    fn only_whom_the_try_was_for_may_answer_it() {
        let agency = AgencyId(uuid::Uuid::from_u128(7));
        let person = |n: u128, post, phone: &str| Person {
            id: RosterPersonId(uuid::Uuid::from_u128(n)),
            agency: Some(agency),
            post,
            name: Private::new(format!("Orang {n}")),
            phone: Some(Private::new(phone.to_owned())),
            email: None,
            user: None,
            standing: false,
            active: true,
            decree: None,
        };
        let at = |clock: &str| format!("2026-11-22T{clock}:00Z").parse::<Timestamp>().unwrap();
        let shift = |n: u128, person: u128, from: &str, to: &str| Shift {
            id: ShiftId(uuid::Uuid::from_u128(n)),
            person: RosterPersonId(uuid::Uuid::from_u128(person)),
            from: at(from),
            to: at(to),
        };
        let people = [
            person(1, Post::DutyOfficer, "08111111111"),
            person(2, Post::DutyOfficer, "08112222222"),
            person(3, Post::AgencyHead, "08113333333"),
        ];
        let shifts =
            [shift(11, 1, "01:00", "09:00"), shift(12, 2, "09:00", "17:00"), shift(13, 3, "01:00", "17:00")];
        let roster = Roster {
            people: people.into_iter().map(|one| (one.id, one)).collect(),
            shifts: shifts.into_iter().map(|one| (one.id, one)).collect(),
            ..Roster::default()
        };
        let pln = AgencyCode::new("pln");
        let gateway = Gateway {
            name: "telepon".to_owned(),
            carrier: Carrier::Voice,
            at_once: 1,
            confirm: Duration::from_secs(1),
            reports: None,
        };
        let channel = AgencyChannel {
            agency: pln.clone(),
            gateway: "telepon".to_owned(),
            to: Address::DutyOfficer,
            steps: vec![],
            tested: None,
        };
        let book = ChannelBook::new(&[gateway], &[channel]);
        let way = book.ways(&pln).next().unwrap();
        let may = |step, clock, number| {
            let called = Called { step, at: at(clock), person: None };
            was_to(way, &roster, agency, called, number)
        };
        assert!(may(Step::SecondChannel, "08:59", "+628111111111"));
        assert!(
            !may(Step::SecondChannel, "08:59", "+628112222222"),
            "whoever came on duty later was not called"
        );
        assert!(!may(Step::SecondChannel, "08:59", "+628113333333"), "nor was the head");
        assert!(may(Step::SecondChannel, "09:00", "+628112222222"));
        assert!(may(Step::AgencyHead, "08:59", "+628113333333"));
        assert!(!may(Step::AgencyHead, "08:59", "+628111111111"));

        // Who was rung is written down: a swap of the duty afterwards takes the answer from nobody, and gives it to nobody.
        let mut swapped = roster.clone();
        let shift = swapped.shifts.get_mut(&ShiftId(uuid::Uuid::from_u128(11))).unwrap();
        shift.person = RosterPersonId(uuid::Uuid::from_u128(2));
        let rung = RosterPersonId(uuid::Uuid::from_u128(1));
        swapped.people.get_mut(&rung).unwrap().active = false;
        let called = Called { step: Step::SecondChannel, at: at("08:59"), person: Some(rung) };
        assert!(was_to(way, &swapped, agency, called, "08111111111"));
        assert!(!was_to(way, &swapped, agency, called, "08112222222"), "was never rung");
        let forgotten = Called { person: None, ..called };
        assert!(was_to(way, &swapped, agency, forgotten, "08112222222"), "an old try goes by the roster");
    }

    #[test]
    fn a_short_code_is_nobodys_telephone() {
        for good in ["0811-7170-112", "+628112222", "0717 42112"] {
            assert!(is_subscriber(good), "{good}");
        }
        for bad in ["", "112", "110", "+62112", "0717-112", "sip:112@10.0.0.1:50601234"] {
            assert!(!is_subscriber(bad), "{bad}");
        }
        let whose = |n: u128| RosterPersonId(uuid::Uuid::from_u128(n));
        let numbers = ["112", "08117170112"].map(|number| Private::new(number.to_owned()));
        let people = || (1..).map(whose).zip(numbers.iter());
        assert_eq!(first(people(), false), Ok((whose(2), &numbers[1])));
        assert_eq!(first(people().take(1), false), Err(Nobody::Reachable));
        assert_eq!(first(people().take(0), false), Err(Nobody::OnDuty));
        let mail = Private::new("piket@pln.example".to_owned());
        assert!(first([(whose(1), &mail)].into_iter(), true).is_ok());
    }
}
