//! Paper forms: a number is given out once, also over a restart and when two people ask at once; and used once.

use dispatch_core::category::Priority;
use dispatch_core::ids::{FormBatchId, IncidentId};
use dispatch_core::incident::{IncidentCommand, PaperReport};
use dispatch_core::paper::{FormNumber, FormRefusal, FormState, FormStep};
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use incident_store::{
    Desk, DeskCommand, Receipt, SiteCommand, SiteRefusal, Submission, SubmitError, rebuild_check,
    verify_store,
};

use crate::support::words::*;
use crate::support::{START_US, on_both};

fn form(ordinal: u32) -> FormNumber {
    FormNumber::new(2026, ordinal).unwrap()
}

async fn print(desk: &Desk, who: u64, count: u32) -> (FormNumber, FormNumber) {
    let batch = FormBatchId(uuid());
    let command = DeskCommand::Site(SiteCommand::GiveOutForms { batch, count });
    desk.submit(by(who, command)).await.unwrap();
    let forms = desk.store().paper_forms_of(batch).await.unwrap();
    assert_eq!(forms.len(), count as usize);
    (forms.first().unwrap().number, forms.last().unwrap().number)
}

fn entry(who: u64, form: FormNumber) -> Submission {
    let id = IncidentId(uuid());
    let received_at = Timestamp::from_micros(START_US - 3_600_000_000);
    let taken_by = Some(Private::new("Sariwangi".into()));
    let paper = PaperReport { form, received_at, taken_by, tasks: vec![], end: None };
    let mut submission = by(who, DeskCommand::OpenIncident(id, Box::new(report(Priority::P2))));
    submission.commands.extend([
        DeskCommand::Site(SiteCommand::UseForm { form, incident: id }),
        DeskCommand::Incident(id, IncidentCommand::EnterPaper(Box::new(paper))),
    ]);
    submission
}

async fn settle(desk: &Desk, form: FormNumber, step: FormStep) -> Result<Receipt, SubmitError> {
    let command = SiteCommand::SettleForm { form, step, reason: Private::new("Tumpahankopi".into()) };
    desk.submit(by(1, DeskCommand::Site(command))).await
}

fn refusal(result: Result<Receipt, SubmitError>) -> FormRefusal {
    match result {
        Err(SubmitError::Site(SiteRefusal::Form(refusal))) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_go_on_after_a_restart_and_no_two_people_get_the_same() {
    on_both(|place| async move {
        let desk = place.desk().await;
        assert_eq!(print(&desk, 1, 3).await, (form(1), form(3)));
        let (one, other) = tokio::join!(print(&desk, 1, 2), print(&desk, 2, 100));
        let both = [one.min(other), one.max(other)];
        assert!(
            both == [(form(4), form(5)), (form(6), form(105))]
                || both == [(form(4), form(103)), (form(104), form(105))],
            "{both:?}"
        );
        let batch = FormBatchId(uuid());
        let none = DeskCommand::Site(SiteCommand::GiveOutForms { batch, count: 0 });
        assert_eq!(refusal(desk.submit(by(1, none)).await), FormRefusal::Count);
        desk.stop().await;

        let desk = place.desk().await;
        assert_eq!(print(&desk, 1, 1).await, (form(106), form(106)));
        desk.stop().await;
    });
}

#[test]
fn two_people_type_one_form_in_and_one_incident_comes_of_it() {
    on_both(|place| async move {
        let desk = place.desk().await;
        print(&desk, 1, 3).await;
        let (one, other) = tokio::join!(desk.submit(entry(1, form(1))), desk.submit(entry(2, form(1))));
        let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
        let incident = incident_of(won.unwrap());
        let lost = refusal(lost);
        assert!(
            matches!(&lost, FormRefusal::Used { incident: used, incident_number, .. }
                if *used == incident.id && *incident_number == incident.number),
            "{lost:?}"
        );
        assert_eq!(refusal(desk.submit(entry(1, form(9))).await), FormRefusal::Unknown);
        settle(&desk, form(2), FormStep::Spoil).await.unwrap();
        assert!(matches!(refusal(desk.submit(entry(1, form(2))).await), FormRefusal::Spoiled { .. }));
        settle(&desk, form(3), FormStep::Miss).await.unwrap();
        let next = incident_of(desk.submit(entry(1, form(3))).await.unwrap());
        assert_eq!(next.number, "2026-000002", "what was refused cost no number");

        let counts = desk.store().paper_form_counts().await.unwrap();
        assert_eq!(
            counts.into_iter().collect::<Vec<_>>(),
            [("spoiled".to_owned(), 1), ("used".to_owned(), 2)]
        );
        print(&desk, 1, 1).await;
        let listed = desk.store().paper_forms().await.unwrap();
        let order: Vec<_> = listed.iter().map(|one| (one.number, one.state.name())).collect();
        assert_eq!(
            order,
            [(form(4), "out"), (form(3), "used"), (form(2), "spoiled"), (form(1), "used")],
            "what is not accounted for stands first"
        );
        let kept = desk.store().paper_form(form(1)).await.unwrap().unwrap();
        assert!(matches!(kept.state, FormState::Used { incident: used, .. } if used == incident.id));

        let log = desk.store().log_entries(0, 100).await.unwrap();
        let leaves: String =
            log.iter().map(|entry| String::from_utf8_lossy(&entry.leaf).into_owned()).collect();
        for kind in ["paper_forms_given_out", "paper_form_used", "paper_form_settled"] {
            assert!(leaves.contains(&format!("site.{kind}")), "{kind}");
        }
        assert!(leaves.contains("incident.paper_entered") && leaves.contains("F-2026-000003"));
        assert!(
            !leaves.contains("Sariwangi") && !leaves.contains("Tumpahankopi"),
            "words of people stay out"
        );
        assert!(verify_store(&place.url, None, &[]).await.unwrap().is_ok());
        assert_eq!(rebuild_check(desk.store()).await.unwrap(), []);
        desk.stop().await;
    });
}
