//! The switch with two people, and words to agencies.

use std::collections::BTreeSet;

use dispatch_core::broadcast::{Broadcast, BroadcastRefusal};
use dispatch_core::disaster::{CallInAnswer, Disaster, DisasterRefusal, DisasterStep, PROPOSAL_HOLDS};
use dispatch_core::ids::{AgencyId, BroadcastId, DisasterId, RosterPersonId, UserId};
use dispatch_core::private::Private;
use dispatch_core::time::{Seconds, Timestamp};
use uuid::Uuid;

fn now() -> Timestamp {
    "2026-11-22T20:00:00Z".parse().unwrap()
}

const fn id(n: u128) -> DisasterId {
    DisasterId(Uuid::from_u128(n))
}

const fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn proposal() -> DisasterStep {
    DisasterStep::Propose { name: "Gempa Toboali".into(), incident: None, decree: None }
}

fn end() -> DisasterStep {
    DisasterStep::End { reason: Private::new("sudah reda".into()) }
}

fn step(
    current: Option<&Disaster>,
    what: &DisasterStep,
    by: u128,
    after: u32,
) -> Result<Disaster, DisasterRefusal> {
    Disaster::stepped(current, id(1), what, user(by), now().after(Seconds(after)))
}

#[test]
fn it_takes_two_people_within_ten_minutes_and_ends_with_a_reason() {
    let proposed = step(None, &proposal(), 1, 0).unwrap();
    assert!(!proposed.is_on() && proposed.is_proposed(now()));
    assert_eq!(step(Some(&proposed), &DisasterStep::Confirm, 1, 1), Err(DisasterRefusal::SamePerson));
    let other = Disaster::stepped(Some(&proposed), id(2), &proposal(), user(2), now());
    assert_eq!(other, Err(DisasterRefusal::Stands));
    let call = DisasterStep::CallIn { person: RosterPersonId(Uuid::nil()), answer: CallInAnswer::Coming };
    assert_eq!(step(Some(&proposed), &call, 1, 1), Err(DisasterRefusal::NotOn));
    assert_eq!(
        step(Some(&proposed), &DisasterStep::Confirm, 2, PROPOSAL_HOLDS.0),
        Err(DisasterRefusal::Over)
    );

    let on = step(Some(&proposed), &DisasterStep::Confirm, 2, PROPOSAL_HOLDS.0 - 1).unwrap();
    assert!(on.is_on());
    assert_eq!(step(Some(&on), &DisasterStep::Confirm, 3, 700), Err(DisasterRefusal::Over));
    let called = step(Some(&on), &call, 1, 700).unwrap();
    assert_eq!(called.called_in.len(), 1);
    let silent = DisasterStep::End { reason: Private::new("  ".into()) };
    assert_eq!(step(Some(&called), &silent, 1, 900), Err(DisasterRefusal::Text { field: "reason" }));
    let over = step(Some(&called), &end(), 1, 900).unwrap();
    assert!(!over.is_on());
    assert_eq!(step(Some(&over), &end(), 1, 901), Err(DisasterRefusal::Over));
    let again = Disaster::stepped(Some(&over), id(2), &proposal(), user(1), now().after(Seconds(1_000)));
    assert!(again.is_ok(), "the next night");
}

#[test]
fn a_proposal_can_be_taken_back_and_one_that_lapsed_gives_way() {
    let proposed = step(None, &proposal(), 1, 0).unwrap();
    let back = step(Some(&proposed), &end(), 1, 5).unwrap();
    assert_eq!(step(Some(&back), &DisasterStep::Confirm, 2, 6), Err(DisasterRefusal::Over));
    let later = now().after(PROPOSAL_HOLDS);
    assert!(Disaster::stepped(Some(&proposed), id(2), &proposal(), user(2), later).is_ok());
}

#[test]
fn a_word_is_read_once_for_each_agency_that_it_went_to() {
    let agency = |n| AgencyId(Uuid::from_u128(n));
    let to = BTreeSet::from([agency(1), agency(2)]);
    let text = || Private::new("Jalur Toboali–Sadai tertutup".to_owned());
    let word = Broadcast::new(BroadcastId(Uuid::nil()), text(), true, to, user(1), now()).unwrap();
    let read = word.read_by(agency(1), user(7), now()).unwrap().unwrap();
    assert_eq!(read.read[&agency(1)].by, user(7));
    assert_eq!(read.read_by(agency(1), user(8), now()), Ok(None), "the first one counts");
    assert_eq!(read.read_by(agency(3), user(9), now()), Err(BroadcastRefusal::Unknown));
    let nobody = Broadcast::new(BroadcastId(Uuid::nil()), text(), true, BTreeSet::new(), user(1), now());
    assert_eq!(nobody, Err(BroadcastRefusal::Agencies));
}
