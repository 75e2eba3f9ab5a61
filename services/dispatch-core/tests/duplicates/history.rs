//! What holds for any order, and that history costs nothing.

use std::sync::Arc;

use dispatch_core::duplicate::{Index, LOOKED_AT_MAX, Sighting};
use dispatch_core::incident::{self, Incident, IncidentEvent};
use dispatch_core::time::{Seconds, Timestamp};
use proptest::prelude::*;

use crate::evening::{MARKET, at, evening, id, kind, named, of_kind, opened, pin, rings, rules, typed};

const KINDS: [&str; 4] = ["kebakaran_bangunan", "banjir", "kecelakaan_lalu_lintas", "persalinan"];
const WORDS: [&str; 3] = ["Masjid Al-Ikhlas", "Pasar Lama", "Jembatan Nibung"];

#[derive(Clone, Debug)]
struct Seen {
    north_m: f64,
    east_m: f64,
    kind: usize,
    word: Option<usize>,
    minutes_ago: u32,
    closed: bool,
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let place = (-4_000.0..4_000.0f64, -4_000.0..4_000.0f64);
    (place, 0..KINDS.len(), prop::option::of(0..WORDS.len()), 0..120u32, any::<bool>()).prop_map(
        |((north_m, east_m), kind, word, minutes_ago, closed)| Seen {
            north_m,
            east_m,
            kind,
            word,
            minutes_ago,
            closed,
        },
    )
}

fn incident_of(place: usize, seen: &Seen, now: Timestamp) -> Incident {
    let rule = kind(KINDS[seen.kind]);
    let location = match seen.word {
        Some(word) => named(WORDS[word], Some("19.03.01.1001")),
        None => pin(at(seen.north_m, seen.east_m), 50.0),
    };
    let at = Timestamp::from_micros(now.as_micros() - i64::from(seen.minutes_ago) * 60_000_000);
    let incident = opened(place, rule.category, Some(rule.code.clone()), location, None, at);
    if !seen.closed {
        return incident;
    }
    let closed = IncidentEvent::Closed { reason: None };
    incident::apply(Some(incident), id(place), &closed, dispatch_core::actor::Actor::System, at).unwrap()
}

fn index_of(incidents: impl IntoIterator<Item = Incident>, now: Timestamp) -> Index {
    let mut index = Index::default();
    for incident in incidents {
        index.note_incident(&Arc::new(incident), rules(), now);
    }
    index
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_order_in_which_they_became_known_does_not_matter(seen in prop::collection::vec(any_seen(), 1..40), turn in 0..40usize) {
        let now = evening();
        let incidents: Vec<Incident> = seen.iter().enumerate().map(|(n, one)| incident_of(n, one, now)).collect();
        let mut turned = incidents.clone();
        turned.rotate_left(turn % incidents.len());
        let (one, other) = (index_of(incidents.clone(), now), index_of(turned.into_iter().rev(), now));
        for sighting in [rings(MARKET, 500.0), of_kind(typed(WORDS[0], None), KINDS[0]), of_kind(rings(MARKET, 2_000.0), KINDS[1])] {
            let found = one.candidates(&sighting, rules(), now);
            prop_assert_eq!(&found, &other.candidates(&sighting, rules(), now));
            // What ended longer ago than the window is not there, and what is there is told why.
            for candidate in &found.candidates {
                let incident = &incidents[usize::try_from(candidate.incident.0.as_u128() - 1).unwrap()];
                prop_assert!(incident.is_open() || now < incident.opened_at.after(rules().window));
                prop_assert!(!candidate.because.is_empty() && candidate.score >= rules().shown_from);
            }
        }
    }
}

/// Incidents of the present: what 40 busy desks have open at once.
fn present(now: Timestamp) -> Vec<Incident> {
    let seen = |n: u32| Seen {
        north_m: f64::from(n * 7_919 % 20_000) - 10_000.0,
        east_m: f64::from(n * 104_729 % 20_000) - 10_000.0,
        kind: n as usize % KINDS.len(),
        word: None,
        minutes_ago: n % 50,
        closed: n.is_multiple_of(3),
    };
    (0..400u32).map(|n| incident_of(2_000_000 + n as usize, &seen(n), now)).collect()
}

fn asked() -> Vec<Sighting> {
    let spread = |n: u32| at(f64::from(n * 97 % 8_000) - 4_000.0, f64::from(n * 193 % 8_000) - 4_000.0);
    (0..200).map(|n| of_kind(rings(spread(n), 600.0), KINDS[n as usize % KINDS.len()])).collect()
}

fn work(index: &Index, now: Timestamp) -> usize {
    asked().iter().map(|one| index.candidates(one, rules(), now).looked_at).sum()
}

#[test]
fn history_is_no_work() {
    let now = evening();
    let without = index_of(present(now), now);
    let old = Seen { north_m: 10.0, east_m: 10.0, kind: 0, word: Some(0), minutes_ago: 61, closed: true };
    let history = (0..20_000).map(|n| incident_of(n, &old, now));
    let with = index_of(history.chain(present(now)), now);
    assert_eq!((without.len(), work(&without, now)), (with.len(), work(&with, now)));
    assert!(work(&with, now) <= LOOKED_AT_MAX * asked().len());
    // As they close one after the other, too: a kept one leaves when its window is over.
    let mut index = Index::default();
    let mut clock = now;
    for n in 0..2_000 {
        clock = clock.after(Seconds(30));
        let seen = Seen { minutes_ago: 0, ..old.clone() };
        index.note_incident(&Arc::new(incident_of(n, &seen, clock)), rules(), clock);
        assert!(index.len() <= 121, "an hour of one every half minute: {}", index.len());
    }
}
