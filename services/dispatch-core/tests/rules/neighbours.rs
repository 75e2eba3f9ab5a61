//! What a neighbouring centre hands over to us, and what the packet says on its way.

use dispatch_core::actor::Actor;
use dispatch_core::category::{Category, Priority};
use dispatch_core::ids::{AgencyCode, AreaCode, IncidentId, TransferId};
use dispatch_core::incident::{
    Edit, Effect, Incident, IncidentCommand, IncidentRefusal, IncidentStatus, Neighbour, OriginState,
    PacketState, Returned, TransferAnswer, TransferCommand, TransferMessage, TransferState,
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
    sent.give(person(2), damkar()).unwrap();
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

fn telling(bench: &Bench) -> Vec<TransferMessage> {
    let told = |effect: &Effect| match effect {
        Effect::TellNeighbour { message, .. } => Some(*message),
        Effect::Notify { .. } => None,
    };
    bench.effects.iter().filter_map(told).collect()
}

#[test]
fn what_becomes_more_urgent_is_more_urgent_at_both_ends() {
    let hastened = |bench: &mut Bench, from: &str, answer_by, priority| {
        let id = bench.incident().origin.as_ref().unwrap().transfer;
        let command = TransferCommand::Hastened { from: AreaCode(from.into()), id, answer_by, priority };
        bench.run(Actor::System, IncidentCommand::Transfer(command))
    };
    let mut ours = Bench::with("banjir", Category::D, Priority::P3);
    ours.give(person(1), IncidentCommand::Transfer(TransferCommand::Offer { to: who("19.04") })).unwrap();
    let offer = ours.incident().transfers[0].clone();
    let packet =
        IncidentPacket::about(ours.incident(), offer.id, &ours.policy.rules, None, |a| a.code.0.clone());
    let mut there = Bench::new();
    there.id = IncidentId(offer.id.0);
    receive(&mut there, packet.unwrap()).unwrap();
    let slow = there.incident().dispatch_due_at.unwrap();

    let edit = Edit { priority: Some(Priority::P1), ..Edit::default() };
    let version = ours.incident().version;
    ours.give(person(1), IncidentCommand::Edit { version, edit: Box::new(edit) }).unwrap();
    let sooner = ours.incident().transfers[0].due_at;
    assert!(sooner < offer.due_at);
    assert_eq!(telling(&ours), [TransferMessage::Offer, TransferMessage::Hastened]);

    let foreign = hastened(&mut there, "19.05", sooner, None);
    assert_eq!(foreign, Err(IncidentRefusal::NotHandedOver), "somebody else's word");
    for _twice in 0..2 {
        hastened(&mut there, "19.03", sooner, Some(Priority::P1)).unwrap();
    }
    let came = there.incident();
    assert_eq!((came.origin.as_ref().unwrap().answer_by, came.priority), (sooner, Priority::P1));
    assert!(came.dispatch_due_at.unwrap() < slow, "and somebody has to be sent sooner");
    let before = there.history.len();
    hastened(&mut there, "19.03", offer.due_at, Some(Priority::P2)).unwrap();
    assert_eq!(there.history.len(), before, "an older word that comes later gives no time back");

    transfer(&mut there, TransferCommand::Accept).unwrap();
    let before = there.history.len();
    let now = there.now;
    hastened(&mut there, "19.03", now, Some(Priority::P1)).unwrap();
    assert_eq!(there.history.len(), before, "who has accepted decides alone");
}

fn damkar() -> IncidentCommand {
    let (agency, code) = (agency("damkar"), AgencyCode::new("damkar"));
    let target = Target { agency, code, role: Role::Lead, because: String::new() };
    IncidentCommand::Dispatch { targets: vec![target], note: None }
}

#[test]
fn who_sends_somebody_to_what_they_took_back_tells_them() {
    let mut there = received();
    let id = there.incident().origin.as_ref().unwrap().transfer;
    let taken_back = TransferCommand::TakenBack { from: AreaCode("19.03".into()), id };
    there.run(Actor::System, IncidentCommand::Transfer(taken_back)).unwrap();
    there.give(person(2), damkar()).unwrap();
    assert!(matches!(state(&there), OriginState::Accepted { .. }));
    assert_eq!(telling(&there), [TransferMessage::Answer]);
}

#[test]
fn closing_what_nobody_answered_sends_it_back_and_merging_takes_it() {
    let mut closed = received();
    let reason = Some(Private::new("sudah ditangani desa".to_owned()));
    closed.give(person(9), IncidentCommand::Close { reason: reason.clone(), may_override: true }).unwrap();
    let OriginState::Refused { reason: told, .. } = state(&closed) else { panic!("{:?}", state(&closed)) };
    assert_eq!((Some(told), telling(&closed)), (reason.as_ref(), vec![TransferMessage::Answer]));
    assert_eq!(closed.incident().status(), IncidentStatus::Closed);

    // Ours goes into theirs, and theirs into ours: both ways it is counted here, so it is ours.
    for theirs_goes_on in [true, false] {
        let (mut theirs, mut ours) = (received(), Bench::with("banjir", Category::D, Priority::P1));
        let (from, into) = if theirs_goes_on { (&ours, &theirs) } else { (&theirs, &ours) };
        for (id, command) in dispatch_core::incident::merge(from.incident(), into.incident()) {
            let bench = if id == theirs.id { &mut theirs } else { &mut ours };
            bench.give(person(9), command).unwrap();
        }
        assert!(matches!(state(&theirs), OriginState::Accepted { .. }), "{theirs_goes_on}");
        assert_eq!(telling(&theirs), [TransferMessage::Answer], "{theirs_goes_on}");
    }
}

#[test]
fn their_systems_word_is_cut_and_proves_that_the_packet_is_there() {
    let (mut ours, packet) = packet();
    let long = |bytes| Private::new("é".repeat(bytes));
    let answer = TransferAnswer::Refused { name: long(600), reason: long(5_000) };
    let answered = TransferCommand::Answered { id: packet.transfer, from: AreaCode("19.04".into()), answer };
    ours.run(Actor::System, IncidentCommand::Transfer(answered)).unwrap();
    let offer = &ours.incident().transfers[0];
    assert!(matches!(offer.packet, PacketState::Delivered { .. }));
    let TransferState::Returned { why: Returned::Refused { name, reason, .. }, .. } = &offer.state else {
        panic!("{:?}", offer.state)
    };
    assert_eq!((name.reveal().len(), reason.reveal().len()), (512, 4_096));

    // A no without a reason is a no, too.
    let (mut ours, packet) = self::packet();
    let refused =
        serde_json::json!({ "kind": "refused", "transfer": packet.transfer, "incident": packet.incident });
    let NeighbourMessage::Refused { name, reason, .. } = serde_json::from_value(refused).unwrap() else {
        panic!("a refusal")
    };
    let answer = TransferAnswer::Refused { name: name.into(), reason: reason.into() };
    let answered = TransferCommand::Answered { id: packet.transfer, from: AreaCode("19.04".into()), answer };
    ours.run(Actor::System, IncidentCommand::Transfer(answered)).unwrap();
    assert!(ours.incident().waiting_transfer().is_none());
}

#[test]
fn words_that_are_newer_than_this_program_cost_only_themselves() {
    let (_ours, packet) = packet();
    let mut json = serde_json::to_value(NeighbourMessage::Offer(Box::new(packet.clone()))).unwrap();
    let news = serde_json::json!({
        "priority": "P9", "category": "z", "casualties": "banyak", "type": 7, "caller_name": ["Siti"], "new": {},
        "location": { "source": "satellite", "fixed_at": "kemarin", "lat": "-2.5", "landmark": "jembatan" },
        "answers": [{ "asked": "Ada api?" }, { "asked": "Ada korban?", "answer": "Ya", "new": 1 }],
        "agencies": "damkar",
    });
    json.as_object_mut().unwrap().extend(news.as_object().unwrap().clone());
    let NeighbourMessage::Offer(read) = serde_json::from_value(json.clone()).unwrap() else {
        panic!("an offer")
    };
    assert_eq!((read.priority, read.category, read.casualties), (Priority::P1, Category::G, None));
    assert_eq!((read.kind, read.caller_name, read.agencies.len()), (None, None, 0));
    assert_eq!((read.location.lat, read.location.landmark.as_deref()), (None, Some("jembatan")));
    assert!(read.location.source.is_none() && read.location.fixed_at.is_none());
    assert_eq!(read.answers.iter().map(|one| one.answer.as_str()).collect::<Vec<_>>(), ["Ya"]);
    json.as_object_mut().unwrap().remove("priority");
    assert!(serde_json::from_value::<NeighbourMessage>(json).is_err(), "a required field is missing");
}

#[test]
fn what_they_told_can_be_erased_and_the_incident_still_reads() {
    let there = received();
    let mut json = serde_json::to_value(there.incident()).unwrap();
    assert!(json["origin"]["details"]["$private"].is_object(), "it is taken out of the log");
    for erased in [Some(serde_json::Value::Null), None] {
        let origin = json["origin"].as_object_mut().unwrap();
        match erased {
            Some(null) => origin.insert("details".into(), null),
            None => origin.remove("details"),
        };
        let read: Incident = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(read.origin.unwrap().details, None);
    }
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
