//! The example statements: what the model makes of those it never saw, and that it is what they make it.

use std::sync::LazyLock;

use dispatch_core::category::Priority;
use dispatch_core::classification::{
    Classifier, Lexicon, Model, STATEMENTS, Split, Statement, judge, read_statements, train,
};
use dispatch_core::policy::Rules;

/// A ratchet on the held-out split: raise it when the classification gets better, never lower it.
const EMERGENCY_PERCENT_MIN: f64 = 97.0;
const FIRST_PERCENT_MIN: f64 = 90.0;
const FIRST_TWO_PERCENT_MIN: f64 = 97.0;

fn statements(split: Split) -> Vec<Statement> {
    read_statements(STATEMENTS).unwrap().into_iter().filter(|one| one.split == split).collect()
}

fn ready() -> &'static (Classifier, Rules) {
    static READY: LazyLock<(Classifier, Rules)> =
        LazyLock::new(|| (Classifier::default_classifier().unwrap(), Rules::default_rules().unwrap()));
    &READY
}

#[test]
fn statements_of_every_type_are_there_and_none_twice() {
    let all = read_statements(STATEMENTS).unwrap();
    assert!(all.len() >= 1_500, "{}", all.len());
    let (_, rules) = ready();
    for rule in &rules.types {
        for split in [Split::Train, Split::HeldOut] {
            let of_it = all.iter().filter(|one| one.split == split && one.kind.as_ref() == Some(&rule.code));
            assert!(of_it.count() >= 1, "no statement of {} in {split:?}", rule.code);
        }
    }
    let unknown = all.iter().filter_map(|one| one.kind.as_ref()).find(|kind| rules.kind(kind).is_none());
    assert_eq!(unknown, None, "a type that the policy does not have");
    let mut texts: Vec<_> = all.iter().map(|one| one.text.to_lowercase()).collect();
    texts.sort();
    assert!(texts.windows(2).all(|two| two[0] != two[1]), "a statement is there twice");
}

#[test]
fn the_model_is_what_the_statements_make_it() {
    let rules = Rules::default_rules().unwrap();
    let trained = train(Lexicon::default_lexicon().unwrap(), &rules, &statements(Split::Train)).unwrap();
    let committed = Model::default_model().unwrap();
    assert!(
        trained.to_bytes() == committed.to_bytes(),
        "statements or lexicon changed: cargo run --release -p dispatch-core --example statements -- train"
    );
    assert!(committed.to_bytes().len() <= 800 * 1024, "{} bytes", committed.to_bytes().len());
}

#[test]
fn statements_that_were_held_out_are_understood() {
    let (classifier, rules) = ready();
    let verdict = judge(classifier, rules, &statements(Split::HeldOut));
    println!("{verdict}\n{}", verdict.misses.join("\n"));
    assert_eq!(verdict.dangers_missed, Vec::<String>::new(), "danger to life called no emergency");
    assert!(verdict.emergency.percent() >= EMERGENCY_PERCENT_MIN, "{verdict}");
    assert!(verdict.first.percent() >= FIRST_PERCENT_MIN, "{verdict}");
    assert!(verdict.first_two.percent() >= FIRST_TWO_PERCENT_MIN, "{verdict}");
    let document = include_str!("../../../../docs/classification.md");
    assert!(
        document.contains(&verdict.to_string()),
        "docs/classification.md shows other figures than:\n{verdict}"
    );
}

#[test]
fn no_danger_to_life_that_was_learned_is_called_no_emergency() {
    let (classifier, rules) = ready();
    let dangers = statements(Split::Train).into_iter().filter(|one| one.priorities == [Priority::P1]);
    let missed: Vec<_> = dangers.filter(|one| !classifier.classify(&one.text, rules).emergency).collect();
    assert_eq!(missed, Vec::<Statement>::new());
}

#[test]
fn a_caller_who_cannot_speak_is_flagged_and_never_a_prank() {
    let (classifier, rules) = ready();
    for says in [
        "pesan nasi goreng satu… iya, dia di sini",
        "halo mau pesan pizza ya",
        "salah sambung… iya… tidak… iya",
        "iya… iya… bukan… iya",
        "salah sambung (suara gemetar, ada bentakan laki-laki)",
        "mau pesan nasi goreng hahaha",
    ] {
        let found = classifier.classify(says, rules);
        let covert = found.covert.as_ref().unwrap_or_else(|| panic!("{says} is not flagged"));
        assert!(found.emergency && found.ask, "{says}");
        assert_eq!(found.suggestions[0].priority, Priority::P1, "{says}");
        assert!(!covert.because.is_empty() && covert.questions.len() >= 3, "{covert:?}");
    }
    for says in
        ["rumah kebakaran di gang mawar", "salah sambung, maaf ya pak", "token listrik tidak bisa masuk"]
    {
        assert_eq!(classifier.classify(says, rules).covert, None, "{says}");
    }
}

#[test]
fn what_is_in_no_known_words_is_asked_about_and_goes_up() {
    let (classifier, rules) = ready();
    for says in ["xqzv wkrt plmb", "zzz qqq", "brrrt klmpf"] {
        let found = classifier.classify(says, rules);
        assert!(found.emergency && found.ask && found.uncertain, "{says}");
        assert_eq!(found.suggestions[0].priority, Priority::P1, "{says}");
    }
}

#[test]
fn reasons_quote_the_text_and_the_version_is_told() {
    let (classifier, rules) = ready();
    let says = "rumah tetangga terbakar, apinya sudah sampai atap";
    let found = classifier.classify(says, rules);
    let because = found.suggestions[0].because.join(" ");
    let quoted = because.split('“').skip(1).filter_map(|part| part.split('”').next());
    let plain = says.replace(',', "");
    assert!(quoted.clone().count() >= 3, "{because}");
    for words in quoted {
        assert!(plain.contains(words), "{words:?} is not in the text");
    }
    let model = Model::default_model().unwrap().version();
    assert!(found.version.ends_with(&format!("+{model}")), "{}", found.version);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test of speed needs the clock")]
fn a_keystroke_is_answered_at_once_and_time_grows_with_the_text() {
    let (classifier, rules) = ready();
    let says = "Pak tolong cepat, rumah tetangga saya kebakaran di Jalan Sudirman dekat pasar, api sudah sampai atap, \
                masih ada orang tua di dalam, dak pacak keluar, kami la nyoba pakai ember tapi apinye besak, ada tabung gas di dapur, \
                kabel listrik juga keluar api, motor di depan sudah terbakar, anak-anak sudah kami bawa keluar, satu orang pingsan \
                kena asap, napasnya sesak, tolong kirim ambulans juga, pohon di sebelah sudah mulai terbakar, angin kencang sekali, \
                takut merembet ke rumah warga yang lain, ";
    let thousand = &says.repeat(3)[..1_000];
    let ten_times = thousand.repeat(10);
    // The quickest of many turns, side by side: what a busy machine adds falls on some turns, not on all.
    let time = |text: &str| {
        let started = std::time::Instant::now();
        assert!(classifier.classify(text, rules).emergency);
        started.elapsed().as_secs_f64()
    };
    let turns: Vec<_> = (0..60).map(|_| (time(thousand), time(&ten_times))).collect();
    let once = turns.iter().map(|(once, _)| *once).fold(f64::MAX, f64::min);
    let ten = turns.iter().map(|(_, ten)| *ten).fold(f64::MAX, f64::min);
    println!("1,000 characters {:.2} ms, ten times as many {:.1} times as long", once * 1e3, ten / once);
    assert!(once < 0.020, "1,000 characters take {:.1} ms", once * 1e3);
    assert!(ten / once <= 15.0, "ten times the text takes {:.1} times as long", ten / once);
}
