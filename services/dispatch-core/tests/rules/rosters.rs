//! Duty rosters: who is rung when, what is left open, and how shifts change hands.

use dispatch_core::ids::{AgencyId, RosterPersonId, ShiftId, SwapId, UserId};
use dispatch_core::private::Private;
use dispatch_core::roster::{
    By, Gap, Person, Post, Reach, Roster, RosterCommand, RosterRefusal, Shift, SwapState, SwapStep,
};
use dispatch_core::time::{Seconds, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

const HOUR: u32 = 3600;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn at(hours: u32) -> Timestamp {
    "2026-11-22T00:00:00Z".parse::<Timestamp>().unwrap().after(Seconds(hours * HOUR))
}

const DAMKAR: AgencyId = AgencyId(Uuid::from_u128(100));
const POLRES: AgencyId = AgencyId(Uuid::from_u128(101));
const PENGAWAS: UserId = UserId(Uuid::from_u128(200));

fn supervisor(hours: u32) -> By {
    By { user: PENGAWAS, reach: Reach::All, at: at(hours) }
}

fn officer(n: u128, agency: AgencyId) -> Person {
    Person {
        id: RosterPersonId(id(n)),
        agency: Some(agency),
        post: Post::DutyOfficer,
        name: Private::new(format!("Petugas {n}")),
        phone: Some(Private::new("+628117000000".to_owned())),
        email: None,
        user: Some(UserId(id(1000 + n))),
        standing: false,
        active: true,
        decree: None,
    }
}

fn shift(n: u128, person: u128, from: u32, to: u32) -> Shift {
    Shift { id: ShiftId(id(n)), person: RosterPersonId(id(person)), from: at(from), to: at(to) }
}

fn done(roster: &mut Roster, command: RosterCommand, by: By) {
    if let Some(event) = roster.decide(command, by).unwrap() {
        roster.apply(&event);
    }
}

/// Two officers of the fire brigade and one of the police, with a shift each.
fn rostered() -> Roster {
    let mut roster = Roster::default();
    for person in [officer(1, DAMKAR), officer(2, DAMKAR), officer(3, POLRES)] {
        done(&mut roster, RosterCommand::SetPerson(Box::new(person)), supervisor(0));
    }
    let shifts = vec![shift(1, 1, 8, 16), shift(2, 2, 20, 30), shift(3, 3, 8, 16)];
    done(&mut roster, RosterCommand::Plan { shifts, decree: None }, supervisor(0));
    roster
}

fn names(people: &[&Person]) -> Vec<String> {
    people.iter().map(|person| person.name.reveal().clone()).collect()
}

#[test]
fn the_officer_on_shift_is_rung_and_a_gap_is_known_before_it_comes() {
    let mut roster = rostered();
    let rung = |roster: &Roster, hour| names(&roster.on_duty(Some(DAMKAR), Post::DutyOfficer, at(hour)));
    assert_eq!(rung(&roster, 8), ["Petugas 1"]);
    assert!(rung(&roster, 16).is_empty() && rung(&roster, 7).is_empty());
    assert_eq!(rung(&roster, 29), ["Petugas 2"]);
    let gaps = roster.gaps(Some(DAMKAR), Post::DutyOfficer, at(0), at(32));
    let gap = |from, to| Gap { from: at(from), to: at(to) };
    assert_eq!(gaps, [gap(0, 8), gap(16, 20), gap(30, 32)]);
    // Somebody who can be rung at any hour closes every gap, and comes after whoever is on shift.
    let chief = Person { standing: true, ..officer(9, DAMKAR) };
    done(&mut roster, RosterCommand::SetPerson(Box::new(chief.clone())), supervisor(0));
    assert_eq!(rung(&roster, 8), ["Petugas 1", "Petugas 9"]);
    assert!(roster.gaps(Some(DAMKAR), Post::DutyOfficer, at(0), at(32)).is_empty());
    done(&mut roster, RosterCommand::SetPerson(Box::new(Person { active: false, ..chief })), supervisor(0));
    assert!(rung(&roster, 17).is_empty());
}

#[test]
fn a_shift_that_runs_ends_now_and_one_that_has_not_begun_goes() {
    let mut roster = rostered();
    done(&mut roster, RosterCommand::Cancel(ShiftId(id(1))), supervisor(10));
    assert_eq!(roster.shifts[&ShiftId(id(1))].to, at(10));
    done(&mut roster, RosterCommand::Cancel(ShiftId(id(2))), supervisor(10));
    assert!(!roster.shifts.contains_key(&ShiftId(id(2))));
    let over = roster.decide(RosterCommand::Cancel(ShiftId(id(1))), supervisor(11));
    assert_eq!(over, Err(RosterRefusal::UnknownShift));
}

#[test]
fn what_cannot_be_is_refused_with_its_reason() {
    let roster = rostered();
    let refused = |command, by| roster.decide(command, by).unwrap_err();
    let plan = |shift: Shift| RosterCommand::Plan { shifts: vec![shift], decree: None };
    assert_eq!(refused(plan(shift(9, 1, 15, 17)), supervisor(0)), RosterRefusal::Overlap);
    assert_eq!(refused(plan(shift(9, 1, 30, 60)), supervisor(0)), RosterRefusal::ShiftTimes);
    assert_eq!(refused(plan(shift(9, 1, 40, 40)), supervisor(0)), RosterRefusal::ShiftTimes);
    assert_eq!(refused(plan(shift(9, 1, 40, 41)), supervisor(50)), RosterRefusal::ShiftTimes);
    assert_eq!(refused(plan(shift(9, 7, 40, 41)), supervisor(0)), RosterRefusal::UnknownPerson);
    assert_eq!(
        refused(RosterCommand::Plan { shifts: vec![], decree: None }, supervisor(0)),
        RosterRefusal::TooMany
    );
    let twice = RosterCommand::Plan { shifts: vec![shift(8, 1, 40, 42), shift(9, 1, 41, 43)], decree: None };
    assert_eq!(refused(twice, supervisor(0)), RosterRefusal::Overlap);
    let dispatcher = By { user: UserId(id(7)), reach: Reach::Agency(POLRES), at: at(0) };
    assert_eq!(refused(plan(shift(9, 1, 40, 41)), dispatcher), RosterRefusal::NotYours);
    // Nobody takes over a person of another office by writing a new one over them.
    let taken = Person { agency: Some(POLRES), ..officer(1, POLRES) };
    assert_eq!(refused(RosterCommand::SetPerson(Box::new(taken)), dispatcher), RosterRefusal::NotYours);
    let with = |change: fn(&mut Person)| {
        let mut person = officer(5, DAMKAR);
        change(&mut person);
        refused(RosterCommand::SetPerson(Box::new(person)), supervisor(0))
    };
    let text = |text: &str| Some(Private::new(text.to_owned()));
    assert_eq!(with(|p| p.name = Private::new(" ".into())), RosterRefusal::Malformed("name"));
    assert_eq!(with(|p| p.post = Post::Sekda), RosterRefusal::PostMismatch);
    for phone in ["", "12", "0811 7000", "+62-811", "1234567890123456"] {
        let person = Person { phone: text(phone), ..officer(5, DAMKAR) };
        let command = RosterCommand::SetPerson(Box::new(person));
        assert_eq!(refused(command, supervisor(0)), RosterRefusal::Malformed("phone"), "{phone}");
    }
    for email in ["", "piket", "@x", "a@", "a@b@c", "a@b..c", "a b@c.d", "a@b.c\r\nBcc: d"] {
        let person = Person { email: text(email), ..officer(5, DAMKAR) };
        let command = RosterCommand::SetPerson(Box::new(person));
        assert_eq!(refused(command, supervisor(0)), RosterRefusal::Malformed("email"), "{email}");
    }
}

fn ask(back: Option<u128>) -> RosterCommand {
    RosterCommand::AskSwap {
        id: SwapId(id(50)),
        shift: ShiftId(id(1)),
        to: RosterPersonId(id(2)),
        back: back.map(|back| ShiftId(id(back))),
        note: Private::new("Anak sakit".into()),
    }
}

fn own(person: u128, hours: u32) -> By {
    By { user: UserId(id(1000 + person)), reach: Reach::Own, at: at(hours) }
}

#[test]
fn a_swap_is_asked_agreed_to_and_approved_by_three_people() {
    let mut roster = rostered();
    let step = |step| RosterCommand::StepSwap(SwapId(id(50)), step);
    assert_eq!(roster.decide(ask(Some(2)), own(3, 0)), Err(RosterRefusal::NotYours));
    done(&mut roster, ask(Some(2)), own(1, 0));
    let again = RosterCommand::AskSwap {
        id: SwapId(id(51)),
        shift: ShiftId(id(2)),
        to: RosterPersonId(id(1)),
        back: None,
        note: Private::default(),
    };
    assert_eq!(roster.decide(again, own(2, 0)), Err(RosterRefusal::SwapTaken));
    assert_eq!(roster.decide(step(SwapStep::Approve), supervisor(0)), Err(RosterRefusal::SwapState));
    assert_eq!(roster.decide(step(SwapStep::Agree), own(1, 0)), Err(RosterRefusal::NotYours));
    // Whoever has an account agrees themselves.
    assert_eq!(roster.decide(step(SwapStep::Agree), supervisor(0)), Err(RosterRefusal::NotYours));
    done(&mut roster, step(SwapStep::Agree), own(2, 0));
    assert_eq!(roster.decide(step(SwapStep::Approve), own(2, 0)), Err(RosterRefusal::NotYours));
    let in_it = By { reach: Reach::All, ..own(2, 0) };
    assert_eq!(roster.decide(step(SwapStep::Approve), in_it), Err(RosterRefusal::OwnSwap));
    assert_eq!(roster.decide(step(SwapStep::Approve), supervisor(8)), Err(RosterRefusal::Begun));
    done(&mut roster, step(SwapStep::Approve), supervisor(1));
    assert_eq!(roster.swaps[&SwapId(id(50))].state, SwapState::Approved);
    assert_eq!(names(&roster.on_duty(Some(DAMKAR), Post::DutyOfficer, at(9))), ["Petugas 2"]);
    assert_eq!(names(&roster.on_duty(Some(DAMKAR), Post::DutyOfficer, at(21))), ["Petugas 1"]);
    assert_eq!(roster.decide(step(SwapStep::Withdraw), own(1, 1)), Err(RosterRefusal::SwapState));
}

#[test]
fn a_swap_may_be_refused_taken_back_and_never_crosses_offices() {
    let mut roster = rostered();
    done(&mut roster, ask(None), own(1, 0));
    done(&mut roster, RosterCommand::StepSwap(SwapId(id(50)), SwapStep::Refuse), own(2, 0));
    assert_eq!(roster.swaps[&SwapId(id(50))].state, SwapState::Refused);
    assert_eq!(names(&roster.on_duty(Some(DAMKAR), Post::DutyOfficer, at(9))), ["Petugas 1"]);
    // Somebody who has left agrees to nothing, and what they were asked does not stay open for ever.
    let again = |n| RosterCommand::AskSwap {
        id: SwapId(id(n)),
        shift: ShiftId(id(1)),
        to: RosterPersonId(id(2)),
        back: None,
        note: Private::default(),
    };
    done(&mut roster, again(54), own(1, 0));
    done(
        &mut roster,
        RosterCommand::SetPerson(Box::new(Person { active: false, ..officer(2, DAMKAR) })),
        supervisor(0),
    );
    let agree = roster.decide(RosterCommand::StepSwap(SwapId(id(54)), SwapStep::Agree), own(2, 0));
    assert_eq!(agree, Err(RosterRefusal::UnknownPerson));
    done(&mut roster, RosterCommand::StepSwap(SwapId(id(54)), SwapStep::Withdraw), own(1, 0));
    assert_eq!(roster.swaps[&SwapId(id(54))].state, SwapState::Withdrawn);
    done(&mut roster, RosterCommand::SetPerson(Box::new(officer(2, DAMKAR))), supervisor(0));
    let across = RosterCommand::AskSwap {
        id: SwapId(id(52)),
        shift: ShiftId(id(1)),
        to: RosterPersonId(id(3)),
        back: None,
        note: Private::default(),
    };
    assert_eq!(roster.decide(across, supervisor(0)), Err(RosterRefusal::NotAPair));
    let begun = roster.decide(
        RosterCommand::AskSwap {
            id: SwapId(id(53)),
            shift: ShiftId(id(1)),
            to: RosterPersonId(id(2)),
            back: None,
            note: Private::default(),
        },
        own(1, 9),
    );
    assert_eq!(begun, Err(RosterRefusal::Begun));
}

/// A few people, hours and shifts, so that they collide.
fn command() -> impl Strategy<Value = (RosterCommand, By)> {
    let by = (0u32..40, 0u128..4).prop_map(|(hour, who)| match who {
        0 => supervisor(hour),
        n => own(n, hour),
    });
    let plan = (0u128..12, 1u128..4, 0u32..40, 1u32..12).prop_map(|(n, person, from, hours)| {
        RosterCommand::Plan { shifts: vec![shift(n, person, from, from + hours)], decree: None }
    });
    let cancel = (0u128..12).prop_map(|n| RosterCommand::Cancel(ShiftId(id(n))));
    let ask = (0u128..4, 0u128..12, 1u128..4, prop::option::of(0u128..12)).prop_map(|(n, of, to, back)| {
        RosterCommand::AskSwap {
            id: SwapId(id(n)),
            shift: ShiftId(id(of)),
            to: RosterPersonId(id(to)),
            back: back.map(|back| ShiftId(id(back))),
            note: Private::default(),
        }
    });
    let steps =
        prop::sample::select(vec![SwapStep::Agree, SwapStep::Approve, SwapStep::Refuse, SwapStep::Withdraw]);
    let step = (0u128..4, steps).prop_map(|(n, step)| RosterCommand::StepSwap(SwapId(id(n)), step));
    (prop_oneof![3 => plan, 1 => cancel, 3 => ask, 6 => step], by)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn nobody_ever_has_two_shifts_at_once(commands in prop::collection::vec(command(), 1..60)) {
        let mut roster = Roster::default();
        for n in 1..4 {
            done(&mut roster, RosterCommand::SetPerson(Box::new(officer(n, DAMKAR))), supervisor(0));
        }
        for (command, by) in commands {
            let before = roster.clone();
            match roster.decide(command, by) {
                Ok(event) => event.iter().for_each(|event| roster.apply(event)),
                Err(_) => prop_assert_eq!(&roster, &before),
            }
            for a in roster.shifts.values() {
                for b in roster.shifts.values().filter(|b| b.id != a.id && b.person == a.person) {
                    prop_assert!(a.to <= b.from || b.to <= a.from, "{a:?} {b:?}");
                }
            }
        }
    }
}
