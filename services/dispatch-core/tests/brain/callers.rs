//! What callers say, and what must come of it.

use std::sync::LazyLock;

use dispatch_core::category::{Category, Priority};
use dispatch_core::classification::{Classification, Classifier, STATEMENTS, read_statements};
use dispatch_core::ids::AgencyCode;
use dispatch_core::policy::Rules;
use proptest::prelude::*;

/// One line of a fixture.
struct Caller<'a> {
    categories: &'a str,
    priorities: &'a str,
    emergency: bool,
    says: &'a str,
}

fn callers(file: &str) -> Vec<Caller<'_>> {
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let callers: Vec<_> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [categories, priorities, emergency, says] = fields[..] else { panic!("{line}") };
            Caller { categories, priorities, emergency: emergency == "yes", says }
        })
        .collect();
    assert!(!callers.is_empty());
    callers
}

fn judge(classifier: &Classifier, rules: &Rules, file: &str) -> (usize, Vec<String>, Vec<String>) {
    let mut right = 0;
    let mut misses = Vec::new();
    let mut dangerous = Vec::new();
    for caller in callers(file) {
        let found = classifier.classify(caller.says, rules);
        let best = &found.suggestions[0];
        let fits = |expected: &str, got: &str| expected.split(',').any(|one| one == "*" || one == got);
        if fits(caller.categories, best.category.letter())
            && fits(caller.priorities, best.priority.code())
            && found.emergency == caller.emergency
        {
            right += 1;
        } else {
            misses.push(format!("{}\n    {}", caller.says, show(&found)));
        }
        if caller.priorities == "P1" && !found.emergency {
            dangerous.push(caller.says.to_owned());
        }
    }
    (right, misses, dangerous)
}

fn show(found: &Classification) -> String {
    let kinds = found.suggestions.iter().map(|s| {
        let kind = s.kind.as_ref().map_or("-", |kind| kind.0.as_str());
        format!("{}/{kind}/{}/{:.2} {:?}", s.category, s.priority, s.score, s.because)
    });
    let kinds: Vec<_> = kinds.collect();
    format!("emergency={} uncertain={}\n    {}", found.emergency, found.uncertain, kinds.join("\n    "))
}

fn ready() -> &'static (Classifier, Rules) {
    static READY: LazyLock<(Classifier, Rules)> =
        LazyLock::new(|| (Classifier::default_classifier().unwrap(), Rules::default_rules().unwrap()));
    &READY
}

#[test]
fn the_collected_statements_are_understood() {
    let (classifier, rules) = ready();
    let file = include_str!("callers.tsv");
    let (right, misses, dangerous) = judge(classifier, rules, file);
    println!("{right} right; misses:\n  {}", misses.join("\n  "));
    assert_eq!(right + misses.len(), 52);
    assert_eq!(dangerous, Vec::<String>::new(), "danger to life called no emergency");
    assert!(right >= 45, "only {right} of 52 right:\n  {}", misses.join("\n  "));
}

fn best(says: &str) -> (bool, String, Priority) {
    let (classifier, rules) = ready();
    let found = classifier.classify(says, rules);
    let best = &found.suggestions[0];
    let kind = best.kind.as_ref().map_or("-", |kind| kind.0.as_str()).to_owned();
    (found.emergency, kind, best.priority)
}

#[test]
fn what_is_denied_does_not_count() {
    assert_eq!(best("pohon tumbang, tidak ada korban, tidak ada yang luka").2, Priority::P3);
    assert_eq!(best("pohon tumbang, ada yang luka parah").2, Priority::P1);
    assert_eq!(best("rumah kebakaran tapi sudah padam").2, Priority::P2);
    assert_eq!(best("rumah kebakaran, sudah padam tapi masih ada orang di dalam").2, Priority::P1);
    assert_ne!(best("bukan kebakaran, cuma orang bakar sate").1, "kebakaran_bangunan");
}

#[test]
fn an_order_for_food_may_be_a_cry_for_help() {
    let (classifier, rules) = ready();
    let found = classifier.classify("mau pesan nasi goreng satu, antar ke Jalan Damai nomor 7", rules);
    let best = &found.suggestions[0];
    assert_eq!((found.emergency, best.category, best.priority), (true, Category::F, Priority::P1));
    assert!(best.because.iter().any(|why| why.contains("jangan menelepon balik")), "{:?}", best.because);
    let kind = rules.kind(best.kind.as_ref().unwrap()).unwrap();
    assert!(kind.no_call_back && kind.lead.contains(&AgencyCode::new("polres")));
}

#[test]
fn laughter_never_outweighs_danger_to_life() {
    let (classifier, rules) = ready();
    let statements = read_statements(STATEMENTS).unwrap();
    let dangers =
        statements.iter().filter(|one| one.priorities == [Priority::P1] && !one.categories.is_empty());
    // Every third: all of them say the same and take three times as long.
    for one in dangers.step_by(3) {
        let plain = classifier.classify(&one.text, rules);
        let laughing = classifier.classify(&format!("hahaha {} wkwkwk", one.text), rules);
        if plain.suggestions[0].priority == Priority::P1 && !plain.uncertain {
            assert!(laughing.emergency, "{}", one.text);
            assert_eq!(laughing.suggestions[0].priority, Priority::P1, "{}", one.text);
        }
    }
}

#[test]
fn nothing_said_is_urgent_until_known() {
    for says in ["", "...", "halo", "asdf qwer"] {
        let (emergency, kind, priority) = best(says);
        assert_eq!((emergency, kind.as_str(), priority), (true, "-", Priority::P1), "{says:?}");
    }
}

#[test]
fn a_type_that_the_rules_do_not_have_is_never_suggested() {
    let (classifier, rules) = ready();
    let mut rules = rules.clone();
    rules.types.retain(|rule| rule.code.0 != "satwa_ular");
    let found = classifier.classify("ada ular sanca di kamar mandi", &rules);
    assert!(found.suggestions.iter().all(|s| s.kind.as_ref().is_none_or(|kind| kind.0 != "satwa_ular")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_gets_one_to_five_suggestions_in_order(text in "(\\PC{0,40}|( (api|rumah|dak|ular|hahaha|anak|luka|sudah padam|token)){0,12})") {
        let (classifier, rules) = ready();
        let found = classifier.classify(&text, rules);
        prop_assert!((1..=5).contains(&found.suggestions.len()));
        for suggestion in &found.suggestions {
            prop_assert!((0.0..=1.0).contains(&suggestion.score), "{:?}", suggestion);
            prop_assert!(!suggestion.because.is_empty());
        }
        prop_assert!(found.emergency || found.suggestions[0].priority == Priority::P0);
        prop_assert_eq!(&classifier.classify(&text, rules), &found);
    }

    #[test]
    fn who_does_not_breathe_is_an_emergency_whatever_else_is_said(
        text in "(\\PC{0,60}|( (hahaha|salah sambung|batal|tes|simulasi|terima kasih|tidak jadi|kepencet|lampu jalan mati|token|tidak|bukan|aman)){0,8})",
        after in any::<bool>(),
    ) {
        let (classifier, rules) = ready();
        let danger = "tolong ada yang tidak bernapas";
        let said = if after { format!("{text}. {danger}") } else { format!("{danger}. {text}") };
        let found = classifier.classify(&said, rules);
        prop_assert!(found.emergency, "{said}: {}", show(&found));
        prop_assert_eq!(found.suggestions[0].priority, Priority::P1, "{}: {}", said, show(&found));
    }
}
