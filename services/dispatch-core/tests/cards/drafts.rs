//! Two people to a change.

use dispatch_core::card::draft::{Around, CardChange, CardDraft};
use dispatch_core::card::{CardCode, CardFault, CardSet, InstructionCode, Words};
use dispatch_core::category::TypeCode;
use dispatch_core::draft::{DraftRefusal, DraftState, DraftStep};
use dispatch_core::ids::{CardDraftId, UserId};
use dispatch_core::policy::Rules;
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use uuid::Uuid;

struct Centre {
    holding: CardSet,
    rules: Rules,
}

impl Centre {
    fn new() -> Self {
        Self { holding: CardSet::default_set().unwrap(), rules: Rules::default_rules().unwrap() }
    }

    fn around(&self, who: u128) -> Around<'_> {
        let at = "2026-11-22T18:00:00Z".parse::<Timestamp>().unwrap();
        Around {
            by: UserId(Uuid::from_u128(who)),
            at,
            holding: &self.holding,
            rules: &self.rules,
            began: None,
        }
    }

    /// The card with another first question, and one of its instructions.
    fn change(&self, code: &str, asks: &str) -> CardChange {
        let mut card = self.holding.card(&CardCode::new(code)).unwrap().clone();
        card.questions[0].text = Words { id: asks.into(), en: "Asked otherwise?".into() };
        card.decree = "SK Kepala Dinas Kesehatan 440/12/2026".into();
        CardChange { card, instructions: Vec::new() }
    }

    fn begin(&self, who: u128, change: CardChange) -> CardDraft {
        CardDraft::begin(CardDraftId(Uuid::from_u128(9)), change, &self.around(who))
    }
}

const WATI: u128 = 1;
const YUDI: u128 = 2;
const SARI: u128 = 3;

#[test]
fn what_another_person_approves_holds_from_now_on() {
    let mut centre = Centre::new();
    let draft = centre.begin(WATI, centre.change("kejang", "Masih kejang sekarang?"));
    let early = draft.stepped(DraftStep::Approve, 1, &centre.around(YUDI)).unwrap_err();
    assert!(matches!(early, DraftRefusal::NotInThisState { .. }), "nobody has handed it in");
    let (draft, none) = draft.stepped(DraftStep::Submit, 1, &centre.around(WATI)).unwrap();
    assert_eq!((draft.progress.state, none), (DraftState::Submitted, None));
    assert_eq!(draft.stepped(DraftStep::Approve, 1, &centre.around(WATI)), Err(DraftRefusal::Own));
    let (draft, set) = draft.stepped(DraftStep::Approve, 1, &centre.around(YUDI)).unwrap();
    let set = set.unwrap();
    assert_eq!((set.version, draft.progress.decided.as_ref().unwrap().version), (2, Some(2)));
    assert_eq!(set.effective_from, "2026-11-23", "the day in Western Indonesia");
    assert_eq!(set.decree, "SK Kepala Dinas Kesehatan 440/12/2026");
    let card = set.card(&CardCode::new("kejang")).unwrap();
    assert_eq!((card.since, card.questions[0].text.id.as_str()), (2, "Masih kejang sekarang?"));
    assert_eq!(set.card(&CardCode::new("banjir")).unwrap().since, 1, "the others stay as they were");
    assert_eq!(set.check(&centre.rules), []);
    centre.holding = set;
    let again = draft.stepped(DraftStep::Approve, 1, &centre.around(YUDI)).unwrap_err();
    assert!(matches!(again, DraftRefusal::NotInThisState { from: "approved", .. }));
}

#[test]
fn nobody_who_wrote_at_it_may_decide() {
    let centre = Centre::new();
    let draft = centre.begin(WATI, centre.change("kejang", "Masih kejang?"));
    let (draft, _) = draft.stepped(DraftStep::Submit, 1, &centre.around(WATI)).unwrap();
    let change = centre.change("kejang", "Apakah masih kejang?");
    let stale = draft.written(7, change.clone(), &centre.around(YUDI)).unwrap_err();
    assert_eq!(stale, DraftRefusal::Changed { current: 1 });
    let draft = draft.written(1, change, &centre.around(YUDI)).unwrap();
    assert_eq!(
        (draft.progress.state, draft.progress.revision),
        (DraftState::Open, 2),
        "what is written anew is handed in anew"
    );
    let (draft, _) = draft.stepped(DraftStep::Submit, 2, &centre.around(SARI)).unwrap();
    for author in [WATI, YUDI] {
        assert_eq!(draft.stepped(DraftStep::Approve, 2, &centre.around(author)), Err(DraftRefusal::Own));
        let reason = Private::new("kurang jelas".to_owned());
        let reject = DraftStep::Reject { reason };
        assert_eq!(draft.stepped(reject, 2, &centre.around(author)), Err(DraftRefusal::Own));
    }
    let read_before = draft.stepped(DraftStep::Approve, 1, &centre.around(SARI)).unwrap_err();
    assert_eq!(read_before, DraftRefusal::Changed { current: 2 }, "one approves what one has read");
    assert!(draft.stepped(DraftStep::Approve, 2, &centre.around(SARI)).is_ok(), "handing in is not writing");
}

#[test]
fn a_change_in_between_is_not_approved_over() {
    let mut centre = Centre::new();
    let ours = centre.begin(WATI, centre.change("kejang", "Satu?"));
    let (ours, _) = ours.stepped(DraftStep::Submit, 1, &centre.around(WATI)).unwrap();
    let theirs = centre.change("kejang", "Dua?");
    let elsewhere = centre.change("banjir", "Tiga?");
    centre.holding = centre.holding.with(&elsewhere, 2, "2026-11-23");
    assert!(!ours.is_outdated(&centre.holding), "another card does not matter");
    centre.holding = centre.holding.with(&theirs, 3, "2026-11-23");
    assert_eq!(ours.stepped(DraftStep::Approve, 1, &centre.around(YUDI)), Err(DraftRefusal::Outdated));
}

#[test]
fn mistakes_are_named_when_it_is_handed_in_and_a_rejection_says_why() {
    let centre = Centre::new();
    let mut change = centre.change("tsunami", "Dari mana tahunya?");
    change.card.types = vec![TypeCode::new("banjir")];
    change.card.questions[1].answers[0].key = "1".into();
    let mut beat = centre.holding.instruction(&InstructionCode::new("tsunami")).unwrap().clone();
    beat.steps[0].id.clear();
    change.instructions.push(beat);
    let draft = centre.begin(WATI, change);
    let Err(DraftRefusal::Mistaken(found)) = draft.stepped(DraftStep::Submit, 1, &centre.around(WATI)) else {
        panic!("it was handed in")
    };
    let fields: Vec<_> = found.iter().map(|mistake| mistake.field.as_str()).collect();
    assert_eq!(
        fields,
        ["card.types", "card.questions[1].answers[0].key", "instructions[0].steps[0].id", "card.types"],
        "{found:?}"
    );
    assert_eq!(found[3].fault, CardFault::TypeWithoutCard(TypeCode::new("tsunami")));

    let draft = centre.begin(WATI, centre.change("kejang", "Masih kejang?"));
    let (draft, _) = draft.stepped(DraftStep::Submit, 1, &centre.around(WATI)).unwrap();
    let silent = DraftStep::Reject { reason: Private::new("  ".to_owned()) };
    assert_eq!(draft.stepped(silent, 1, &centre.around(YUDI)), Err(DraftRefusal::ReasonMissing));
    let reason = DraftStep::Reject { reason: Private::new("belum disahkan RSUD".to_owned()) };
    let (draft, set) = draft.stepped(reason, 1, &centre.around(YUDI)).unwrap();
    assert_eq!((draft.progress.state, set), (DraftState::Rejected, None));
    let open = centre.begin(WATI, centre.change("kejang", "Masih?"));
    let (given_up, _) = open.stepped(DraftStep::Withdraw { reason: None }, 1, &centre.around(WATI)).unwrap();
    assert_eq!(given_up.progress.state, DraftState::Withdrawn);
    // Who did not write at it says why.
    let silent = DraftStep::Withdraw { reason: Some(Private::new(" ".to_owned())) };
    assert_eq!(open.stepped(silent, 1, &centre.around(YUDI)), Err(DraftRefusal::ReasonMissing));
    let why = DraftStep::Withdraw { reason: Some(Private::new("Bu Wati pindah".to_owned())) };
    let (given_up, _) = open.stepped(why, 1, &centre.around(YUDI)).unwrap();
    assert!(given_up.progress.decided.unwrap().reason.is_some());
}

#[test]
fn a_card_that_was_written_over_a_newer_one_is_outdated() {
    let mut centre = Centre::new();
    let seen = centre.holding.clone();
    centre.holding = seen.with(&centre.change("kejang", "Baru?"), seen.version + 1, "2026-11-23");
    let blind = Around { began: Some(&seen), ..centre.around(WATI) };
    let late = CardDraft::begin(CardDraftId(Uuid::from_u128(9)), centre.change("kejang", "Lama?"), &blind);
    assert_eq!((late.base, late.is_outdated(&centre.holding)), (seen.version, true));
}
