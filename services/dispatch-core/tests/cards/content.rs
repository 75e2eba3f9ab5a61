//! The cards that come with the program, and what is found in edited ones.

use std::collections::BTreeSet;

use dispatch_core::card::{AnswerCode, Answers, CardFault, CardSet, Flag, InstructionCode, Words, assess};
use dispatch_core::category::{Category, Priority, TypeCode};
use dispatch_core::policy::Rules;

fn cards() -> (CardSet, Rules) {
    (CardSet::default_set().unwrap(), Rules::default_rules().unwrap())
}

#[test]
fn every_type_has_one_card_and_every_card_is_sound() {
    let (set, rules) = cards();
    assert_eq!(set.check(&rules), []);
    assert_eq!(set.version, 1);
    for rule in &rules.types {
        let card = set.card_for(Some(&rule.code), rule.category, &rules).unwrap();
        assert!(card.types.contains(&rule.code), "{}", rule.code);
    }
    for category in Category::ALL {
        assert!(
            set.card_for(None, category, &rules).is_some(),
            "{category} has a card before its type is known"
        );
    }
    assert!(set.decree.contains("belum disahkan"), "nobody has approved what comes with the program");
    assert!(set.cards.iter().all(|card| card.decree.contains("belum disahkan")));
}

/// Walks every path of every card: the first answer is given everywhere, then each other one.
#[test]
fn every_path_ends_and_asks_no_question_twice() {
    let (set, _) = cards();
    for card in &set.cards {
        let mut open = vec![Answers::new()];
        let mut ends = 0;
        while let Some(answers) = open.pop() {
            let found = assess(card, &answers);
            let once: BTreeSet<_> = found.path.iter().collect();
            assert_eq!(once.len(), found.path.len(), "{} asks twice", card.code);
            let Some(next) = found.next_question else {
                ends += 1;
                continue;
            };
            assert!(!answers.contains_key(&next), "{}: {next} is answered", card.code);
            for answer in &card.question(&next).unwrap().answers {
                let mut more = answers.clone();
                more.insert(next.clone(), answer.code.clone());
                open.push(more);
            }
        }
        assert!(ends > 1, "{}", card.code);
    }
}

#[test]
fn what_the_rules_call_more_urgent_is_asked_for() {
    let (set, rules) = cards();
    let raises = |kind: &str, question: &str, answer: &str| {
        let card = set.card_for(Some(&TypeCode::new(kind)), Category::G, &rules).unwrap();
        let given =
            Answers::from([(dispatch_core::card::QuestionCode::new(question), AnswerCode::new(answer))]);
        assess(card, &given).priority
    };
    // One line for each `raise_when` of the rules, in its words.
    for (kind, question, answer) in [
        ("karhutla", "rumah", "ya"),
        ("karhutla", "terjebak", "ya"),
        ("korsleting", "api", "ya"),
        ("korsleting", "tersengat", "ya"),
        ("pohon_tumbang", "menimpa", "orang"),
        ("pohon_tumbang", "menimpa", "rumah"),
        ("pohon_tumbang", "menimpa", "kabel"),
        ("jalan_jembatan_rusak", "jatuh", "ya"),
        ("kerusakan_lainnya", "orang", "luka"),
        ("banjir", "terjebak", "ya"),
        ("banjir", "naik", "cepat"),
        ("rob", "terjebak", "ya"),
        ("abrasi", "rumah", "ya"),
        ("odgj_mengamuk", "senjata", "ya"),
        ("odgj_mengamuk", "melukai", "orang"),
        ("sakit_mendadak", "sadar", "tidak"),
        ("sakit_mendadak", "sesak", "ya"),
        ("sakit_mendadak", "pucat", "ya"),
        ("sakit_mendadak", "siapa", "bayi"),
        ("sakit_mendadak", "siapa", "hamil"),
        ("kesehatan_lainnya", "darah", "ya"),
        ("pencurian", "pelaku", "ya"),
        ("keributan", "kelahi", "kelahi"),
        ("keributan", "senjata", "ya"),
        ("keamanan_lainnya", "luka", "ya"),
        ("satwa_ular", "gigit", "ya"),
        ("satwa_buaya", "sambar", "ya"),
        ("satwa_buaya", "anak", "ya"),
        ("satwa_tawon", "sengat", "ya"),
        ("orang_hilang", "siapa", "anak"),
        ("orang_hilang", "siapa", "lansia"),
        ("orang_hilang", "cuaca", "buruk"),
        ("listrik_padam", "medis", "ya"),
        ("pencemaran", "gejala", "satu"),
        ("darurat_lainnya", "terancam", "nyawa"),
    ] {
        assert_eq!(raises(kind, question, answer), Some(Priority::P1), "{kind}: {question} {answer}");
    }
    assert_eq!(raises("satwa_lainnya", "gigit", "ringan"), Some(Priority::P2));
    assert_eq!(raises("kerusakan_lainnya", "orang", "terancam"), Some(Priority::P2));
}

#[test]
fn resuscitation_has_a_beat_and_danger_at_home_is_not_called_back() {
    let (set, rules) = cards();
    for code in ["rjp_dewasa", "rjp_anak", "rjp_bayi", "rjp_tenggelam"] {
        let instruction = set.instruction(&InstructionCode::new(code)).unwrap();
        let rhythm = instruction.rhythm.as_ref().unwrap();
        assert!((100..=120).contains(&rhythm.per_minute), "{code}");
        assert!(instruction.marks.iter().any(|mark| mark.every_s == 120), "{code}: change helpers");
    }
    let adult = set.instruction(&InstructionCode::new("rjp_dewasa")).unwrap();
    assert_eq!(adult.rhythm.as_ref().unwrap().breaths, 0, "hands only");
    for rule in rules.types.iter().filter(|rule| rule.no_call_back) {
        let card = set.card_for(Some(&rule.code), rule.category, &rules).unwrap();
        for answer in &card.questions[0].answers {
            assert!(answer.flags.contains(&Flag::DoNotCallBack), "{}: {}", rule.code, answer.code);
        }
    }
}

#[test]
fn every_mistake_is_found_at_once_by_its_field() {
    let (mut set, rules) = cards();
    set.effective_from = "besok".into();
    let place = set.cards.iter().position(|card| card.code.0 == "karhutla").unwrap();
    let other = set.cards[place + 1].types[0].clone();
    let card = &mut set.cards[place];
    card.owner.clear();
    card.within_s = 1;
    card.types.push(TypeCode::new("kereta"));
    card.types.push(other.clone());
    card.questions.truncate(2);
    card.questions[0].text = Words { id: String::new(), en: "x".repeat(300) };
    let answers = &mut card.questions[0].answers;
    answers[0].key = "ya".into();
    answers[0].instructions.push(InstructionCode::new("terbang"));
    answers[1].key = answers[2].key.clone();
    answers[1].next = Some(dispatch_core::card::QuestionCode::new("rumah"));
    answers[2].priority = Some(Priority::P1);
    answers[2].lower = Some(Priority::P3);
    answers[2].kind = Some(TypeCode::new("kereta"));
    set.cards.retain(|card| card.code.0 != "tsunami");
    let beat = set.instructions.iter_mut().find(|one| one.code.0 == "rjp_dewasa").unwrap();
    beat.rhythm.as_mut().unwrap().per_minute = 60;
    beat.steps.clear();

    let found = set.check(&rules);
    let at = format!("cards[{place}]");
    let has = |field: &str, fault: CardFault| {
        assert!(
            found.iter().any(|mistake| mistake.field == field && mistake.fault == fault),
            "{field}: {fault} is missing in {found:#?}"
        );
    };
    has("effective_from", CardFault::NotADate);
    has("instructions[0].rhythm.per_minute", CardFault::Range { min: 100, max: 120 });
    has("instructions[0].steps", CardFault::Count { min: 1, max: 12 });
    has(&format!("{at}.owner"), CardFault::Empty);
    has(&format!("{at}.within_s"), CardFault::Range { min: 5, max: 600 });
    has(&format!("{at}.types"), CardFault::UnknownType(TypeCode::new("kereta")));
    has(&format!("{at}.types"), CardFault::TypeOnTwoCards(other));
    has(&format!("{at}.questions"), CardFault::Count { min: 3, max: 8 });
    has(&format!("{at}.questions[0].text.id"), CardFault::Empty);
    has(&format!("{at}.questions[0].text.en"), CardFault::TooLong);
    has(&format!("{at}.questions[0].answers[0].key"), CardFault::NotAKey);
    has(
        &format!("{at}.questions[0].answers[0].instructions[1]"),
        CardFault::UnknownInstruction("terbang".into()),
    );
    has(&format!("{at}.questions[0].answers[2].key"), CardFault::Twice);
    has(&format!("{at}.questions[0].answers[1].next"), CardFault::NotLater);
    has(&format!("{at}.questions[0].answers[2].lower"), CardFault::RaisesAndLowers);
    has(&format!("{at}.questions[0].answers[2].type"), CardFault::UnknownType(TypeCode::new("kereta")));
    has("cards", CardFault::TypeWithoutCard(TypeCode::new("tsunami")));

    let (mut set, rules) = cards();
    let card = set.cards.iter_mut().find(|card| card.code.0 == "karhutla").unwrap();
    for answer in card.questions.iter_mut().flat_map(|question| &mut question.answers) {
        answer.priority = None;
    }
    let found = set.check(&rules);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].fault, CardFault::NothingRaises(TypeCode::new("karhutla")));
}
