//! Rules: what is approved holds for the next decision, over a restart, and the log names the version of each.

use dispatch_core::category::Priority;
use dispatch_core::draft::{DraftRefusal, DraftState, DraftStep};
use dispatch_core::ids::RulesDraftId;
use dispatch_core::policy::{Rules, RulesChange};
use dispatch_core::time::Seconds;
use incident_store::{
    Desk, DeskCommand, Receipt, SiteCommand, SiteRefusal, StreamId, SubmitError, rebuild_check, verify_store,
};

use crate::support::on_both;
use crate::support::words::*;

/// A ladder for P1 whose first rung comes at `first` seconds.
fn change(first: u32) -> RulesChange {
    let mut ladder = Rules::default_rules().unwrap().ladders[&Priority::P1].clone();
    ladder.rungs[0].after = Seconds(first);
    RulesChange {
        decree: format!("SK Bupati 188.45/{first}/2027"),
        owner: "Diskominfo".into(),
        ladders: [(Priority::P1, ladder)].into(),
        ..RulesChange::default()
    }
}

async fn save(
    desk: &Desk,
    who: u64,
    draft: RulesDraftId,
    revision: Option<u32>,
    change: RulesChange,
) -> Result<Receipt, SubmitError> {
    let command = SiteCommand::SaveRulesDraft { draft, revision, change: Box::new(change), began: None };
    desk.submit(by(who, DeskCommand::Site(command))).await
}

async fn step(desk: &Desk, who: u64, draft: RulesDraftId, step: DraftStep) -> Result<Receipt, SubmitError> {
    let command = SiteCommand::StepRulesDraft { draft, revision: 1, step };
    desk.submit(by(who, DeskCommand::Site(command))).await
}

fn refusal(result: Result<Receipt, SubmitError>) -> DraftRefusal {
    match result {
        Err(SubmitError::Site(SiteRefusal::Draft(refusal))) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_ladder_holds_for_what_begins_after_it_and_over_a_restart() {
    on_both(|place| async move {
        let desk = place.desk().await;
        let before = incident_opens(&desk, Priority::P1).await;
        dispatched(&desk, before.id, 1).await;
        let sent = place.clock.now();
        place.clock.pass(1);
        let draft = RulesDraftId(uuid());
        save(&desk, 1, draft, None, change(5)).await.unwrap();
        assert_eq!(
            refusal(save(&desk, 2, draft, None, change(6)).await),
            DraftRefusal::Changed { current: 1 }
        );
        step(&desk, 1, draft, DraftStep::Submit).await.unwrap();
        desk.stop().await;

        let desk = place.desk().await;
        let known = desk.store().rules_draft(draft).await.unwrap().unwrap();
        assert_eq!((known.progress.state, known.base), (DraftState::Submitted, 1));
        assert_eq!(refusal(step(&desk, 1, draft, DraftStep::Approve).await), DraftRefusal::Own);
        step(&desk, 2, draft, DraftStep::Approve).await.unwrap();
        place.clock.pass(1);
        let after = incident_opens(&desk, Priority::P1).await;
        dispatched(&desk, after.id, 1).await;
        let sent_after = place.clock.now();
        desk.stop().await;

        let desk = place.desk().await;
        assert_eq!(desk.policy().rules.version, 2);
        assert_eq!(desk.store().rules_of(1).await.unwrap(), Some(Rules::default_rules().unwrap()));
        assert_eq!(desk.store().rules_of(2).await.unwrap().as_ref(), Some(&desk.policy().rules));
        assert_eq!(desk.store().rules_of(3).await.unwrap(), None);
        // The row that the clock task reads and what the rules say are one.
        let due = desk.due(sent.after(Seconds(3_600)), 100).await.unwrap();
        let at = |id| due.iter().find(|due| due.stream == StreamId::Incident(id)).unwrap().at;
        assert_eq!(at(before.id), sent.after(Seconds(15)), "it keeps the time that it began with");
        assert_eq!(at(after.id), sent_after.after(Seconds(5)));
        let named = |stream, changes: &[incident_store::Change]| {
            changes
                .iter()
                .filter(|change| change.stream == stream)
                .map(|change| change.policy)
                .collect::<Vec<_>>()
        };
        let changes = desk.store().changes_after(0, 100).await.unwrap();
        assert_eq!(named(StreamId::Incident(before.id), &changes), [1, 1]);
        assert_eq!(named(StreamId::Incident(after.id), &changes), [2, 2]);
        let kinds: Vec<_> = desk.store().log_entries(0, 100).await.unwrap();
        let kinds: Vec<_> = kinds
            .iter()
            .map(|entry| supervision_log::Leaf::decode(&entry.leaf).unwrap().kind)
            .filter(|kind| kind.contains("rules") || kind.contains("policy"))
            .collect();
        assert_eq!(kinds, ["site.rules_draft_saved", "site.rules_draft_moved", "site.policy_adopted"]);
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        assert!(verify_store(&place.url, None, &[]).await.unwrap().is_ok());
        desk.stop().await;
    });
}
