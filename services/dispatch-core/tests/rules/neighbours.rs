//! What a neighbouring centre hands over to us, and what the packet says on its way.

use dispatch_core::actor::Actor;
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::{AgencyCode, AreaCode, IncidentId, TransferId};
use dispatch_core::incident::{
    Effect, IncidentCommand, IncidentRefusal, IncidentStatus, Neighbour, OriginState, TransferCommand,
    TransferMessage,
};
use dispatch_core::neighbour::{IncidentPacket, NeighbourMessage};
use dispatch_core::private::Private;
use dispatch_core::routing::{Role, Target};
use dispatch_core::time::Seconds;

use crate::bench::{Bench, agency, person};

fn who(code: &str) -> Neighbour {
    Neighbour { code: AreaCode(code.into()), name: format!("112 {code}") }
}

/// An incident of ours, offered, and the packet as it comes out at the other side.
fn packet() -> (Bench, IncidentPacket) {
    let mut bench = Bench::with("kebakaran_bangunan", Category::A, Priority::P1);
    bench.give(person(1), IncidentCommand::Transfer(TransferCommand::Offer { to: who("19.04") })).unwrap();
    let offer = bench.incident().transfers[0].id;
    let packet =
        IncidentPacket::about(bench.incident(), offer, &bench.policy.rules, None, |a| a.code.0.clone())
            .unwrap();
    let bytes = serde_json::to_vec(&NeighbourMessage::Offer(Box::new(packet))).unwrap();
    let NeighbourMessage::Offer(read) = serde_json::from_slice(&bytes).unwrap() else { panic!("an offer") };
    (bench, *read)
}

fn receive(bench: &mut Bench, packet: IncidentPacket) -> Result<(), IncidentRefusal> {
    let (report, origin) = packet.taken_in(who("19.03"), &bench.policy.rules);
    let command = IncidentCommand::Receive { report: Box::new(report), origin: Box::new(origin) };
    bench.run(Actor::System, command)
}

/// The other centre, with the incident that came.
fn received() -> Bench {
    let (_ours, packet) = packet();
    let mut there = Bench::new();
    there.id = IncidentId(packet.transfer.0);
    receive(&mut there, packet).unwrap();
    there
}

fn transfer(bench: &mut Bench, command: TransferCommand) -> Result<(), IncidentRefusal> {
    bench.give(person(2), IncidentCommand::Transfer(command))
}

fn state(bench: &Bench) -> &OriginState {
    &bench.incident().origin.as_ref().unwrap().state
}

#[test]
fn what_is_handed_to_us_runs_from_the_first_second_and_only_once() {
    let (ours, packet) = packet();
    let mut there = received();
    let (here, came) = (ours.incident(), there.incident());
    assert_eq!((&came.narrative, &came.location), (&here.narrative, &here.location));
    assert_eq!((came.priority, came.opened_by), (here.priority, None));
    assert_eq!(came.dispatch_due_at, Some(there.now.after(Seconds(60))), "the usual time to send somebody");
    let before = there.history.len();
    receive(&mut there, packet.clone()).unwrap();
    assert_eq!(there.history.len(), before, "the same packet again");
    let other = IncidentPacket { transfer: TransferId(here.id.0), ..packet };
    assert_eq!(receive(&mut there, other), Err(IncidentRefusal::Exists));
}

#[test]
fn whoever_accepts_refuses_or_sends_somebody_has_answered() {
    let told = |bench: &Bench| {
        let answers = bench.effects.iter().filter(|effect| {
            matches!(effect, Effect::TellNeighbour { message: TransferMessage::Answer, .. })
        });
        answers.count()
    };
    let mut accepted = received();
    transfer(&mut accepted, TransferCommand::Accept).unwrap();
    transfer(&mut accepted, TransferCommand::Accept).unwrap();
    assert_eq!(told(&accepted), 1, "a second press says nothing new");
    let late = TransferCommand::Refuse { reason: Private::new("penuh".into()) };
    let refusal = IncidentRefusal::NotInThisState { from: "accepted", to: "refused" };
    assert_eq!(transfer(&mut accepted, late.clone()), Err(refusal));

    let mut refused = received();
    let empty = TransferCommand::Refuse { reason: Private::new(" ".into()) };
    assert_eq!(transfer(&mut refused, empty), Err(IncidentRefusal::ReasonMissing));
    transfer(&mut refused, late).unwrap();
    assert_eq!((refused.incident().status(), told(&refused)), (IncidentStatus::Cancelled, 1));

    let mut sent = received();
    let damkar = Target {
        agency: agency("damkar"),
        code: AgencyCode::new("damkar"),
        role: Role::Lead,
        because: String::new(),
    };
    sent.give(person(2), IncidentCommand::Dispatch { targets: vec![damkar], note: None }).unwrap();
    assert!(matches!(state(&sent), OriginState::Accepted { .. }) && told(&sent) == 1);
}

#[test]
fn what_they_took_back_waits_for_somebody_to_close_it_or_to_take_it_all_the_same() {
    let mut there = received();
    let id = there.incident().origin.as_ref().unwrap().transfer;
    let mut taken_back = |from: &str| {
        let command = TransferCommand::TakenBack { from: AreaCode(from.into()), id };
        there.run(Actor::System, IncidentCommand::Transfer(command))
    };
    assert_eq!(taken_back("19.05"), Err(IncidentRefusal::NotHandedOver), "somebody else's word");
    taken_back("19.03").unwrap();
    taken_back("19.03").unwrap();
    let close_due_at = there.now.after(there.policy.rules.close_within);
    assert_eq!((there.incident().dispatch_due_at, there.incident().close_due_at), (None, Some(close_due_at)));
    transfer(&mut there, TransferCommand::Accept).unwrap();
    assert!(matches!(state(&there), OriginState::Accepted { .. }));
    assert!(there.incident().dispatch_due_at.is_some() && there.incident().close_due_at.is_none());
}

#[test]
fn rules_from_before_neighbours_know_how_long_to_wait() {
    let rules = dispatch_core::policy::Rules::default_rules().unwrap();
    let mut old = serde_json::to_value(&rules).unwrap();
    old.as_object_mut().unwrap().remove("neighbour_answer_within").unwrap();
    let read: dispatch_core::policy::Rules = serde_json::from_value(old).unwrap();
    assert_eq!(read.neighbour_answer_within, rules.neighbour_answer_within);
    assert_eq!(read.neighbour_answer_within[&Priority::P1], Seconds(90));
}
