//! Answers on an incident.

use dispatch_core::actor::Actor;
use dispatch_core::card::{AnswerCode, CardAnswer, CardCode, CardSet, Flag, QuestionCode};
use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::ids::{IncidentId, UserId};
use dispatch_core::incident::{
    self, Incident, IncidentCommand, IncidentEvent, IncidentRefusal, Location, Report,
};
use dispatch_core::policy::{Directory, Policy, Rules};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use uuid::Uuid;

const ID: IncidentId = IncidentId(Uuid::from_u128(7));
const TAKER: Actor = Actor::User(UserId(Uuid::from_u128(1)));

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn policy() -> Policy {
    Policy { rules: Rules::default_rules().unwrap(), directory: Directory::default() }
}

/// Carries a command out; gives the incident after it and the names of what happened.
fn after(
    before: Option<Incident>,
    command: IncidentCommand,
    now: Timestamp,
) -> (Incident, Vec<IncidentEvent>) {
    let decision = incident::decide(before.as_ref(), ID, command, TAKER, &policy(), now).unwrap();
    let mut state = before;
    for event in &decision.events {
        state = incident::apply(state, ID, event, TAKER, now);
    }
    (state.unwrap(), decision.events)
}

fn theft() -> Incident {
    let report = Report {
        number: "2026-000001".into(),
        category: Category::F,
        kind: Some(TypeCode::new("pencurian")),
        priority: Priority::P3,
        narrative: Private::new("motor hilang".into()),
        location: Location::default(),
        casualties: None,
        reporter: None,
        call: None,
    };
    after(None, IncidentCommand::Open(Box::new(report)), at(0)).0
}

fn answer(question: &str, answer: Option<&str>) -> CardAnswer {
    let answer = answer.map(AnswerCode::new);
    let set = CardSet::default_set().unwrap();
    set.answer(&CardCode::new("pencurian"), &QuestionCode::new(question), answer.as_ref()).unwrap()
}

fn answers(given: Vec<CardAnswer>) -> IncidentCommand {
    IncidentCommand::AnswerCard { answers: given }
}

#[test]
fn an_answer_raises_the_priority_and_says_so() {
    let command = answers(vec![answer("pelaku", Some("ya")), answer("senjata", Some("ya"))]);
    let (incident, events) = after(Some(theft()), command.clone(), at(10));
    let [
        IncidentEvent::CardAnswered { .. },
        IncidentEvent::PriorityRaised { from, to, asked, answered, .. },
        IncidentEvent::CardAnswered { .. },
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!((*from, *to), (Priority::P3, Priority::P1));
    assert_eq!((asked.id.as_str(), answered.id.as_str()), ("Pelaku masih di sana?", "Ya"));
    assert_eq!(incident.priority, Priority::P1);
    assert_eq!(incident.flags(), [Flag::Weapon, Flag::PerpetratorPresent, Flag::UnsafeScene]);
    assert_eq!(incident.dispatch_due_at, Some(at(70)), "somebody must be sent as for P1 from now on");
    let (_, events) = after(Some(incident), command, at(20));
    assert_eq!(events, [], "the same answers again are no news");
}

#[test]
fn taking_an_answer_back_takes_its_flags_and_leaves_the_priority() {
    let (incident, _) = after(Some(theft()), answers(vec![answer("senjata", Some("ya"))]), at(10));
    let (incident, events) = after(Some(incident), answers(vec![answer("senjata", None)]), at(11));
    assert_eq!(events.len(), 1);
    assert_eq!((incident.flags(), incident.answers.len()), (vec![], 0));
    assert_eq!(incident.priority, Priority::P1, "only a person lowers it");
    let (incident, _) = after(Some(incident), answers(vec![answer("senjata", Some("tidak"))]), at(12));
    let (incident, _) = after(Some(incident), answers(vec![answer("senjata", Some("skip"))]), at(13));
    assert_eq!(incident.answers.len(), 1, "one answer to a question");
    assert_eq!(incident.answers[0].answer.answer.as_ref().unwrap().label.en, "Passed over");
}

#[test]
fn an_ended_incident_takes_no_answers_and_an_old_one_has_none() {
    let cancel = IncidentCommand::Cancel { reason: Private::new("salah".into()) };
    let (ended, _) = after(Some(theft()), cancel, at(5));
    let refused = incident::decide(
        Some(&ended),
        ID,
        answers(vec![answer("senjata", Some("ya"))]),
        TAKER,
        &policy(),
        at(6),
    );
    assert_eq!(refused, Err(IncidentRefusal::Ended));
    // As it was written before there were cards.
    let mut old = serde_json::to_value(theft()).unwrap();
    assert!(
        old.as_object_mut().unwrap().remove("answers").is_none(),
        "nothing is written where nothing was asked"
    );
    assert_eq!(serde_json::from_value::<Incident>(old).unwrap(), theft());
}
