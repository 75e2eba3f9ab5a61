//! Question cards: what is written survives, what is approved holds, and both stand in the log.

use dispatch_core::card::draft::CardChange;
use dispatch_core::card::{AnswerCode, CardCode, CardSet, Flag, QuestionCode};
use dispatch_core::category::Priority;
use dispatch_core::draft::{DraftRefusal, DraftState, DraftStep};
use dispatch_core::ids::CardDraftId;
use dispatch_core::incident::IncidentCommand;
use dispatch_core::private::Private;
use incident_store::{
    Desk, DeskCommand, Receipt, SiteCommand, SiteRefusal, SubmitError, rebuild_check, verify_store,
};

use crate::support::on_both;
use crate::support::words::*;

fn change(set: &CardSet, asks: &str) -> CardChange {
    let mut card = set.card(&CardCode::new("kejang")).unwrap().clone();
    card.questions[0].text.id = asks.into();
    CardChange { card, instructions: vec![] }
}

async fn save(
    desk: &Desk,
    who: u64,
    draft: CardDraftId,
    revision: Option<u32>,
    change: CardChange,
) -> Result<Receipt, SubmitError> {
    let command = SiteCommand::SaveCardDraft { draft, revision, change: Box::new(change), began: None };
    desk.submit(by(who, DeskCommand::Site(command))).await
}

async fn step(
    desk: &Desk,
    who: u64,
    draft: CardDraftId,
    revision: u32,
    step: DraftStep,
) -> Result<Receipt, SubmitError> {
    let command = SiteCommand::StepCardDraft { draft, revision, step };
    desk.submit(by(who, DeskCommand::Site(command))).await
}

fn refusal(result: Result<Receipt, SubmitError>) -> DraftRefusal {
    match result {
        Err(SubmitError::Site(SiteRefusal::Draft(refusal))) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_second_person_approves_holds_over_a_restart() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let first = desk.store().cards().await.unwrap();
        assert_eq!(first, CardSet::default_set().unwrap());
        let draft = CardDraftId(uuid());
        save(&desk, 1, draft, None, change(&first, "Masih kejang sekarang?")).await.unwrap();
        let twice = save(&desk, 2, draft, None, change(&first, "Lain?")).await;
        assert_eq!(refusal(twice), DraftRefusal::Changed { current: 1 });
        step(&desk, 1, draft, 1, DraftStep::Submit).await.unwrap();
        desk.stop().await;

        let desk = place.desk().await;
        assert_eq!(
            desk.store().card_draft(draft).await.unwrap().unwrap().progress.state,
            DraftState::Submitted
        );
        assert_eq!(refusal(step(&desk, 1, draft, 1, DraftStep::Approve).await), DraftRefusal::Own);
        // Two people decide at the same moment: one wins.
        let reject = DraftStep::Reject { reason: Private::new("kurang jelas".into()) };
        let (one, other) =
            tokio::join!(step(&desk, 2, draft, 1, DraftStep::Approve), step(&desk, 3, draft, 1, reject));
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        let approved = one.is_ok();
        desk.stop().await;

        let desk = place.desk().await;
        let now = desk.store().cards().await.unwrap();
        assert_eq!(now.version, if approved { 2 } else { 1 });
        assert_eq!(desk.store().cards_of(1).await.unwrap(), Some(first.clone()), "the old one can be read");
        assert_eq!(desk.store().cards_of(9).await.unwrap(), None);
        let next = CardDraftId(uuid());
        save(&desk, 1, next, None, change(&now, "Dan sekarang?")).await.unwrap();
        step(&desk, 1, next, 1, DraftStep::Submit).await.unwrap();
        step(&desk, 2, next, 1, DraftStep::Approve).await.unwrap();
        let then = desk.store().cards().await.unwrap();
        assert_eq!(then.version, now.version + 1);
        let listed = desk.store().card_drafts().await.unwrap();
        assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>().len(), 2);

        let log = desk.store().log_entries(0, 100).await.unwrap();
        let kinds: Vec<_> = log
            .iter()
            .map(|entry| supervision_log::Leaf::decode(&entry.leaf).unwrap().kind)
            .filter(|kind| kind.starts_with("site.card"))
            .collect();
        assert_eq!(kinds.len(), 6, "each step is a leaf: {kinds:?}");
        assert!(kinds.contains(&"site.card_set_adopted".to_owned()));
        let text =
            log.iter().map(|entry| String::from_utf8_lossy(&entry.leaf).into_owned()).collect::<String>();
        assert!(!text.contains("kurang jelas"), "a reason is no part of a leaf");
        assert!(verify_store(&place.url, None, &[]).await.unwrap().is_ok());
        desk.stop().await;
    });
}

#[test]
fn answers_are_on_the_incident_and_in_the_log() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let incident = incident_opens(&desk, Priority::P2).await;
        let set = desk.store().cards().await.unwrap();
        let given = |question: &str, answer: &str| {
            let answer = AnswerCode::new(answer);
            set.answer(&CardCode::new("kebakaran_bangunan"), &QuestionCode::new(question), Some(&answer))
                .unwrap()
        };
        let answers = vec![given("di_dalam", "ya"), given("bahan", "ya")];
        let command = DeskCommand::Incident(incident.id, IncidentCommand::AnswerCard { answers });
        let after = incident_of(desk.submit(by(1, command)).await.unwrap());
        assert_eq!(after.priority, Priority::P1);
        assert_eq!(after.flags(), [Flag::Trapped, Flag::Hazmat]);
        assert_eq!(after.version, incident.version + 3, "two answers and a raise");
        desk.stop().await;
        let desk = place.desk().await;
        let read = desk.store().incident(incident.id).await.unwrap().unwrap();
        assert_eq!(read, after);
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}
